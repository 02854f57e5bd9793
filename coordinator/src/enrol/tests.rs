use kuager_wire::enrolment::{Attestation, AttestationFormat};
use kuager_wire::ids::InviteToken;
use kuager_wire::receipt::RefusalCode;

use super::*;
use crate::inbox::{MessageError, send_message};
use crate::testing::{Fixture, MORNING_MS, kid};

#[tokio::test]
async fn invites_are_checked_before_they_are_made() {
    let Fixture { app, _dir, .. } = Fixture::new();
    let create = async |options| create_invite(&app, options).await;
    for server in [
        "localhost",
        "ftp://localhost",
        "https://",
        "https://local host",
        "http://kuager.example",
        "https://localhost/x",
    ] {
        let refused = create(InviteOptions::new(server)).await;
        assert!(matches!(&refused, Err(InviteError::ServerAddress { address, .. }) if address == server), "{server}");
    }
    for (host, shown) in
        [("kuager.example:8443", "kuager.example"), ("203.0.113.7", "203.0.113.7"), ("[2001:db8::1]", "2001:db8::1")]
    {
        let servers = vec!["https://localhost:8443".to_owned(), format!("https://{host}")];
        let refused = create(InviteOptions { servers, ..InviteOptions::new("") }).await.expect_err("is not named");
        assert!(
            matches!(&refused, InviteError::NotInCertificate(missing) if missing.to_string() == shown),
            "{refused}"
        );
        assert!(refused.to_string().contains(&format!("kuager certificate --add-host {shown}`")), "{refused}");
    }
    let none = create(InviteOptions { servers: Vec::new(), ..InviteOptions::new("") }).await;
    assert!(matches!(none, Err(InviteError::NoServer)));
    let unknown = InviteOptions { stations: vec!["1-1".to_owned()], ..InviteOptions::new("https://localhost:8443") };
    assert!(matches!(create(unknown).await, Err(InviteError::UnknownStation(_))));
    let long = InviteOptions { servers: vec!["https://localhost:8443".to_owned(); 100], ..InviteOptions::new("") };
    assert!(matches!(create(long).await, Err(InviteError::TooLarge(_))));
    assert!(invites(&app).await.expect("reads").is_empty());
    app.deployment.renew_certificate(&["kuager.example".to_owned()], MORNING_MS).expect("is issued");
    let servers = ["https://kuager.example", "https://kuager.example:443", "https://127.0.0.1:1", "http://127.0.0.1:2"];
    let servers = servers.map(str::to_owned).to_vec();
    let invite = create(InviteOptions { servers: servers.clone(), ..InviteOptions::new("") }).await.expect("an invite");
    let way = kuager_evidence::verify_invite(&invite, None).expect("agrees with itself");
    assert_eq!(way.addresses, servers);
    assert_eq!(send_message(&app, &[], "to nobody", None).await, Err(MessageError::UnknownObserver));
}

#[tokio::test]
async fn invites_can_be_withdrawn_by_their_id() {
    let Fixture { app, clock, _dir, .. } = Fixture::new();
    let invite = create_invite(&app, InviteOptions::new("https://localhost:8443")).await.expect("an invite");
    let id = invite_id(&invite.token);
    let state = async || invites(&app).await.expect("reads")[0].state;
    assert_eq!(state().await, InviteState::Open);
    clock.set(u64::MAX);
    assert_eq!(state().await, InviteState::Expired);
    clock.set(MORNING_MS + 5);
    assert_eq!(revoke_invite(&app, &id).await.expect("works").state, InviteState::Revoked);
    assert!(matches!(revoke_invite(&app, "00").await, Err(InviteError::Unknown(_))));
}

#[tokio::test]
async fn a_device_that_was_lost_returns_with_the_credential_it_has() {
    // Two ledgers of one deployment: the second one is of before the devices.
    let fixture = Fixture::new();
    let older = tempfile::tempdir().expect("a folder");
    let ledger = crate::SqliteLedger::open(&older.path().join("ledger.db")).expect("opens");
    let app = crate::App::with_ledger(fixture.deployment.clone(), std::sync::Arc::new(ledger), fixture.clock.clone());
    let app = app.expect("opens");
    let again = async |body| enrol(&app, body).await.expect("works").map_err(|refusal| refusal.code);
    let token = fixture.invite().await;
    let credential = enrol(&fixture.app, fixture.enrolment(1, token)).await.expect("works").expect("is accepted");
    assert_eq!(again(fixture.enrolment(1, token)).await, Err(RefusalCode::InviteUnknown), "says nothing for itself");
    let stranger = Fixture::new().enrol(1).await;
    for (what, wrong) in
        [("of another deployment", stranger), ("nothing", vec![1]), ("another key's", fixture.enrol(2).await)]
    {
        let request = fixture.enrolment_again(1, token, Some(wrong));
        assert_eq!(again(request).await, Err(RefusalCode::InviteUnknown), "{what}");
    }
    let request = fixture.enrolment_again(1, token, Some(credential.clone()));
    assert_eq!(again(request.clone()).await, Ok(credential.clone()), "the very credential");
    assert_eq!(again(request.clone()).await, Ok(credential));
    assert_eq!(again(fixture.enrolment(3, token)).await, Err(RefusalCode::InviteUsed), "the invite is spent");
    let observer = fixture.ledger.device(kid(1)).await.expect("reads").expect("is known").observer;
    assert_eq!(app.ledger.device(kid(1)).await.expect("reads").expect("is known").observer, observer);
    revoke_device(&app, kid(1), None).await.expect("works");
    assert_eq!(again(request).await, Err(RefusalCode::RevokedDevice));
    let unknown = fixture.enrolment(4, InviteToken([0; 16]));
    assert_eq!(again(unknown).await, Err(RefusalCode::InviteUnknown));
}

