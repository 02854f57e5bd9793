//! "Did you mean": the known name nearest to what was written.

/// The known name that differs least from the one written, if it is near enough to have been meant.
pub(super) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = match written.chars().count() {
        0 => return None,
        1..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    let lower = written.to_lowercase();
    known
        .into_iter()
        .map(|name| (distance(&lower, &name.to_lowercase(), allowed), name))
        .filter(|(distance, name)| *distance <= allowed && *name != written)
        // A slip keeps most of a name: "a" is not meant by "b".
        .filter(|(distance, name)| *distance < name.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Letters to insert, remove, replace or exchange with a neighbour (optimal string alignment); anything above `enough`
/// may come out as any larger number.
fn distance(left: &str, right: &str, enough: usize) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len().abs_diff(right.len()) > enough {
        return enough + 1;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    for (row, letter) in left.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, other) in right.iter().enumerate() {
            let mut cost =
                (above[column + 1] + 1).min(line[column] + 1).min(above[column] + usize::from(letter != other));
            if row > 0 && column > 0 && left[row - 1] == *other && right[column - 1] == *letter {
                cost = cost.min(before[column - 1] + 1);
            }
            line.push(cost);
        }
        before = std::mem::replace(&mut above, line);
    }
    above.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_nearest_name_is_found_and_nothing_far_fetched() {
        let known = ["required", "relevant", "constraint", "P01", "P02", "kind"];
        assert_eq!(nearest("requierd", known), Some("required"));
        assert_eq!(nearest("Constraint", known), Some("constraint"));
        assert_eq!(nearest("P0l", known), Some("P01"));
        assert_eq!(nearest("knid", known), Some("kind"));
        assert_eq!(nearest("threshold", known), None);
        assert_eq!(nearest("", known), None);
    }
}
