//! Invites used: from a phone's request to its credential.
//!
//! A phone that was enrolled before brings the credential it has. If the ledger does not know the device any more, that
//! credential is proof enough: it is the deployment's own word, and nobody else's key is in it. So what was enrolled after a
//! backup was made is enrolled when the backup has been put back, also where the invite is not known either.

use kuager_wire::cose::{self, Purpose, sha256};
use kuager_wire::enrolment::{Action, Credential, Role, Succession};
use kuager_wire::ids::{Kid, ObserverId, PublicKey, SubjectHash};
use kuager_wire::receipt::RefusalCode;

use super::attested;
use crate::app::{App, short};
use crate::error::CoordinatorError;
use crate::ledger::{Enrolled, Enrolment, NewDevice, NewSuccessor, ReturnedDevice};
use crate::refusals::code_of;
use crate::requests::{Response, parse, reason};
use crate::sparing::{Lines, lines};

/// Credentials outlive the election by far: a session must never expire under an observer, and recounts take months.
const CREDENTIAL_MS: u64 = 2 * 365 * 24 * 60 * 60 * 1000;

/// Lines about devices that ask again: whoever has copied a request may send it as often as they like.
static AGAIN: Lines = lines();
/// Lines about enrolments that are refused: anybody can sign one.
static REFUSED: Lines = lines();

/// Answers an enrolment request with the device's credential.
///
/// # Errors
/// [`crate::error::CoordinatorError`]; a refusal is not an error.
pub async fn enrol(app: &App, body: Vec<u8>) -> Response<Vec<u8>> {
    let subject = SubjectHash::of(&body);
    let refuse = |kid, code, reason: &str| Ok(Err(app.refusals.refuse(subject, kid, code, reason)?));
    let (envelope, request) = match parse(&body, Action::Enrol) {
        Ok(parsed) => parsed,
        Err((code, reason)) => return refuse(None, code, &reason),
    };
    let kid = envelope.kid();
    let (Some(public_key), Some(token)) = (request.public_key, request.token) else {
        return refuse(Some(kid), RefusalCode::Malformed, "an enrolment names a public key and a token");
    };
    if let Err(error) = envelope.verify(Purpose::Request, app.deployment.id(), &public_key) {
        return refuse(Some(kid), code_of(&error), &error.to_string());
    }
    let (now, token_hash) = (app.clock.now_ms(), sha256(&token.0));
    // A proof that does not hold is none; the token may still be good.
    let given = request.credential.and_then(|bytes| {
        let credential = app.deployment.authority().ok()?.open::<Credential>(&bytes).ok()?;
        Some((credential, bytes.to_vec()))
    });
    let enrolment = app.ledger.enrolment(public_key, token_hash, now).await?;
    // Whoever has an invite that can be used needs nobody's word.
    if let (Some(succession), Enrolment::Refused(_)) = (&request.succession, &enrolment) {
        let enrolled = succeed(app, public_key, token_hash, given, succession).await?;
        return answer(app, subject, kid, enrolled);
    }
    let proof = given.filter(|(credential, _)| credential.public_key == public_key);
    let enrolled = match (enrolment, proof) {
        (Enrolment::Enrolled(bytes), _) => Enrolled::Credential { bytes, new: false },
        (Enrolment::Refused(RefusalCode::RevokedDevice), _) => Enrolled::Refused(RefusalCode::RevokedDevice),
        (_, Some((Credential { observer, role, stations, .. }, credential))) => {
            let returned_ms = now;
            let device = ReturnedDevice { public_key, observer, role, stations, token_hash, credential, returned_ms };
            app.ledger.take_back(device).await?
        }
        (Enrolment::Refused(code), None) => Enrolled::Refused(code),
        (Enrolment::Open(invite), None) => {
            let credential = new_credential(app, public_key, invite.observer, invite.role, invite.stations, now)?;
            app.ledger.enrol(NewDevice { public_key, token_hash, credential, enrolled_ms: now }).await?
        }
    };
    if let (Enrolled::Credential { .. }, Some(attestation)) = (&enrolled, &request.attestation) {
        attested::keep(app, &public_key, &token, attestation).await?;
    }
    answer(app, subject, kid, enrolled)
}

/// Enrols a key that another one names as its successor: a phone whose store was put back from a copy goes on under it. Whoever
/// has a device's key could as well go on with that key, so nothing is given away by it that was not in the same hands.
async fn succeed(
    app: &App,
    public_key: PublicKey,
    token_hash: [u8; 32],
    given: Option<(Credential, Vec<u8>)>,
    succession: &[u8],
) -> Result<Enrolled, CoordinatorError> {
    let Some((credential, bytes)) = given else { return Ok(Enrolled::Refused(RefusalCode::UnknownDevice)) };
    let (id, now) = (app.deployment.id(), app.clock.now_ms());
    let named = cose::open::<Succession>(succession, id, &credential.public_key);
    if !named.is_ok_and(|succession| succession.public_key == public_key) {
        return Ok(Enrolled::Refused(RefusalCode::BadSignature));
    }
    let Credential { kid: succeeds, public_key: former, observer, role, stations, .. } = credential;
    if app.ledger.device(succeeds).await?.is_none() {
        // The ledger is an older one that was put back, and knows neither.
        let (stations, returned_ms) = (stations.clone(), now);
        let device =
            ReturnedDevice { public_key: former, observer, role, stations, token_hash, credential: bytes, returned_ms };
        if let Enrolled::Refused(code) = app.ledger.take_back(device).await? {
            return Ok(Enrolled::Refused(code));
        }
    }
    let credential = new_credential(app, public_key, observer, role, stations.clone(), now)?;
    let enrolled_ms = now;
    let successor = NewSuccessor { public_key, succeeds, observer, role, stations, credential, enrolled_ms };
    Ok(app.ledger.succeed(successor).await?)
}

/// The signed credential of a key, good from now on.
fn new_credential(
    app: &App,
    public_key: PublicKey,
    observer: ObserverId,
    role: Role,
    stations: Vec<String>,
    now: u64,
) -> Result<Vec<u8>, CoordinatorError> {
    Ok(app.signer.issuer.credential(&Credential {
        version: kuager_wire::VERSION,
        kid: public_key.kid(),
        public_key,
        observer,
        role,
        stations,
        not_before_ms: now,
        not_after_ms: now.saturating_add(CREDENTIAL_MS),
    })?)
}

fn answer(app: &App, subject: SubjectHash, kid: Kid, enrolled: Enrolled) -> Response<Vec<u8>> {
    match enrolled {
        Enrolled::Credential { bytes, new } => {
            if new {
                tracing::info!(kid = %short(kid), "a device is enrolled");
            } else if let Some(left_out) = AGAIN.pass() {
                tracing::info!(kid = %short(kid), left_out, "a device that is enrolled asks again");
            }
            Ok(Ok(bytes))
        }
        Enrolled::Refused(code) => {
            if let Some(left_out) = REFUSED.pass() {
                tracing::info!(kid = %short(kid), code = code.name(), left_out, "an enrolment is refused");
            }
            Ok(Err(app.refusals.refuse(subject, Some(kid), code, reason(code))?))
        }
    }
}
