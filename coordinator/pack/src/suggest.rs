//! "Did you mean": the known name nearest to what was written.

use strsim::osa_distance;

/// The known name that differs least from the one written, if it is near enough to have been meant.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = match written.chars().count() {
        0 => return None,
        1..=3 => 1,
        4..=7 => 2,
        _ => 3,
    };
    let lower = written.to_lowercase();
    known
        .into_iter()
        .map(|name| (osa_distance(&lower, &name.to_lowercase()), name))
        .filter(|(distance, name)| *distance <= allowed && *name != written)
        // A slip keeps most of a name: "a" is not meant by "b".
        .filter(|(distance, name)| *distance < name.chars().count().max(2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// What to put behind a complaint about a name: "; did you mean `it`?", or nothing when no known one is near.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(written, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
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
