use super::*;
use crate::inbox::{MessageError, send_message};
use crate::testing::{Fixture, MORNING_MS};

#[tokio::test]
async fn invites_are_checked_before_they_are_made() {
    let Fixture { app, _dir, .. } = Fixture::new();
    let create = async |options| create_invite(&app, options).await;
    for server in ["kuager.example", "ftp://kuager.example", "https://", "https://kuager example"] {
        assert!(matches!(create(InviteOptions::new(server)).await, Err(InviteError::ServerAddress(_))), "{server}");
    }
    let unknown = InviteOptions { stations: vec!["1-1".to_owned()], ..InviteOptions::new("https://kuager.example") };
    assert!(matches!(create(unknown).await, Err(InviteError::UnknownStation(_))));
    let long = InviteOptions::new(format!("https://{}.example", "x".repeat(2000)));
    assert!(matches!(create(long).await, Err(InviteError::TooLarge(_))));
    assert!(invites(&app).await.expect("reads").is_empty());
    assert_eq!(send_message(&app, &[], "to nobody", None).await, Err(MessageError::UnknownObserver));
}

#[tokio::test]
async fn invites_can_be_withdrawn_by_their_id() {
    let Fixture { app, clock, _dir, .. } = Fixture::new();
    let invite = create_invite(&app, InviteOptions::new("https://kuager.example")).await.expect("an invite");
    let id = invite_id(&invite.token);
    let state = async || invites(&app).await.expect("reads")[0].state;
    assert_eq!(state().await, InviteState::Open);
    clock.set(u64::MAX);
    assert_eq!(state().await, InviteState::Expired);
    clock.set(MORNING_MS + 5);
    assert_eq!(revoke_invite(&app, &id).await.expect("works").state, InviteState::Revoked);
    assert!(matches!(revoke_invite(&app, "00").await, Err(InviteError::Unknown(_))));
}
