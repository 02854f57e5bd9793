use kuager_pack::PackSource;
use kuager_wire::enrolment::Credential;
use kuager_wire::pack::SignedPack;

use super::*;
use crate::enrol::{self, InviteError, create_invite, digits};
use crate::sign::{Cost, IssuerStanding};
use crate::testing::{Fixture, MORNING_MS};

const PASSPHRASE: &str = "жеті аққу күзде кетеді";
/// What guessing costs is not what these tests are about.
const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

/// The root key as it would be on another machine, and a coordinator without it.
fn away(fixture: &Fixture) -> RootKey {
    let key = RootKey::of(&fixture.deployment).expect("is here");
    let file = key.seal(PASSPHRASE, CHEAP).expect("seals");
    key.leave(&fixture.deployment).expect("leaves");
    RootKey::open(&file, PASSPHRASE).expect("opens")
}

fn answer(fixture: &Fixture, request: &Request, root: &RootKey) -> Imported {
    let file = request.to_bytes().expect("asks for something");
    let answer = Request::from_bytes(&file).expect("reads").sign(root).expect("signs");
    assert_eq!(
        import(&fixture.deployment, &answer).expect("is taken in"),
        import(&fixture.deployment, &answer).expect("again")
    );
    import(&fixture.deployment, &answer).expect("holds")
}

fn issuer(fixture: &Fixture, root: &RootKey, days: u32) -> Delegation {
    let request = Request::new(&fixture.deployment).issuer(&fixture.deployment, MORNING_MS, days).expect("a key");
    answer(fixture, &request, root).delegation.expect("was asked for")
}

#[tokio::test]
async fn a_coordinator_works_without_its_root_key() {
    let fixture = Fixture::new();
    let before = fixture.enrol(1).await;
    let root = away(&fixture);
    let standing = || fixture.app.signer.issuer.standing(MORNING_MS).expect("reads");
    assert_eq!(standing(), IssuerStanding::Missing);
    let nobody = create_invite(&fixture.app, fixture.invite_options()).await;
    // What was signed before still holds, so an invite to the same servers needs no key.
    assert!(nobody.is_ok(), "{nobody:?}");
    let other = enrol::InviteOptions::new("https://localhost:9");
    assert!(matches!(create_invite(&fixture.app, other.clone()).await, Err(InviteError::Sign(SignError::NoIssuer))));

    let delegation = issuer(&fixture, &root, 90);
    assert!(matches!(standing(), IssuerStanding::Until { soon: false, .. }));
    let invite = create_invite(&fixture.app, other).await.expect("the issuer signs");
    assert!(invite.way.delegation().is_some());
    assert!(invite.to_url().expect("fits").len() < 2100, "{}", invite.to_url().expect("fits").len());
    assert!(digits(&fixture.app).expect("reads").is_some());
    let after = fixture.enrol(2).await;
    let mut authority = kuager_evidence::Authority::new(fixture.deployment.id(), fixture.deployment.genesis().root_key);
    for (bytes, by_root) in [(&before, true), (&after, false)] {
        assert_eq!(authority.open::<Credential>(bytes).is_ok(), by_root);
    }
    authority.delegate(&fixture.deployment.delegations().expect("reads").delegations[0]).expect("by the root key");
    assert_eq!(authority.open::<Credential>(&after).expect("holds").not_before_ms, MORNING_MS);
    assert_eq!(authority.delegations(), [delegation]);
}

#[tokio::test]
async fn an_issuer_ends_by_its_time_or_by_revocation_and_another_takes_over() {
    let fixture = Fixture::new();
    let root = away(&fixture);
    let first = issuer(&fixture, &root, 40);
    let standing = |now_ms| fixture.app.signer.issuer.standing(now_ms).expect("reads");
    let end = first.not_after_ms;
    assert_eq!(standing(end - IssuerStanding::WARNING_MS), IssuerStanding::Until { not_after_ms: end, soon: false });
    assert_eq!(standing(end), IssuerStanding::Until { not_after_ms: end, soon: true });
    assert_eq!(standing(end + 1), IssuerStanding::Over);
    let request = async |seed| fixture.enrolment(seed, fixture.invite().await);
    let (one, two) = (request(1).await, request(2).await);
    fixture.clock.set(end + 1);
    let over = create_invite(&fixture.app, enrol::InviteOptions::new("https://localhost:9")).await;
    assert!(matches!(over, Err(InviteError::Sign(SignError::IssuerOver { not_after_ms })) if not_after_ms == end));
    fixture.clock.set(MORNING_MS + 10);
    assert!(enrol::enrol(&fixture.app, one).await.expect("works").is_ok());

    let revoke = Request::new(&fixture.deployment).revoking(first.key.kid(), MORNING_MS);
    assert_eq!(answer(&fixture, &revoke, &root).revocations.len(), 1);
    assert_eq!(standing(MORNING_MS + 10), IssuerStanding::Revoked);
    assert!(enrol::enrol(&fixture.app, two.clone()).await.is_err(), "nobody signs, and nothing was refused for good");
    let second = issuer(&fixture, &root, 40);
    assert_eq!(second.number, first.number + 1);
    assert!(enrol::enrol(&fixture.app, two).await.expect("works").is_ok());
    // What the first issuer said about the servers does not count any more, so it is said again.
    let invite = create_invite(&fixture.app, fixture.invite_options()).await.expect("an invite");
    let authority = fixture.deployment.authority().expect("reads");
    assert!(kuager_evidence::verify_invite_with(&invite, None, authority).is_ok());
}

