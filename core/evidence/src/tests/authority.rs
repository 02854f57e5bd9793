//! Who may sign for a deployment, and which invites are its own.

use kuager_wire::cose::{self, Purpose, StatementError};
use kuager_wire::delegation::{Delegation, Revocation, RevokedKey};
use kuager_wire::genesis::Deployment;
use kuager_wire::ids::{InviteToken, PublicKey};
use kuager_wire::invite::{Invite, Way};
use kuager_wire::servers::Servers;

use super::{deployment, key};
use crate::{Authority, AuthorityFault, Forgery, device_trust, later, verify_invite, verify_invite_with};

fn delegation(purposes: &[&str], number: u64) -> Delegation {
    Delegation {
        version: 1,
        key: PublicKey::from(&key(6)),
        purposes: purposes.iter().map(|name| (*name).to_owned()).collect(),
        not_before_ms: 100,
        not_after_ms: 200,
        number,
    }
}

fn servers(address: &str, issued_ms: u64) -> Servers {
    Servers { version: 1, addresses: vec![address.to_owned()], anchors: vec![vec![1].into()], issued_ms }
}

fn sign<T: cose::Statement>(statement: &T, seed: u8) -> Vec<u8> {
    cose::sign(statement, deployment(Some(2)).id, &key(seed)).expect("fits")
}

#[test]
fn an_issuer_signs_what_it_may_while_it_may() {
    let mut authority = Authority::from(&deployment(Some(2)));
    let kid = PublicKey::from(&key(6)).kid();
    let by = |seed, issued_ms| sign(&servers("https://a.example", issued_ms), seed);
    assert_eq!(authority.open::<Servers>(&by(1, 5)).expect("by the root key").issued_ms, 5);
    assert_eq!(authority.open::<Servers>(&by(6, 150)), Err(AuthorityFault::NotDelegated { kid }));
    // Only the root key delegates, and only what is its own to give.
    let own = sign(&delegation(&["servers"], 1), 6);
    assert!(matches!(authority.delegate(&own), Err(AuthorityFault::Statement(StatementError::WrongKey { .. }))));
    authority.delegate(&sign(&delegation(&["credential", "later"], 1), 1)).expect("by the root key");
    let purpose = Purpose::Servers;
    assert_eq!(authority.open::<Servers>(&by(6, 150)), Err(AuthorityFault::OtherPurpose { kid, purpose }));
    authority.delegate(&sign(&delegation(&["servers"], 2), 1)).expect("by the root key");
    for (dated_ms, holds) in [(99, false), (100, true), (200, true), (201, false)] {
        let opened = authority.open::<Servers>(&by(6, dated_ms));
        assert_eq!(opened.is_ok(), holds, "{dated_ms}: {opened:?}");
    }
    let revocation = |what, seed| {
        sign(&Revocation { version: 1, kid, what, revoked_ms: 150, last_seq: None, reinstated: None }, seed)
    };
    assert!(authority.revoke(&revocation(RevokedKey::Issuer, 6)).is_err(), "an issuer revokes no issuer");
    assert!(authority.revoke(&revocation(RevokedKey::Device, 1)).is_err());
    authority.revoke(&revocation(RevokedKey::Issuer, 1)).expect("by the root key");
    assert!(authority.open::<Servers>(&by(6, 149)).is_ok());
    assert_eq!(authority.open::<Servers>(&by(6, 150)), Err(AuthorityFault::Revoked { kid }));
    let mut flipped = by(6, 149);
    *flipped.last_mut().expect("bytes") ^= 1;
    let bad = AuthorityFault::Statement(StatementError::BadSignature);
    assert_eq!(authority.open::<Servers>(&flipped), Err(bad));
}

fn invite(way: Way) -> Invite {
    let Deployment { id, genesis } = deployment(Some(2));
    Invite { deployment: id, root_key: genesis.root_key, token: InviteToken([4; 16]), way }
}

fn signed(seed: u8, delegation: Option<Vec<u8>>) -> Invite {
    let servers = sign(&servers("https://a.example", 150), seed).into();
    invite(Way::Signed { servers, delegation: delegation.map(Into::into) })
}

fn unsigned() -> Way {
    Way::Unsigned { addresses: vec!["https://a.example".to_owned()], anchors: vec![vec![1].into()] }
}

#[test]
fn an_invite_agrees_with_itself_and_with_the_genesis_or_is_forged() {
    let genesis = deployment(Some(2));
    let delegated = Some(sign(&delegation(&["servers"], 1), 1));
    for genuine in [signed(1, None), signed(6, delegated.clone())] {
        let alone = verify_invite(&genuine, None).expect("agrees with itself");
        assert_eq!(verify_invite(&genuine, Some(&genesis)), Ok(alone.clone()));
        assert_eq!(alone, servers("https://a.example", 150));
    }
    assert!(matches!(verify_invite(&signed(6, None), None), Err(Forgery::Statement(_))));
    assert!(matches!(verify_invite(&signed(7, delegated), None), Err(Forgery::Statement(_))));
    // Everything by another root agrees with itself, until the genesis is there.
    let other = Invite { root_key: PublicKey::from(&key(7)), ..signed(7, None) };
    assert!(verify_invite(&other, None).is_ok());
    assert_eq!(verify_invite(&other, Some(&genesis)), Err(Forgery::RootKey));
    let known = Authority::from(&genesis);
    assert_eq!(verify_invite_with(&other, None, known), Err(Forgery::RootKey));
    // Unsigned ones are dated before everything, and not of a deployment that signs.
    assert_eq!(verify_invite(&invite(unsigned()), None).map(|servers| servers.issued_ms), Ok(0));
    assert_eq!(verify_invite(&invite(unsigned()), Some(&genesis)), Err(Forgery::Unsigned));
    let before = deployment(None);
    let old = Invite { deployment: before.id, ..invite(unsigned()) };
    assert!(verify_invite(&old, Some(&before)).is_ok());
}

