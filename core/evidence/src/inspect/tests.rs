use super::*;

#[test]
fn no_purpose_is_unknown_to_inspect() {
    for &purpose in Purpose::ALL {
        assert!(KINDS.iter().any(|kind| kind.purpose == purpose), "{purpose:?}");
    }
}

#[test]
fn two_outcomes_together_are_the_worse_one() {
    let outcome = Outcome::Holds.and(Outcome::NotChecked { missing: "x".to_owned() });
    assert_eq!(outcome.and(Outcome::Fails { reason: "y".to_owned() }), Outcome::Fails { reason: "y".to_owned() });
}