#[test]
fn packs_are_signed_elsewhere() {
    let fixture = Fixture::new();
    let root = away(&fixture);
    let mut built = kuager_pack::compile(&PackSource::BuiltIn).expect("compiles");
    built.pack.notes.push("another version".to_owned());
    let here = crate::setup::publish(&fixture.deployment, &built);
    assert!(here.is_err_and(|error| error.to_string().contains("kuager root request")));
    let request = Request::new(&fixture.deployment).pack(&fixture.deployment, &built).expect("fits");
    let published = answer(&fixture, &request, &root).pack.expect("was asked for");
    let newest: SignedPack =
        fixture.deployment.newer_packs(1).expect("reads").expect("a second one").pop().expect("is there");
    assert_eq!(newest.hash, published);
    assert!(matches!(Request::new(&fixture.deployment).to_bytes(), Err(CeremonyError::Empty)));
}

#[test]
fn nothing_of_another_deployment_is_signed_or_taken_in() {
    let (here, there) = (Fixture::new(), Fixture::new());
    let (root, other) = (away(&here), away(&there));
    let request = Request::new(&here.deployment).issuer(&here.deployment, MORNING_MS, 1).expect("a key");
    assert!(matches!(request.sign(&other), Err(CeremonyError::OtherDeployment { .. })));
    let answer = request.sign(&root).expect("signs");
    assert!(matches!(import(&there.deployment, &answer), Err(CeremonyError::OtherDeployment { .. })));
    for cut in [0, 1, answer.len() / 2, answer.len() - 1] {
        assert!(matches!(import(&here.deployment, &answer[..cut]), Err(CeremonyError::Damaged { .. })));
    }
    // A delegation that only says it is of this deployment.
    let forged = Answer {
        version: VERSION,
        deployment: here.deployment.id(),
        delegation: Some(other.signer().delegation(request.delegation.as_ref().expect("asked")).expect("signs").into()),
        revocations: Vec::new(),
        pack: None,
    };
    let forged = canonical::encode(&forged, LIMIT).expect("fits");
    assert!(matches!(import(&here.deployment, &forged), Err(CeremonyError::Deployment(DeploymentError::Foreign(_)))));
    assert!(here.deployment.delegations().expect("reads").delegations.is_empty());
}

#[test]
fn the_file_and_the_paper_give_the_key_back_and_nothing_else_does() {
    let fixture = Fixture::new();
    let key = RootKey::of(&fixture.deployment).expect("is here");
    assert!(matches!(key.seal("too short", CHEAP), Err(RootFileError::ShortPassphrase)));
    let file = key.seal(PASSPHRASE, CHEAP).expect("seals");
    assert_eq!(RootKey::genesis_in(&file).expect("in the clear").id, fixture.deployment.id());
    assert!(matches!(RootKey::open(&file, "жеті аққу күзде келеді"), Err(RootFileError::Passphrase)));
    for at in 0..file.len() {
        let mut altered = file.clone();
        altered[at] ^= 1;
        assert!(RootKey::open(&altered, PASSPHRASE).is_err(), "byte {at}");
    }
    let paper = key.to_paper();
    assert!(paper.split_whitespace().all(|group| group.len() == 4), "{}", paper.len());
    let genesis = fixture.deployment.genesis_bytes();
    let again = RootKey::from_paper(&paper.to_lowercase(), genesis).expect("reads");
    assert_eq!(*again.to_paper(), *paper);
    assert!(matches!(RootKey::from_paper(&paper[..40], genesis), Err(RootFileError::Paper(_))));
    let swapped = if paper.starts_with('A') { paper.replacen('A', "B", 1) } else { format!("A{}", &paper[1..]) };
    assert!(matches!(RootKey::from_paper(&swapped, genesis), Err(RootFileError::Paper(_))));
    let other = Fixture::new();
    assert!(matches!(RootKey::from_paper(&paper, other.deployment.genesis_bytes()), Err(RootFileError::Paper(_))));
    assert!(!format!("{key:?}").contains(paper.split_whitespace().next().expect("a group")));
}

#[test]
fn a_file_cannot_exhaust_the_machine_that_opens_it() {
    let fixture = Fixture::new();
    let key = RootKey::of(&fixture.deployment).expect("is here");
    for cost in [
        Cost { memory_kib: u32::MAX, ..CHEAP },
        Cost { passes: u32::MAX, ..CHEAP },
        Cost { lanes: 17, ..CHEAP },
        Cost { lanes: 0, ..CHEAP },
    ] {
        assert!(matches!(key.seal(PASSPHRASE, cost), Err(RootFileError::Cost)));
    }
}
