use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::setup::{InitOptions, SetupError, init};
use crate::sign::Signer;

/// Everything in a data directory, as a coordinator opens it.
fn open(dir: &Path) -> Result<Deployment, DeploymentError> {
    let deployment = Deployment::open(dir)?;
    Signer::open(&deployment).map(|_| deployment)
}

fn deployment() -> (tempfile::TempDir, Deployment) {
    let dir = tempfile::tempdir().expect("a folder");
    let deployment = init(dir.path(), InitOptions::default()).expect("a deployment");
    (dir, deployment)
}

#[test]
fn what_was_made_opens_again() {
    let (dir, made) = deployment();
    let opened = open(dir.path()).expect("opens");
    assert_eq!((opened.id(), opened.genesis_bytes()), (made.id(), made.genesis_bytes()));
    assert_eq!(opened.latest_pack().hash, made.latest_pack().hash);
    assert_eq!(opened.anchors_der().len(), 1);
    assert_eq!(opened.genesis().log_origin, "localhost/kuager/kz-2023-03-19");
    for secret in ["keys/root.seed", "keys/receipt.seed", "keys/log.seed", "tls/ca.key", "tls/server.key", "ledger.db"]
    {
        let mode = fs::metadata(dir.path().join(secret)).expect("is there").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{secret}");
    }
    assert!(!format!("{opened:?}").contains("seed"), "keys do not show in debug output");
}

#[test]
fn a_deployment_is_never_overwritten() {
    let (dir, made) = deployment();
    assert!(matches!(
        init(dir.path(), InitOptions::default()),
        Err(SetupError::Deployment(DeploymentError::AlreadyThere(_)))
    ));
    assert_eq!(Deployment::open(dir.path()).expect("opens").id(), made.id());
    let other = tempfile::tempdir().expect("a folder");
    fs::write(other.path().join("thesis.doc"), "years of work").expect("writes");
    assert!(matches!(
        init(other.path(), InitOptions::default()),
        Err(SetupError::Deployment(DeploymentError::NotEmpty(_)))
    ));
    let entries = fs::read_dir(other.path()).expect("reads").count();
    assert_eq!(entries, 1, "nothing was added");
    assert!(matches!(Deployment::open(other.path()), Err(DeploymentError::Missing(_))));
}

#[test]
fn whatever_does_not_belong_together_is_named() {
    let overwrite =
        |file: &'static str, bytes: &'static [u8]| move |dir: &Path| fs::write(dir.join(file), bytes).expect("writes");
    type Damage = Box<dyn Fn(&Path)>;
    let cases: [(&str, Damage); 6] = [
        ("root.seed", Box::new(overwrite("keys/root.seed", &[1; 32]))),
        ("log.seed", Box::new(overwrite("keys/log.seed", &[1; 31]))),
        ("genesis.cbor", Box::new(overwrite("genesis.cbor", b"\xd2"))),
        ("ca.pem", Box::new(overwrite("tls/ca.pem", b"not a certificate"))),
        (
            "packs",
            Box::new(|dir| {
                fs::remove_dir_all(dir.join("packs")).expect("works");
                fs::create_dir(dir.join("packs")).expect("works");
            }),
        ),
        (
            "cbor",
            Box::new(|dir| {
                let entries = fs::read_dir(dir.join("packs")).expect("reads");
                let mut paths = entries.map(|entry| entry.expect("reads").path());
                let pack = paths.find(|path| path.is_file()).expect("a pack");
                let mut bytes = fs::read(&pack).expect("reads");
                bytes[1000] ^= 1;
                fs::write(pack, bytes).expect("writes");
            }),
        ),
    ];
    for (name, damage) in cases {
        let (dir, _) = deployment();
        damage(dir.path());
        match open(dir.path()) {
            Err(DeploymentError::Corrupt { path, .. }) => assert!(path.to_string_lossy().contains(name), "{path:?}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn what_others_may_read_is_not_used() {
    let (dir, _) = deployment();
    fs::create_dir(dir.path().join("media")).expect("works");
    fs::set_permissions(dir.path().join("media"), fs::Permissions::from_mode(0o700)).expect("works");
    fs::write(dir.path().join("ledger.db-wal"), "").expect("works");
    fs::set_permissions(dir.path().join("ledger.db-wal"), fs::Permissions::from_mode(0o600)).expect("works");
    Deployment::open(dir.path()).expect("opens");
    let private = [
        "keys/root.seed",
        "keys/log.seed",
        "tls/ca.key",
        "tls/server.key",
        "ledger.db",
        "ledger.db-wal",
        "media",
        "keys",
    ];
    for name in private {
        let path = dir.path().join(name);
        let before = fs::metadata(&path).expect("is there").permissions();
        for more in [0o040, 0o004, 0o020, 0o001] {
            fs::set_permissions(&path, fs::Permissions::from_mode(before.mode() | more)).expect("works");
            let error = Deployment::open(dir.path()).expect_err("others may use it");
            assert!(
                matches!(&error, DeploymentError::Permissions { path: named, .. } if *named == path),
                "{name}: {error}"
            );
            let chmod = format!("chmod {:o} {}", before.mode() & 0o777, path.display());
            assert!(error.to_string().contains(&chmod), "{error}");
        }
        fs::set_permissions(&path, before).expect("works");
    }
    Deployment::open(dir.path()).expect("opens again");
    fs::remove_file(dir.path().join("tls/ca.key")).expect("works");
    Deployment::open(dir.path()).expect("an authority's key may lie elsewhere");
}

#[test]
fn one_server_per_folder() {
    let (dir, deployment) = deployment();
    let serving = deployment.claim().expect("is free");
    let again = Deployment::open(dir.path()).expect("others may look in");
    let error = again.claim().expect_err("is taken");
    assert!(matches!(error, DeploymentError::Served { pid: Some(pid), .. } if pid == std::process::id()), "{error}");
    assert!(error.to_string().contains(&format!("by process {}", std::process::id())));
    drop(serving);
    again.claim().expect("is free again");
    let mode = fs::metadata(dir.path().join("serve.lock")).expect("is there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
}
