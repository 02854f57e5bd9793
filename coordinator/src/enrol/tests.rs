use super::*;
use crate::inbox::{MessageError, send_message};
use crate::testing::{Fixture, MORNING_MS};

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
