use super::super::vault::FileKeyVault;
use super::*;

#[test]
fn an_identity_comes_back_and_only_from_its_own_vault() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let vault = FileKeyVault::new(dir.path().join("vault"));
    let made = Identity::create(dir.path(), &vault, None).expect("creates");
    let loaded = Identity::load(dir.path(), &vault).expect("loads");
    assert_eq!(made.kid(), loaded.kid());
    assert_eq!(made.store_key.0, loaded.store_key.0);

    let other = FileKeyVault::new(dir.path().join("other"));
    other.seal(b"makes its key").expect("seals");
    let refused = Identity::load(dir.path(), &other).expect_err("another vault");
    assert!(matches!(refused, IdentityError::Vault(VaultError::Lost)), "{refused}");

    vault.destroy().expect("destroys");
    let gone = Identity::load(dir.path(), &vault).expect_err("no key any more");
    assert!(matches!(gone, IdentityError::Vault(VaultError::Lost)), "{gone}");
}

#[test]
fn the_file_shows_no_secret_and_damage_is_named() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let vault = FileKeyVault::new(dir.path().join("vault"));
    let identity = Identity::create(dir.path(), &vault, None).expect("creates");
    let path = dir.path().join(Identity::FILE);
    let bytes = fs::read(&path).expect("the file is there");
    for secret in [identity.store_key.0, identity.device_key.to_bytes()] {
        assert!(!bytes.windows(32).any(|window| window == secret));
    }
    fs::write(&path, &bytes[..bytes.len() - 1]).expect("writes");
    assert!(matches!(Identity::load(dir.path(), &vault), Err(IdentityError::Damaged(_))));
    fs::remove_file(&path).expect("removes");
    assert!(matches!(Identity::load(dir.path(), &vault), Err(IdentityError::Missing)));
}

/// What a guess costs in tests that are not about it.
const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

fn now() -> ClockSample {
    ClockSample { wall_ms: 0, monotonic_ms: 1_000, boot_id: kuager_wire::ids::BootId([1; 16]) }
}

fn passcode(typed: &str) -> Passcode {
    Passcode::new(typed).expect("fit to be one")
}

fn opened(unlocked: Unlocked) -> Identity {
    match unlocked {
        Unlocked::Identity(identity) => *identity,
        Unlocked::Duress => panic!("that was not the duress passcode"),
    }
}

#[test]
fn both_the_vault_and_the_passcode_are_needed() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let vault = FileKeyVault::new(dir.path().join("vault"));
    let made = Identity::create(dir.path(), &vault, None).expect("creates");
    assert!(!Identity::is_locked(dir.path()).expect("reads"));
    let locked = made.locked(&passcode("471182"), None, CHEAP).expect("locks");
    locked.save(dir.path(), &vault).expect("saves");
    assert!(Identity::is_locked(dir.path()).expect("reads"));

    let refused = Identity::load(dir.path(), &vault).expect_err("locked");
    assert!(matches!(refused, IdentityError::Passcode(PasscodeError::Needed)), "{refused}");
    let refused = Identity::unlock(dir.path(), &vault, &passcode("471183"), &now()).expect_err("another one");
    assert!(matches!(refused, IdentityError::Passcode(PasscodeError::Wrong { wait_ms: 0 })), "{refused}");
    let again = opened(Identity::unlock(dir.path(), &vault, &passcode("471182"), &now()).expect("opens"));
    assert_eq!((again.kid(), again.store_key.0), (made.kid(), made.store_key.0));

    // Even what the vault gives away holds neither secret.
    let file = IdentityFile::read(dir.path()).expect("reads");
    let plain = vault.unseal(&file.sealed).expect("unseals");
    for secret in [made.store_key.0, made.device_key.to_bytes()] {
        assert!(!plain.windows(32).any(|window| window == secret));
    }
    vault.destroy().expect("destroys");
    let gone = Identity::unlock(dir.path(), &vault, &passcode("471182"), &now()).expect_err("no vault");
    assert!(matches!(gone, IdentityError::Vault(VaultError::Lost)), "{gone}");
}

#[test]
fn what_is_saved_while_it_is_open_stays_locked_until_it_is_unlocked() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let vault = FileKeyVault::new(dir.path().join("vault"));
    let made = Identity::create(dir.path(), &vault, Some(&passcode("жеті алма"))).expect("creates");
    let deployment = DeploymentId([7; 32]);
    made.following(None, Some(deployment)).save(dir.path(), &vault).expect("saves");
    let again = opened(Identity::unlock(dir.path(), &vault, &passcode("жеті алма"), &now()).expect("opens"));
    assert_eq!(again.deployment, Some(deployment));
    again.unlocked().save(dir.path(), &vault).expect("saves");
    assert_eq!(Identity::load(dir.path(), &vault).expect("loads").kid(), made.kid());
}

