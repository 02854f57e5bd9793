//! Invites used: from a phone's request to its credential.

use kuager_wire::cose::{Purpose, sha256};
use kuager_wire::enrolment::{Action, Credential};
use kuager_wire::ids::SubjectHash;
use kuager_wire::receipt::RefusalCode;

use crate::app::{App, short};
use crate::ledger::{Enrolled, Enrolment, NewDevice};
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
    let enrolled = match app.ledger.enrolment(public_key, token_hash, now).await? {
        Enrolment::Enrolled(bytes) => Enrolled::Credential { bytes, new: false },
        Enrolment::Refused(code) => Enrolled::Refused(code),
        Enrolment::Open(invite) => {
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
            tracing::info!(kid = %short(kid), new, "a device is enrolled");
            Ok(Ok(bytes))
        }
        Enrolled::Refused(code) => {
            tracing::info!(kid = %short(kid), code = code.name(), "an enrolment is refused");
            refuse(Some(kid), code, reason(code))
        }
    }
}
