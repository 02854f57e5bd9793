//! Accounts from the command line.

use kuager_coordinator::ledger::{Accounts, Ledger};
use kuager_coordinator::ledger::{DeskRole, SqliteLedger};
use kuager_coordinator::people::password::StoredPassword;
use kuager_coordinator::people::totp::TotpSecret;

use super::*;

#[tokio::test]
async fn accounts_from_the_command_line() {
    let fixture = Fixture::new();
    let data = fixture.deployment.dir().display().to_string();
    let file = |name: &str, text: &str| {
        let path = fixture.deployment.dir().join(name);
        std::fs::write(&path, text).expect("writes");
        path.display().to_string()
    };
    let (first, second) = (file("first", "five words drawn by dice\n"), file("second", "six other words of them"));
    let user = |args: &[&str]| kuager(&[&["user", "--data", &data], args].concat()).map(|(out, _)| out);
    assert_eq!(user(&["list"]).expect("works"), "");
    let add = ["add", "Айгүл", "--role", "coordinator", "--role", "publisher", "--password-file", &first];
    let out = user(&add).expect("works");
    assert!(out.contains("coordinator publisher  signed in never\n"), "{out}");
    assert!(out.ends_with("From now on everybody at the desk has to sign in.\n"), "{out}");
    let secret = out.lines().find_map(|line| line.strip_prefix("secret      ")).expect("a secret").to_owned();
    assert!(secret.len() == 32 && out.contains('█'), "{out}");
    assert!(!out.contains("five words"), "{out}");
    let out = user(&["add", "Timur", "--role", "read-only", "--password-file", &second]).expect("works");
    assert!(!out.contains("From now on"), "{out}");

    let account = async |name: &str| {
        let ledger = SqliteLedger::open(&fixture.deployment.ledger_path()).expect("opens");
        let account = ledger.account_named(name).await.expect("reads").expect("is there");
        ledger.close().await;
        account
    };
    let keys = &fixture.app.signer.people;
    let made = account("айгүл").await;
    let opened = TotpSecret::open(keys, made.person, &made.totp).expect("opens");
    assert_eq!(*opened.text(), secret, "what is shown is what counts");
    let is = |stored: &[u8], password: &str| {
        StoredPassword::from_bytes(stored).is_some_and(|stored| stored.is(keys, password))
    };
    assert!(is(&made.password, "five words drawn by dice"));

    let out = user(&["role", "айгүл", "--role", "analyst"]).expect("works");
    assert!(out.contains("Айгүл  analyst  signed in never"), "{out}");
    user(&["password", "Айгүл", "--password-file", &second]).expect("works");
    let out = user(&["totp", "Айгүл"]).expect("works");
    assert!(out.contains("secret      ") && !out.contains(&secret), "{out}");
    let out = user(&["disable", "Айгүл"]).expect("works");
    assert!(out.contains("  disabled 20"), "{out}");
    let changed = account("айгүл").await;
    assert!(is(&changed.password, "six other words of them") && changed.disabled_ms.is_some());
    assert!(changed.roles.has(DeskRole::Analyst) && !changed.roles.has(DeskRole::Publisher));
    assert!(changed.generation > made.generation && changed.totp != made.totp);
    let out = user(&["enable", "Айгүл"]).expect("works");
    assert!(!out.contains("disabled"), "{out}");
    assert_eq!(user(&["list"]).expect("works").lines().count(), 2);
}

#[test]
fn what_cannot_be_an_account_is_said_in_words() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    kuager(&["init", "--data", &data]).expect("works");
    let file = |name: &str, text: &str| {
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("writes");
        path.display().to_string()
    };
    let (good, short) = (file("good", "five words drawn by dice"), file("short", "short"));
    let user = |args: &[&str]| kuager(&[&["user", "--data", &data], args].concat());
    let complaint = |args: &[&str]| user(args).expect_err("is refused").to_string();
    user(&["add", "Dana", "--role", "admin", "--password-file", &good]).expect("works");
    assert!(
        complaint(&["add", "dana", "--role", "admin", "--password-file", &good])
            .contains("an account of `dana` already")
    );
    assert!(complaint(&["add", "Timur", "--role", "admin", "--password-file", &short]).contains("too short"));
    assert!(complaint(&["add", "a\u{202e}b", "--role", "admin", "--password-file", &good]).contains("is no name"));
    assert!(complaint(&["disable", "Timur"]).contains("`kuager user list`"));
    assert!(complaint(&["password", "Timur", "--password-file", &good]).contains("there is no account"));
    for wrong in
        [&["add", "Timur", "--password-file", &good][..], &["add", "Timur", "--role", "chief"], &["role", "Dana"]]
    {
        assert!(matches!(user(wrong), Err(CliError::Usage(_))), "{wrong:?}");
    }
}

#[test]
fn a_desk_that_others_reach_is_not_served_without_what_it_needs() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data").display().to_string();
    kuager(&["init", "--data", &data]).expect("works");
    let serve = ["serve", "--data", &data, "--listen", "127.0.0.1:0", "--desk"];
    let refused = kuager(&[&serve[..], &["0.0.0.0:0"]].concat()).expect_err("nothing keeps strangers out").to_string();
    for needed in ["--desk-cert", "--desk-behind-proxy", "--desk-host", "kuager user add"] {
        assert!(refused.contains(needed), "{refused}");
    }
    let proxied = ["127.0.0.1:0", "--desk-behind-proxy", "--desk-host", "desk.example"];
    let refused = kuager(&[&serve[..], &proxied].concat()).expect_err("nobody could sign in").to_string();
    assert!(refused.contains("kuager user add") && !refused.contains("--desk-cert"), "{refused}");
    for wrong in [
        &["127.0.0.1:0", "--desk-cert", "a.pem"][..],
        &["127.0.0.1:0", "--desk-cert", "a.pem", "--desk-key", "a.key", "--desk-behind-proxy"],
        &["127.0.0.1:0", "--desk-host", "https://desk.example"],
        &["127.0.0.1:0", "--desk-host", "127.1"],
        &["127.0.0.1:0", "--no-desk", "--desk-host", "desk.example"],
    ] {
        let refused = kuager(&[&serve[..], wrong].concat()).expect_err("makes no sense");
        assert!(matches!(refused, CliError::Usage(_)), "{wrong:?}: {refused}");
    }
}