#[tokio::test]
async fn a_key_goes_on_for_another_one_by_its_word() {
    let fixture = Fixture::new();
    let app = &fixture.app;
    let credential = fixture.enrol(1).await;
    let other = fixture.enrol(2).await;
    let spent = InviteToken([0; 16]);
    let enrol = async |request| enrol(app, request).await.expect("works").map_err(|refusal| refusal.code);
    let word = |by: u8, of: u8| fixture.succession(by, of);
    let ask = |seed: u8, credential: &[u8], succession: Vec<u8>| {
        fixture.enrolment_with(seed, spent, Some(credential.to_vec()), Some(succession))
    };
    for (what, request, code) in [
        ("another key's word", ask(5, &credential, word(2, 5)), RefusalCode::BadSignature),
        ("a word about another key", ask(5, &credential, word(1, 6)), RefusalCode::BadSignature),
        ("a word without the credential of who says it", ask(5, &other, word(1, 5)), RefusalCode::BadSignature),
        ("no credential", ask(5, &[1], word(1, 5)), RefusalCode::UnknownDevice),
    ] {
        assert_eq!(enrol(request).await, Err(code), "{what}");
    }
    let request = ask(5, &credential, word(1, 5));
    let new = enrol(request.clone()).await.expect("is enrolled");
    assert_eq!(enrol(request).await, Ok(new), "the same again");
    let observer = async |seed| app.ledger.device(kid(seed)).await.expect("reads").expect("is known").observer;
    assert_eq!(observer(5).await, observer(1).await);
    // A thief cannot go on for a key that was taken back; who gets another invite is welcome.
    revoke_device(app, kid(1), None).await.expect("works");
    assert_eq!(enrol(ask(6, &credential, word(1, 6))).await, Err(RefusalCode::RevokedDevice));
    let invited = fixture.enrolment_with(6, fixture.invite().await, Some(credential.clone()), Some(word(1, 6)));
    assert!(enrol(invited).await.is_ok());
}

/// Whatever a platform says, the device is enrolled; what came is kept with what was found, once.
#[tokio::test]
async fn an_attestation_is_kept_and_decides_nothing() {
    let fixture = Fixture::new();
    let say = |part: &[u8]| Attestation { format: AttestationFormat::AndroidKey, parts: vec![part.to_vec().into()] };
    let request = fixture.enrolment_attested(1, fixture.invite().await, say(b"no certificate"));
    let credential = enrol(&fixture.app, request).await.expect("works").expect("is enrolled");
    let row = fixture.ledger.attestation(kid(1)).await.expect("reads").expect("is kept");
    assert_eq!((row.result.as_str(), row.level.as_deref(), row.details.as_str()), ("unreadable", None, "{}"));
    assert_eq!(minicbor::decode::<Attestation>(&row.evidence).expect("reads"), say(b"no certificate"));

    let again = fixture.enrolment_attested(1, fixture.invite().await, say(b"another word"));
    assert_eq!(enrol(&fixture.app, again).await.expect("works").expect("the same"), credential);
    assert_eq!(fixture.ledger.attestation(kid(1)).await.expect("reads"), Some(row), "the first one stays");
    let plain = fixture.enrolment(2, fixture.invite().await);
    enrol(&fixture.app, plain).await.expect("works").expect("is enrolled");
    assert_eq!(fixture.ledger.attestation(kid(2)).await.expect("reads"), None);
    // Who is not enrolled leaves nothing.
    let refused = fixture.enrolment_attested(3, InviteToken([9; 16]), say(b"no invite"));
    assert!(enrol(&fixture.app, refused).await.expect("works").is_err());
    assert_eq!(fixture.ledger.attestation(kid(3)).await.expect("reads"), None);
    let counts = fixture.ledger.attestation_counts().await.expect("counts");
    assert_eq!(counts.iter().map(|count| count.devices).sum::<u64>(), 1);
}
