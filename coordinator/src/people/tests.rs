//! Accounts over a real deployment.

use super::*;
use crate::ledger::DeskRole;
use crate::testing::Fixture;

const PASSWORD: &str = "five words drawn by dice";

fn reader() -> DeskRoles {
    [DeskRole::ReadOnly].into_iter().collect()
}

#[tokio::test]
async fn an_account_is_made_found_and_changed() {
    let fixture = Fixture::new();
    let app = &fixture.app;
    let (person, secret) = add(app, "Айгүл С.", reader(), PASSWORD).await.expect("is made");
    let account = find(app, " айгүл  с. ").await.expect("is found however it is typed");
    assert_eq!((account.person, account.name.as_str(), account.roles), (person, "Айгүл С.", reader()));
    let stored = StoredPassword::from_bytes(&account.password).expect("is read");
    let keys = &app.signer.people;
    assert!(stored.is(keys, PASSWORD) && !stored.is(keys, "five words drawn by dicE") && !stored.is(keys, ""));
    let opened = TotpSecret::open(keys, person, &account.totp).expect("opens");
    assert_eq!(opened.code(7), secret.code(7));
    assert!(TotpSecret::open(keys, PersonId([0; 16]), &account.totp).is_none(), "it is one person's");

    set_password(app, "Айгүл С.", "another one of them").await.expect("works");
    set_roles(app, "айгүл с.", DeskRoles::all()).await.expect("works");
    let renewed = renew_totp(app, "айгүл с.").await.expect("works");
    disable(app, "айгүл с.").await.expect("works");
    let changed = find(app, "айгүл с.").await.expect("is there");
    assert!(StoredPassword::from_bytes(&changed.password).expect("is read").is(keys, "another one of them"));
    assert_eq!((changed.roles, changed.disabled_ms), (DeskRoles::all(), Some(fixture.clock_ms())));
    assert_eq!(TotpSecret::open(keys, person, &changed.totp).expect("opens").code(7), renewed.code(7));
    assert_ne!(renewed.text(), secret.text());
    enable(app, "айгүл с.").await.expect("works");
    assert_eq!(find(app, "айгүл с.").await.expect("is there").disabled_ms, None);
}

#[tokio::test]
async fn what_cannot_be_an_account_is_refused_in_words() {
    let fixture = Fixture::new();
    let app = &fixture.app;
    add(app, "Dana", reader(), PASSWORD).await.expect("is made");
    for name in
        ["", " ", "a\nb", "\u{202e}anaD", "Da\u{200b}na", " Dana", "a  b", &"x".repeat(65), &"x".repeat(100_000)]
    {
        let refused = add(app, name, reader(), PASSWORD).await.expect_err("is no name");
        assert!(matches!(refused, PeopleError::Name(_)), "{name:.20}: {refused}");
    }
    let taken = add(app, "DANA", reader(), PASSWORD).await.expect_err("is taken");
    assert!(matches!(taken, PeopleError::NameTaken(_)), "{taken}");
    let idle = add(app, "Timur", DeskRoles::default(), PASSWORD).await.expect_err("may do nothing");
    assert!(matches!(idle, PeopleError::NoRole));
    for (password, why) in
        [("", PasswordError::Short), ("elevenchars", PasswordError::Short), (&"x".repeat(513), PasswordError::Long)]
    {
        let refused = add(app, "Timur", reader(), password).await.expect_err("is no password");
        assert!(matches!(&refused, PeopleError::Password(error) if *error == why), "{refused}");
    }
    for unknown in ["Timur", "", &"x".repeat(100_000)] {
        assert!(matches!(find(app, unknown).await, Err(PeopleError::Unknown(_))));
    }
    assert_eq!(app.ledger.accounts().await.expect("reads").len(), 1);
}

/// What is kept of a password says nothing without the secret beside the ledger, and what is kept of nobody's fits none.
#[test]
fn a_ledger_alone_gives_nothing_to_guess_at() {
    let (one, other) = (Fixture::new(), Fixture::new());
    let keys = &one.app.signer.people;
    // й in one character and in two.
    let stored = StoredPassword::new(keys, "тихий зимний вечер").expect("is taken");
    assert!(stored.is(keys, "тихии\u{306} зимнии\u{306} вечер"));
    assert!(!stored.is(&other.app.signer.people, "тихий зимний вечер"), "under another secret");
    assert!(!StoredPassword::nobodys().is(keys, ""));
    let bytes = stored.to_bytes();
    assert_eq!(StoredPassword::from_bytes(&bytes), Some(stored));
    for end in 0..bytes.len() {
        assert_eq!(StoredPassword::from_bytes(&bytes[..end]), None);
    }
    assert_eq!(StoredPassword::from_bytes(&StoredPassword::nobodys().to_bytes()), None);
}

#[test]
fn a_browser_is_marked_for_one_person() {
    let fixture = Fixture::new();
    let keys = &fixture.app.signer.people;
    let (one, other) = (PersonId([1; 16]), PersonId([2; 16]));
    let mark = keys.mark(one).expect("is made");
    assert!(keys.is_mark(one, &mark) && !keys.is_mark(other, &mark));
    for at in 0..mark.len() {
        let mut forged = mark;
        forged[at] ^= 1;
        assert!(!keys.is_mark(one, &forged), "{at}");
    }
}

#[tokio::test]
async fn people_sign_in_at_a_copy_as_they_do_here() {
    let (here, there) = (Fixture::new(), tempfile::tempdir().expect("a folder"));
    let (person, secret) = add(&here.app, "Айгүл С.", reader(), PASSWORD).await.expect("is made");
    add(&here.app, "Gone", reader(), PASSWORD).await.expect("is made");
    disable(&here.app, "gone").await.expect("works");
    let built = here.deployment.unsigned(here.deployment.latest_pack()).expect("is whole");
    let made = crate::setup::found(&there.path().join("copy"), built, &["localhost".to_owned()], 1).expect("is made");
    assert_ne!(made.id(), here.deployment.id());
    let unsigned = |pack: &kuager_wire::pack::Pack| kuager_wire::pack::Pack { shards: None, ..pack.clone() };
    assert_eq!(unsigned(&made.latest_pack().pack), unsigned(&here.deployment.latest_pack().pack));
    here.deployment.lend_people(&made).expect("is lent");
    let app = App::open(made, here.app.clock.clone()).expect("opens");
    copy(&*here.ledger, &app).await.expect("is copied");
    let account = find(&app, "айгүл с.").await.expect("is there");
    let stored = StoredPassword::from_bytes(&account.password).expect("is read");
    assert!(stored.is(&app.signer.people, PASSWORD));
    let codes = TotpSecret::open(&app.signer.people, person, &account.totp).expect("opens");
    assert_eq!(codes.code(7), secret.code(7));
    assert!(find(&app, "gone").await.is_err(), "who may not come in here may not there");
    app.ledger.close().await;
}
