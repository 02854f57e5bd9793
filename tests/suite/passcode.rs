//! The passcode: both keys are needed, every change is the old or the new, and the duress passcode leaves nothing.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use kuager_core::clock::SystemClock;
use kuager_core::queue::State;
use kuager_core::{FileKeyVault, NewDraft, Observer, ObserverConfig, passcode_state};
use kuager_testing::files::copy_dir;
use kuager_testing::{LONG, TestCoordinator, phone};
use kuager_tests::passcodes::{DURESS, FIRST, SECOND};
use kuager_tests::strace::{self, Fault};

const TEXT: &str = "құпия жазба";

fn code<T>(result: Result<T, kuager_core::ObserverError>) -> &'static str {
    result.map(|_| ()).unwrap_err().code()
}

/// A folder with a phone and a draft on it.
fn phone_with_draft() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let observer = phone::open(dir.path()).unwrap();
    observer.new_draft(NewDraft::note(TEXT)).unwrap();
    observer.close();
    dir
}

fn draft_is_there(observer: &Observer) -> bool {
    observer.drafts().unwrap().iter().any(|draft| draft.text.as_deref() == Some(TEXT))
}

/// Runs `test-passcode`; gives whether it ended well, and its lines.
fn run(dir: &Path, what: &str, fault: Option<Fault>) -> (bool, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_test-passcode"));
    let trace = tempfile::NamedTempFile::new().unwrap();
    let mut command = match fault {
        Some(fault) => strace::command(program, fault, trace.path()),
        None => Command::new(program),
    };
    let output = command.arg(dir).arg(what).stderr(Stdio::null()).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_phone_opens_with_its_passcode_only_and_delivers() {
    let coordinator = TestCoordinator::start();
    let mut phone = coordinator.phone();
    phone.observer.set_passcode(None, FIRST, None).unwrap();
    assert!(phone.observer.has_passcode());
    phone.notes(2);
    // An invite that is saved while it is open keeps the lock.
    let again = coordinator.invite().to_url().unwrap();
    phone.observer.accept_invite(&again).unwrap();
    phone.observer.close();

    assert_eq!(code(phone::open(phone.dir())), "passcode_needed");
    assert_eq!(code(phone::unlock(phone.dir(), "жеті-алмa")), "passcode_wrong", "a Latin letter");
    assert_eq!(code(phone::unlock(phone.dir(), "12345")), "passcode_unfit");
    let state = passcode_state(&phone.dir().join("store"), &SystemClock::new()).unwrap();
    assert_eq!((state.needed, state.failures, state.wait_ms), (true, 1, 0), "what cannot be one was not tried");
    phone.observer = phone::unlock(phone.dir(), FIRST).unwrap();
    assert_eq!(passcode_state(&phone.dir().join("store"), &SystemClock::new()).unwrap().failures, 0);
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    assert!(phone.observer.records().unwrap().iter().all(|row| row.state == State::Accepted));

    // Whoever has the unlocked phone in hand cannot change it.
    assert_eq!(code(phone.observer.set_passcode(None, SECOND, None)), "passcode_needed");
    assert_eq!(code(phone.observer.set_passcode(Some(SECOND), SECOND, None)), "passcode_wrong");
    assert_eq!(code(phone.observer.remove_passcode(SECOND)), "passcode_wrong");
    assert_eq!(code(phone.observer.set_passcode(Some(FIRST), SECOND, Some(SECOND))), "passcode_unfit");
    phone.observer.remove_passcode(FIRST).unwrap();
    phone.reopen();
    assert_eq!(phone.observer.records().unwrap().len(), 2);
}

#[test]
fn the_passcode_without_the_vault_opens_nothing() {
    let dir = phone_with_draft();
    let observer = phone::open(dir.path()).unwrap();
    observer.set_passcode(None, FIRST, None).unwrap();
    observer.close();
    std::fs::remove_file(dir.path().join("vault/file-vault.key")).unwrap();
    assert_eq!(code(phone::unlock(dir.path(), FIRST)), "vault_lost");
    let state = passcode_state(&dir.path().join("store"), &SystemClock::new()).unwrap();
    assert_eq!(state.failures, 0, "nothing was tried");
}

#[test]
fn after_some_wrong_passcodes_even_the_right_one_waits() {
    let dir = phone_with_draft();
    assert!(run(dir.path(), "lock", None).0);
    for _ in 0..5 {
        assert_eq!(code(phone::unlock(dir.path(), SECOND)), "passcode_wrong");
    }
    for passcode in [FIRST, DURESS, SECOND] {
        let error = phone::unlock(dir.path(), passcode).unwrap_err();
        assert_eq!((error.code(), error.is_retryable()), ("passcode_wait", true), "nothing tells them apart");
    }
    let state = passcode_state(&dir.path().join("store"), &SystemClock::new()).unwrap();
    assert_eq!(state.failures, 5);
    assert!(state.wait_ms > 0 && state.wait_ms <= 30_000, "{state:?}");
}

#[test]
fn the_duress_passcode_destroys_and_shows_an_app_that_was_never_used() {
    let dir = phone_with_draft();
    assert!(run(dir.path(), "lock", None).0);
    let copy = tempfile::tempdir().unwrap();
    copy_dir(&dir.path().join("store"), &copy.path().join("store"));

    let observer = phone::unlock(dir.path(), DURESS).unwrap();
    assert_eq!(observer.drafts().unwrap(), []);
    assert_eq!(observer.status().unwrap().deployment, None);
    observer.close();
    assert_eq!(code(phone::open(dir.path())), "passcode_needed", "as before, to whoever watches");
    assert_eq!(code(phone::unlock(dir.path(), FIRST)), "passcode_wrong");
    assert_eq!(phone::unlock(dir.path(), DURESS).unwrap().drafts().unwrap(), []);

    // A copy that somebody made before opens no more: the vault's key is another one.
    let vault = Arc::new(FileKeyVault::new(dir.path().join("vault")));
    let config = ObserverConfig::new(copy.path().join("store"));
    assert_eq!(code(Observer::open_with_passcode(config, vault, Arc::new(SystemClock::new()), FIRST)), "vault_lost");
}

#[test]
fn the_duress_passcode_destroys_wherever_a_passcode_is_asked_for() {
    let dir = phone_with_draft();
    assert!(run(dir.path(), "lock", None).0);
    let observer = phone::unlock(dir.path(), FIRST).unwrap();
    assert_eq!(code(observer.remove_passcode(DURESS)), "store_closed");
    assert_eq!(code(observer.drafts()), "store_closed");
    assert_eq!(phone::unlock(dir.path(), DURESS).unwrap().drafts().unwrap(), []);
}

/// Killed at each fsync, the phone opens with the passcode that was promised last or with the next one, and with no other.
#[test]
fn a_change_of_passcode_that_is_killed_anywhere_is_the_old_or_the_new() {
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    let steps = [None, Some(FIRST), Some(SECOND), None];
    let mut points = 0;
    for number in 1..60 {
        let dir = phone_with_draft();
        let (finished, lines) = run(dir.path(), "change", Some(Fault::KillAtSync(number)));
        let promised = lines.lines().count();
        let allowed = &steps[promised..(promised + 2).min(steps.len())];
        let mut opened = Vec::new();
        for passcode in [None, Some(FIRST), Some(SECOND)] {
            let observer = match passcode {
                None => phone::open(dir.path()),
                Some(passcode) if opened.is_empty() => phone::unlock(dir.path(), passcode),
                // Without one, anything opens it.
                Some(_) => break,
            };
            if let Ok(observer) = observer {
                assert!(draft_is_there(&observer), "killed at {number}: the draft is lost");
                observer.close();
                opened.push(passcode);
            }
        }
        assert_eq!(opened.len(), 1, "killed at {number}, after {lines:?}: opened by {opened:?}");
        assert!(allowed.contains(&opened[0]), "killed at {number}, after {lines:?}: opened by {opened:?}");
        assert!(!dir.path().join("store/identity.new").exists(), "killed at {number}: a file without the lock is left");
        if finished {
            break;
        }
        points += 1;
    }
    assert!(points >= 10, "only {points} durable writes: the test no longer sees what it should");
    eprintln!("killed at each of {points} durable writes");
}

/// Killed at each fsync, the duress passcode has destroyed nothing, or everything is gone with the next opening.
#[test]
fn destroying_that_is_killed_anywhere_is_finished_by_the_next_opening() {
    assert!(strace::available(), "strace is needed and must be allowed to trace");
    let (mut whole, mut gone) = (0, 0);
    for number in 1..60 {
        let dir = phone_with_draft();
        assert!(run(dir.path(), "lock", None).0);
        let (finished, _) = run(dir.path(), "duress", Some(Fault::KillAtSync(number)));
        match phone::unlock(dir.path(), FIRST) {
            Ok(observer) if draft_is_there(&observer) => {
                assert_eq!(gone, 0, "killed at {number}: it was gone before");
                whole += 1;
            }
            Ok(observer) => {
                assert_eq!(observer.status().unwrap().deployment, None);
                gone += 1;
            }
            Err(error) => {
                assert_eq!(error.code(), "passcode_wrong", "killed at {number}");
                assert_eq!(phone::unlock(dir.path(), DURESS).unwrap().drafts().unwrap(), [], "killed at {number}");
                gone += 1;
            }
        }
        if finished {
            break;
        }
    }
    assert!(whole >= 2 && gone >= 5, "{whole} before and {gone} after: the test no longer sees what it should");
    eprintln!("killed at each of {} durable writes, {whole} before the mark", whole + gone - 1);
}

/// A folder that was locked by the first release with passcodes.
#[test]
fn the_first_locked_identity_still_opens() {
    let dir = tempfile::tempdir().unwrap();
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/identity-v2");
    copy_dir(&fixture, dir.path());
    assert_eq!(code(phone::open(dir.path())), "passcode_needed");
    assert_eq!(code(phone::unlock(dir.path(), SECOND)), "passcode_wrong");
    assert!(phone::unlock(dir.path(), FIRST).unwrap().has_passcode());
    assert!(phone::unlock(dir.path(), DURESS).unwrap().has_passcode(), "a new one, locked with what was typed");
    assert_eq!(code(phone::unlock(dir.path(), FIRST)), "passcode_wrong");
}
