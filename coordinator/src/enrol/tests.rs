use super::*;
use crate::inbox::{MessageError, send_message};
use crate::testing::{Fixture, MORNING_MS};

#[test]
fn invites_are_checked_before_they_are_made() {
    let Fixture { app, _dir, .. } = Fixture::new();
    let create = |options| create_invite(&app, options);
    for server in ["kuager.example", "ftp://kuager.example", "https://", "https://kuager example"] {
        assert!(matches!(create(InviteOptions::new(server)), Err(InviteError::ServerAddress(_))), "{server}");
    }
    let unknown = InviteOptions { stations: vec!["1-1".to_owned()], ..InviteOptions::new("https://kuager.example") };
    assert!(matches!(create(unknown), Err(InviteError::UnknownStation(_))));
    let long = InviteOptions::new(format!("https://{}.example", "x".repeat(2000)));
    assert!(matches!(create(long), Err(InviteError::TooLarge(_))));
    assert!(invites(&app).expect("reads").is_empty());
    assert_eq!(send_message(&app, &[], "to nobody", None), Err(MessageError::UnknownObserver));
}

#[test]
fn invites_can_be_withdrawn_by_their_id() {
    let Fixture { app, clock, _dir, .. } = Fixture::new();
    let invite = create_invite(&app, InviteOptions::new("https://kuager.example")).expect("an invite");
    let id = invite_id(&invite.token);
    let state = || invites(&app).expect("reads")[0].state;
    assert_eq!(state(), InviteState::Open);
    clock.set(u64::MAX);
    assert_eq!(state(), InviteState::Expired);
    clock.set(MORNING_MS + 5);
    assert_eq!(revoke_invite(&app, &id).expect("works").state, InviteState::Revoked);
    assert!(matches!(revoke_invite(&app, "00"), Err(InviteError::Unknown(_))));
}