#[test]
fn only_a_later_statement_changes_where_a_phone_goes() {
    let (first, second) = (servers("https://a.example", 10), servers("https://b.example", 20));
    assert_eq!(later(&first, &second), Ok(&second));
    assert_eq!(later(&second, &first), Ok(&second));
    assert_eq!(later(&first, &first.clone()), Ok(&first));
    let same_date = servers("https://b.example", 10);
    assert_eq!(later(&first, &same_date), Err(Forgery::Addresses));
    let unsigned = Servers { issued_ms: 0, ..first.clone() };
    assert_eq!(later(&first, &unsigned), Ok(&first));
    assert_eq!(later(&unsigned, &second), Ok(&second));
    let other = Servers { anchors: Vec::new(), ..unsigned.clone() };
    for followed in [&first, &unsigned] {
        assert_eq!(later(followed, &other), Err(Forgery::Anchors));
        assert_eq!(later(followed, &servers("https://b.example", 0)), Err(Forgery::Addresses));
    }
}

#[test]
fn the_digits_change_with_everything_that_is_believed_and_with_nothing_else() {
    let digits = |invite: &Invite| invite.digits(&verify_invite(invite, None).expect("agrees")).expect("fits");
    let genuine = signed(1, None);
    let shown = digits(&genuine);
    assert_eq!(shown.split(' ').map(str::len).collect::<Vec<_>>(), [5; 5]);
    let token = Invite { token: InviteToken([5; 16]), ..genuine.clone() };
    let issued = signed(6, Some(sign(&delegation(&["servers"], 1), 1)));
    for same in [token, issued, invite(unsigned())] {
        assert_eq!(digits(&same), shown);
    }
    let root = Invite { root_key: PublicKey::from(&key(7)), ..signed(7, None) };
    let deployment = Invite { deployment: deployment(None).id, ..invite(unsigned()) };
    let way = |addresses: &[&str], anchor: u8| {
        let addresses = addresses.iter().map(|address| (*address).to_owned()).collect();
        invite(Way::Unsigned { addresses, anchors: vec![vec![anchor].into()] })
    };
    let more = way(&["https://a.example", "https://b.example"], 1);
    for other in [root, deployment, way(&["https://b.example"], 1), way(&["https://a.example"], 2), more] {
        assert_ne!(digits(&other), shown);
    }
}

#[test]
fn a_device_is_trusted_as_the_last_word_says() {
    let mut authority = Authority::from(&deployment(Some(2)));
    let device = PublicKey::from(&key(9)).kid();
    let say = |revoked_ms, last_seq, reinstated: bool, seed| {
        let reinstated = reinstated.then_some(true);
        let what = RevokedKey::Device;
        sign(&Revocation { version: 1, kid: device, what, revoked_ms, last_seq, reinstated }, seed)
    };
    let trusts = |statements: &[Vec<u8>], authority: &Authority| {
        let trust = device_trust(statements.iter().map(Vec::as_slice), device, authority)?;
        Ok::<_, AuthorityFault>([0, 4, 5].map(|seq| trust.trusts(seq)))
    };
    assert_eq!(trusts(&[], &authority), Ok([true, true, true]), "nothing was ever said of it");
    let (up_to_4, none, again) = (say(10, Some(4), false, 1), say(20, None, false, 1), say(30, None, true, 1));
    assert_eq!(trusts(std::slice::from_ref(&up_to_4), &authority), Ok([true, true, false]));
    assert_eq!(
        trusts(&[none.clone(), up_to_4.clone()], &authority),
        Ok([false, false, false]),
        "the latest, in any order"
    );
    assert_eq!(trusts(&[again.clone(), none, up_to_4], &authority), Ok([true, true, true]));
    // An issuer says it as well, once it may.
    let by_issuer = say(150, Some(0), false, 6);
    assert!(matches!(trusts(std::slice::from_ref(&by_issuer), &authority), Err(AuthorityFault::NotDelegated { .. })));
    authority.delegate(&sign(&delegation(&["revocation"], 1), 1)).expect("by the root key");
    assert_eq!(trusts(&[again, by_issuer], &authority), Ok([true, false, false]));
    for (last_seq, reinstated) in [(Some(1), Some(true)), (None, Some(false))] {
        let what = RevokedKey::Device;
        let odd = Revocation { version: 1, kid: device, what, revoked_ms: 5, last_seq, reinstated };
        assert!(cose::sign(&odd, deployment(Some(2)).id, &key(1)).is_err());
    }
}
