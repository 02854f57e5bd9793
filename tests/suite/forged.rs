//! Invites that somebody else made: the real core, the real coordinator, and somebody who reads along between them.
//!
//! A deployment's id is public, and so is its root key. Whoever knows both can write an invite that names them and leads
//! elsewhere. What they must not get is a single call beyond the one that finds it out.

use kuager_coordinator::ceremony::{self, Request};
use kuager_coordinator::clock::{Clock, SystemClock};
use kuager_coordinator::sign::RootKey;
use kuager_core::evidence::{AuthorityFault, Forgery};
use kuager_core::{Observer, ObserverError, Replaces};
use kuager_testing::phone::note;
use kuager_testing::{Interceptor, LONG, Phone, Proxy, TestCoordinator};
use kuager_wire::cose;
use kuager_wire::ids::{DeploymentId, InviteToken, PublicKey};
use kuager_wire::invite::{Invite, Way};
use kuager_wire::servers::Servers;
use kuager_wire::{SigningKey, VERSION};

/// A deployment, somebody in the middle, and their root key.
struct Attack {
    coordinator: TestCoordinator,
    middle: Interceptor,
    root: SigningKey,
}

impl Attack {
    async fn new() -> Self {
        let coordinator = TestCoordinator::start();
        let middle = Interceptor::start(&coordinator).await;
        Self { coordinator, middle, root: SigningKey::from_bytes(&[66; 32]) }
    }

    fn id(&self) -> DeploymentId {
        self.coordinator.deployment.id()
    }

    fn servers(&self, key: &SigningKey) -> Vec<u8> {
        let servers = Servers {
            version: VERSION,
            addresses: vec![self.middle.url()],
            anchors: vec![self.middle.anchor.clone().into()],
            issued_ms: u64::MAX,
        };
        cose::sign(&servers, self.id(), key).unwrap()
    }

    /// The genuine id; root key, servers and anchors of the attacker, who signed them.
    fn other_root(&self) -> Invite {
        Invite {
            deployment: self.id(),
            root_key: PublicKey::from(&self.root),
            token: InviteToken([9; 16]),
            way: Way::Signed { servers: self.servers(&self.root).into(), delegation: None },
        }
    }

    /// The genuine id and root key, with servers and anchors that the attacker signed.
    fn other_statement(&self) -> Invite {
        Invite { root_key: self.coordinator.deployment.genesis().root_key, ..self.other_root() }
    }

    /// The genuine id and root key; unsigned servers and anchors, as the first release had them.
    fn unsigned(&self) -> Invite {
        self.coordinator.unsigned_invite(vec![self.middle.url()], std::slice::from_ref(&self.middle.anchor))
    }

    /// As [`Attack::unsigned`], with genuine servers.
    fn unsigned_anchors(&self) -> Invite {
        let genuine = format!("https://127.0.0.1:{}", self.coordinator.address.port());
        self.coordinator.unsigned_invite(vec![genuine], std::slice::from_ref(&self.middle.anchor))
    }

    /// As [`Attack::unsigned`], with genuine anchors.
    fn unsigned_servers(&self) -> Invite {
        self.coordinator.unsigned_invite(vec![self.middle.url()], self.coordinator.deployment.anchors_der())
    }

    /// Everything genuine but the token.
    fn other_token(&self) -> Invite {
        Invite { token: InviteToken([9; 16]), ..self.coordinator.invite() }
    }
}

fn refused(observer: &Observer, invite: &Invite) -> Forgery {
    let url = invite.to_url().unwrap();
    let preview = observer.preview_invite(&url).unwrap_err();
    match observer.accept_invite(&url).unwrap_err() {
        ObserverError::Forged(forgery) => {
            assert_eq!(preview.to_string(), format!("this invite is forged: {forgery}"));
            forgery
        }
        other => panic!("{other}"),
    }
}