#[test]
fn nobody_sees_whether_there_is_a_duress_passcode() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let vault = FileKeyVault::new(dir.path().join("vault"));
    let made = Identity::create(dir.path(), &vault, None).expect("creates");
    let mut sizes = Vec::new();
    for duress in [None, Some(passcode("000471"))] {
        made.locked(&passcode("471182"), duress.as_ref(), CHEAP)
            .expect("locks")
            .save(dir.path(), &vault)
            .expect("saves");
        let file = IdentityFile::read(dir.path()).expect("reads");
        let locked: Locked =
            canonical::decode(&vault.unseal(&file.sealed).expect("unseals"), FILE_LIMIT).expect("reads");
        sizes.push((
            fs::read(dir.path().join(Identity::FILE)).expect("reads").len(),
            minicbor::to_vec(&locked.slots).expect("writes").len(),
        ));
        let entered = Identity::unlock(dir.path(), &vault, &passcode("000471"), &now());
        match duress {
            None => assert!(matches!(entered, Err(IdentityError::Passcode(PasscodeError::Wrong { .. })))),
            Some(_) => assert!(matches!(entered, Ok(Unlocked::Duress))),
        }
    }
    assert_eq!(sizes[0], sizes[1]);
    let same =
        made.locked(&passcode("471182"), Some(&passcode("４７１１８２")), CHEAP).expect_err("the same, in wide digits");
    assert!(matches!(same, IdentityError::Passcode(PasscodeError::Unfit(_))), "{same}");
}

#[test]
fn an_attempt_counts_before_it_is_looked_at_and_the_right_one_clears() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let vault = FileKeyVault::new(dir.path().join("vault"));
    let made = Identity::create(dir.path(), &vault, None).expect("creates");
    let locked = made.locked(&passcode("471182"), None, CHEAP).expect("locks");
    locked.save(dir.path(), &vault).expect("saves");
    let mut clock = now();
    let mut waits = Vec::new();
    for _ in 0..7 {
        match Identity::unlock(dir.path(), &vault, &passcode("wrong one"), &clock) {
            Err(IdentityError::Passcode(PasscodeError::Wrong { wait_ms })) => waits.push(wait_ms),
            other => panic!("{other:?}"),
        }
        let wait_ms = *waits.last().expect("just pushed");
        if wait_ms > 0 {
            clock.monotonic_ms += wait_ms - 1;
            let early =
                Identity::unlock(dir.path(), &vault, &passcode("471182"), &clock).expect_err("a millisecond early");
            assert!(matches!(early, IdentityError::Passcode(PasscodeError::Wait { wait_ms: 1 })), "{early}");
            let early = locked.confirm(dir.path(), Some(&passcode("471182")), &clock).expect_err("the same count");
            assert!(matches!(early, IdentityError::Passcode(PasscodeError::Wait { wait_ms: 1 })), "{early}");
            clock.monotonic_ms += 1;
        }
    }
    assert_eq!(waits, [0, 0, 0, 0, 30_000, 60_000, 120_000]);
    assert_eq!(Attempts::load(dir.path()).expect("loads").failures(), 7);
    opened(Identity::unlock(dir.path(), &vault, &passcode("471182"), &clock).expect("opens"));
    assert_eq!(Attempts::load(dir.path()).expect("loads").failures(), 0);
}

#[test]
fn a_file_does_not_exhaust_the_phone_that_opens_it() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let vault = FileKeyVault::new(dir.path().join("vault"));
    let made = Identity::create(dir.path(), &vault, None).expect("creates");
    for cost in [
        Cost { memory_kib: 256 * 1024 + 1, ..CHEAP },
        Cost { passes: 11, ..CHEAP },
        Cost { lanes: 5, ..CHEAP },
        Cost { memory_kib: 0, ..CHEAP },
    ] {
        let refused = made.locked(&passcode("471182"), None, cost).expect_err("beyond the bound");
        assert!(matches!(refused, IdentityError::Damaged(_)), "{refused}");
    }
    for typed in ["", "12345", "111111", "жжжжжжж", &"ab".repeat(33), &"\u{fdfa}".repeat(300), &"a".repeat(100_000)]
    {
        assert!(matches!(Passcode::new(typed), Err(PasscodeError::Unfit(_))), "{} bytes", typed.len());
    }
}
