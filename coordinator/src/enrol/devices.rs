//! Invites used: from a phone's request to its credential.
//!
//! A phone that was enrolled before brings the credential it has. If the ledger does not know the device any more, that
//! credential is proof enough: it is the deployment's own word, and nobody else's key is in it. So what was enrolled after a
//! backup was made is enrolled when the backup has been put back, also where the invite is not known either.

use kuager_wire::cose::{Purpose, sha256};
use kuager_wire::enrolment::{Action, Credential};
use kuager_wire::ids::SubjectHash;
use kuager_wire::receipt::RefusalCode;

use super::attested;
use crate::app::{App, short};
use crate::ledger::{Enrolled, Enrolment, NewDevice, ReturnedDevice};
use crate::refusals::code_of;
use crate::requests::{Response, parse, reason};

/// Credentials outlive the election by far: a session must never expire under an observer, and recounts take months.
const CREDENTIAL_MS: u64 = 2 * 365 * 24 * 60 * 60 * 1000;

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
    let proof = request.credential.and_then(|bytes| {
        let credential = app.deployment.authority().ok()?.open::<Credential>(&bytes).ok()?;
        (credential.public_key == public_key).then(|| (credential, bytes.to_vec()))
    });
    let enrolled = match (app.ledger.enrolment(public_key, token_hash, now).await?, proof) {
        (Enrolment::Enrolled(bytes), _) => Enrolled::Credential { bytes, new: false },
        (Enrolment::Refused(RefusalCode::RevokedDevice), _) => Enrolled::Refused(RefusalCode::RevokedDevice),
        (_, Some((Credential { observer, role, stations, .. }, credential))) => {
            let returned_ms = now;
            let device = ReturnedDevice { public_key, observer, role, stations, token_hash, credential, returned_ms };
            app.ledger.take_back(device).await?
        }
        (Enrolment::Refused(code), None) => Enrolled::Refused(code),
        (Enrolment::Open(invite), None) => {
            let credential = app.signer.issuer.credential(&Credential {
                version: kuager_wire::VERSION,
                kid,
                public_key,
                observer: invite.observer,
                role: invite.role,
                stations: invite.stations,
                not_before_ms: now,
                not_after_ms: now.saturating_add(CREDENTIAL_MS),
            })?;
            app.ledger.enrol(NewDevice { public_key, token_hash, credential, enrolled_ms: now }).await?
        }
    };
    match enrolled {
        Enrolled::Credential { bytes, new } => {
            if let Some(attestation) = &request.attestation {
                attested::keep(app, &public_key, &token, attestation).await?;
            }
            tracing::info!(kid = %short(kid), new, "a device is enrolled");
            Ok(Ok(bytes))
        }
        Enrolled::Refused(code) => {
            tracing::info!(kid = %short(kid), code = code.name(), "an enrolment is refused");
            refuse(Some(kid), code, reason(code))
        }
    }
}