/// What was sealed goes to the coordinator, and to nobody else.
async fn delivers(attack: &Attack, observer: &Observer) {
    note(observer, "secret: the chair forged line 5").unwrap();
    let before = attack.middle.calls();
    let summary = observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed, "{summary:?}");
    assert_eq!(attack.middle.calls(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolled_phone_is_not_taken_over() {
    let attack = Attack::new().await;
    let phone = attack.coordinator.phone();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let before = phone.observer.status().unwrap();
    assert_eq!(refused(&phone.observer, &attack.other_root()), Forgery::RootKey);
    assert!(matches!(refused(&phone.observer, &attack.other_statement()), Forgery::Statement(_)));
    for unsigned in [attack.unsigned(), attack.unsigned_servers(), attack.unsigned_anchors()] {
        assert_eq!(refused(&phone.observer, &unsigned), Forgery::Unsigned);
    }
    delivers(&attack, &phone.observer).await;
    // Another token changes nothing for a device that is enrolled.
    let token = attack.other_token().to_url().unwrap();
    assert_eq!(phone.observer.preview_invite(&token).unwrap().replaces, Some(Replaces::Token));
    phone.observer.accept_invite(&token).unwrap();
    delivers(&attack, &phone.observer).await;
    let after = phone.observer.status().unwrap();
    assert_eq!((after.pack, after.credential, after.deployment), (before.pack, before.credential, before.deployment));
    assert_eq!(attack.middle.calls(), [""; 0]);
    assert_eq!(attack.coordinator.records(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_has_joined_is_not_taken_over_before_it_was_ever_online() {
    let attack = Attack::new().await;
    let phone = attack.coordinator.phone();
    assert_eq!(refused(&phone.observer, &attack.other_root()), Forgery::RootKey);
    assert!(matches!(refused(&phone.observer, &attack.other_statement()), Forgery::Statement(_)));
    assert_eq!(refused(&phone.observer, &attack.unsigned()), Forgery::Addresses);
    assert_eq!(refused(&phone.observer, &attack.unsigned_servers()), Forgery::Addresses);
    assert_eq!(refused(&phone.observer, &attack.unsigned_anchors()), Forgery::Anchors);
    delivers(&attack, &phone.observer).await;
    assert_eq!(attack.middle.calls(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_phone_finds_out_with_its_first_call_and_believes_nothing_of_it() {
    let attack = Attack::new().await;
    for (forged, part) in [(attack.other_root(), "root_key"), (attack.unsigned(), "unsigned")] {
        let calls = attack.middle.calls().len();
        let mut phone = Phone::new();
        let url = forged.to_url().unwrap();
        // Offline nothing contradicts it but the person who compares.
        let genuine = attack.coordinator.invite().to_url().unwrap();
        let shown = phone.observer.preview_invite(&url).unwrap();
        assert_ne!(shown.digits, phone.observer.preview_invite(&genuine).unwrap().digits);
        phone.observer.accept_invite(&url).unwrap();
        let sealed = note(&phone.observer, "sealed before it was found out").unwrap();

        let summary = phone.observer.sync_until(LONG).await.unwrap();
        assert_eq!((summary.completed, summary.left), (false, 1));
        assert_eq!(attack.middle.calls()[calls..], ["GET /v1/genesis"]);
        for _ in 0..2 {
            let status = phone.observer.status().unwrap();
            assert_eq!((status.invite_forged.as_deref(), status.waiting), (Some(part), 1));
            assert_eq!((status.deployment, status.pack), (Some(attack.id()), None));
            assert!(matches!(phone.observer.pack().unwrap_err(), ObserverError::NoPack | ObserverError::NotInvited));
            // A sync goes nowhere, and neither does another invite of the same hand.
            phone.observer.sync_until(LONG).await.unwrap();
            assert_eq!(attack.middle.calls().len(), calls + 1);
            let again = phone.observer.accept_invite(&url).unwrap_err();
            assert_eq!(again.code(), "invite_forged");
            // Nor does a restart bring it back.
            phone.reopen();
        }
        note(&phone.observer, "sealed after it was found out").unwrap();
        phone.observer.accept_invite(&genuine).unwrap();
        phone.observer.import_pack(attack.coordinator.pack().to_vec()).unwrap();
        delivers(&attack, &phone.observer).await;
        let status = phone.observer.status().unwrap();
        assert_eq!((status.invite_forged, status.delivered), (None, 3));
        assert!(phone.observer.record(sealed.hash).unwrap().receipt.is_some());
        assert_eq!(phone.observer.verify().unwrap().faults, []);
    }
    // Who has only one of the two is not even called.
    for forged in [attack.unsigned_servers(), attack.unsigned_anchors()] {
        let calls = attack.middle.calls().len();
        let phone = Phone::new();
        phone.observer.accept_invite(&forged.to_url().unwrap()).unwrap();
        let _ = phone.observer.sync_until(std::time::Duration::from_millis(1500)).await.unwrap();
        assert_eq!(attack.middle.calls().len(), calls);
        assert_eq!(phone.observer.status().unwrap().credential, None);
    }
    assert!(matches!(refused(&Phone::new().observer, &attack.other_statement()), Forgery::Statement(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_deployment_itself_can_move_and_old_invites_do_not_move_it_back() {
    let coordinator = TestCoordinator::start();
    let first = coordinator.invite().to_url().unwrap();
    let phone = Phone::new();
    phone.observer.accept_invite(&first).unwrap();
    phone.observer.import_pack(coordinator.pack().to_vec()).unwrap();
    phone.checklist();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    // The same servers: the same statement, the same digits.
    let same = coordinator.invite();
    let digits = phone.observer.preview_invite(&same.to_url().unwrap()).unwrap().digits;
    assert_eq!(phone.observer.preview_invite(&first).unwrap().digits, digits);

    let proxy = Proxy::start(coordinator.address).await;
    let moved = coordinator.invite_through(proxy.address).to_url().unwrap();
    let preview = phone.observer.preview_invite(&moved).unwrap();
    assert_eq!(preview.replaces, Some(Replaces::Servers));
    assert!(preview.signed && preview.title.is_some() && preview.digits != digits);
    phone.observer.accept_invite(&moved).unwrap();
    // An invite that lay in a drawer is still good for its token, and for nothing else.
    phone.observer.accept_invite(&first).unwrap();
    assert_eq!(proxy.bytes().0, 0);
    phone.checklist();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    assert!(proxy.bytes().0 > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invite_that_leads_nowhere_can_be_taken_back() {
    let attack = Attack::new().await;
    let phone = Phone::new();
    assert_eq!(phone.observer.forget_invite().unwrap_err().code(), "not_invited");
    phone.observer.accept_invite(&attack.other_root().to_url().unwrap()).unwrap();
    phone.observer.forget_invite().unwrap();
    let genuine = attack.coordinator.invite();
    phone.observer.accept_invite(&genuine.to_link("https://join.example.org/kuager").unwrap()).unwrap();
    phone.observer.import_pack(attack.coordinator.pack().to_vec()).unwrap();
    delivers(&attack, &phone.observer).await;
    assert_eq!(phone.observer.forget_invite().unwrap_err().code(), "joined_already");
    assert_eq!(attack.middle.calls(), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_enrol_by_an_issuer_and_learn_that_it_was_revoked() {
    let coordinator = TestCoordinator::start();
    let by_root = coordinator.invite();
    let deployment = &coordinator.deployment;
    let now_ms = || SystemClock::default().now_ms();
    let root = RootKey::of(deployment).unwrap();
    let issuer = ceremony::delegate_here(deployment, now_ms(), 30).unwrap();
    root.leave(deployment).unwrap();

    // Whose invite says nothing of the issuer asks for the delegation.
    let first = Phone::invited(&by_root, coordinator.pack());
    first.checklist();
    assert!(first.observer.sync_until(LONG).await.unwrap().completed);
    assert!(first.observer.status().unwrap().credential.is_some());
    // An invite by the issuer brings it along.
    let proxy = Proxy::start(coordinator.address).await;
    let by_issuer = coordinator.invite_through(proxy.address);
    assert!(by_issuer.way.delegation().is_some());
    let second = Phone::invited(&by_issuer, coordinator.pack());
    second.checklist();
    assert!(second.observer.sync_until(LONG).await.unwrap().completed);

    let request = Request::new(deployment).revoking(issuer.key.kid(), 0).issuer(deployment, now_ms(), 30).unwrap();
    ceremony::import(deployment, &request.sign(&root).unwrap()).unwrap();
    for phone in [&first, &second] {
        phone.checklist();
        assert!(phone.observer.sync_until(LONG).await.unwrap().completed, "who is at work goes on");
    }
    let revoked = Forgery::Statement(AuthorityFault::Revoked { kid: issuer.key.kid() });
    assert_eq!(refused(&first.observer, &by_issuer), revoked);
    // The next issuer says it again.
    first.observer.accept_invite(&coordinator.invite_through(proxy.address).to_url().unwrap()).unwrap();
    first.checklist();
    assert!(first.observer.sync_until(LONG).await.unwrap().completed);
    assert!(coordinator.phone().observer.sync_until(LONG).await.unwrap().completed);
}
