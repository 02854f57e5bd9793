//! Invites used: from a phone's request to its credential.

use kuager_wire::cose::{Purpose, sha256};
use kuager_wire::enrolment::{Action, Credential};
use kuager_wire::ids::SubjectHash;
use kuager_wire::receipt::RefusalCode;

use crate::app::{App, short};
use crate::ledger::{Enrolled, LedgerError, NewInvite};
use crate::refusals::code_of;
use crate::requests::{Answer, parse, reason};

/// Credentials outlive the election by far: a session must never expire under an observer, and recounts take months.
const CREDENTIAL_MS: u64 = 2 * 365 * 24 * 60 * 60 * 1000;

/// Answers an enrolment request with the device's credential.
///
/// # Errors
/// [`crate::error::CoordinatorError`]; a refusal is not an error.
pub async fn enrol(app: &App, body: Vec<u8>) -> Answer<Vec<u8>> {
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
    let now = app.clock.now_ms();
    let signer = app.signer.clone();
    let sign = move |invite: &NewInvite| {
        let credential = Credential {
            version: kuager_wire::VERSION,
            kid,
            public_key,
            observer: invite.observer,
            role: invite.role,
            stations: invite.stations.clone(),
            not_before_ms: now,
            not_after_ms: now.saturating_add(CREDENTIAL_MS),
        };
        signer.root.credential(&credential).map_err(|error| LedgerError::Signing(error.to_string()))
    };
    match app.ledger.enrol(public_key, sha256(&token.0), now, sign).await? {
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
