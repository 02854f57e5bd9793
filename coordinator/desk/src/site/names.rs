//! What files of a publication are called.

use kuager_wire::cose::sha256;

/// Characters of a name that is a station's key.
const LONGEST: usize = 64;

/// The name of a station's page, without ending. Keys that could mean something to a file system, or to one that does not tell capital
/// letters apart, are called by a hash.
pub(super) fn station(key: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() || byte == b'-';
    if !key.is_empty() && key.len() <= LONGEST && key.bytes().all(plain) && !key.starts_with("h-") {
        return key.to_owned();
    }
    let hash = sha256(key.as_bytes());
    format!("h-{}", hash.iter().take(12).map(|byte| format!("{byte:02x}")).collect::<String>())
}

#[cfg(test)]
mod tests {
    use kuager_evidence::is_name;

    use super::station;

    #[test]
    fn every_key_has_a_name_of_its_own_that_leads_nowhere() {
        assert_eq!(station("710000000-99"), "710000000-99");
        let long = "a".repeat(65);
        let keys = ["", "..", "../etc", "A", "a", "con.txt", "ё", "a b", "h-0", "<script>", long.as_str()];
        let mut names: Vec<String> = keys.iter().map(|key| station(key)).collect();
        assert!(names.iter().all(|name| is_name(name)), "{names:?}");
        names.sort();
        names.dedup();
        assert_eq!(names.len(), keys.len());
    }
}
