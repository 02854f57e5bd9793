//! Signed requests: enrolment and inbox.

use kuager_wire::cose::{self, Envelope, Purpose, sha256};
use kuager_wire::enrolment::{Action, Credential, Request};
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::receipt::RefusalCode;
use kuager_wire::sync::InboxAnswer;

use super::verify::code_of;
use super::{Intake, IntakeError, SignedRefusal, short};
use crate::ledger::{Enrolled, LedgerError, NewInvite};

/// Credentials outlive the election by far: a session must never expire under an observer, and recounts take months.
const CREDENTIAL_MS: u64 = 2 * 365 * 24 * 60 * 60 * 1000;

/// An answer, or a signed refusal, which is an answer too.
pub(crate) type Answer<T> = Result<Result<T, SignedRefusal>, IntakeError>;

impl Intake {
    /// Answers an enrolment request with the device's credential.
    ///
    /// # Errors
    /// [`IntakeError`]; a refusal is not an error.
    pub async fn enrol(&self, body: Vec<u8>) -> Answer<Vec<u8>> {
        let subject = RecordHash::of(&body);
        let (envelope, request) = match parse(&body, Action::Enrol) {
            Ok(parsed) => parsed,
            Err((code, reason)) => return self.refuse(subject, None, code, &reason).map(Err),
        };
        let kid = envelope.kid();
        let (Some(public_key), Some(token)) = (request.public_key, request.token) else {
            let reason = "an enrolment names a public key and a token";
            return self.refuse(subject, Some(kid), RefusalCode::Malformed, reason).map(Err);
        };
        if let Err(error) = envelope.verify(Purpose::Request, self.deployment.id(), &public_key) {
            return self.refuse(subject, Some(kid), code_of(&error), &error.to_string()).map(Err);
        }
        let now = self.clock.now_ms();
        let deployment = self.deployment.clone();
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
            cose::sign(&credential, deployment.id(), deployment.root_key())
                .map_err(|error| LedgerError::Signing(error.to_string()))
        };
        match self.ledger.enrol(public_key, sha256(&token.0), now, sign).await? {
            Enrolled::Credential { bytes, new } => {
                tracing::info!(kid = %short(kid), new, "a device is enrolled");
                Ok(Ok(bytes))
            }
            Enrolled::Refused(code) => {
                tracing::info!(kid = %short(kid), code = code.name(), "an enrolment is refused");
                self.refuse(subject, Some(kid), code, reason(code)).map(Err)
            }
        }
    }

    /// Answers an inbox request with the messages to the device's observer.
    ///
    /// # Errors
    /// [`IntakeError`]; a refusal is not an error.
    pub async fn inbox(&self, body: Vec<u8>) -> Answer<InboxAnswer> {
        let subject = RecordHash::of(&body);
        let (envelope, request) = match parse(&body, Action::Inbox) {
            Ok(parsed) => parsed,
            Err((code, reason)) => return self.refuse(subject, None, code, &reason).map(Err),
        };
        let kid = envelope.kid();
        let refuse = |code, text: &str| self.refuse(subject, Some(kid), code, text).map(Err);
        let Some(device) = self.device(kid).await? else {
            return refuse(RefusalCode::UnknownDevice, reason(RefusalCode::UnknownDevice));
        };
        if let Err(error) = envelope.verify(Purpose::Request, self.deployment.id(), &device.public_key) {
            return refuse(code_of(&error), &error.to_string());
        }
        if device.revoked {
            return refuse(RefusalCode::RevokedDevice, reason(RefusalCode::RevokedDevice));
        }
        let after = request.after.unwrap_or(0);
        match self.ledger.inbox(kid, request.nonce, device.observer, after).await? {
            Some(answer) => Ok(Ok(answer)),
            None => refuse(RefusalCode::Replayed, reason(RefusalCode::Replayed)),
        }
    }

    async fn device(&self, kid: Kid) -> Result<Option<crate::ledger::Device>, IntakeError> {
        let ledger = self.ledger.clone();
        let read = tokio::task::spawn_blocking(move || ledger.device(kid)).await;
        Ok(read.map_err(|_| IntakeError::Worker)??)
    }
}

fn parse(body: &[u8], action: Action) -> Result<(Envelope, Request), (RefusalCode, String)> {
    let parsed = Envelope::parse(body, limits::REQUEST).and_then(|envelope| {
        let request: Request = envelope.statement()?;
        Ok((envelope, request))
    });
    match parsed {
        Ok((envelope, request)) if request.action == action => Ok((envelope, request)),
        Ok(_) => {
            Err((RefusalCode::Malformed, "the request asks for something else than this address gives".to_owned()))
        }
        Err(error) => Err((code_of(&error), error.to_string())),
    }
}

const fn reason(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::InviteUnknown => "there is no such invite; check that it is for this deployment",
        RefusalCode::InviteUsed => "the invite was used by another device; ask for a new one",
        RefusalCode::InviteRevoked => "the invite was withdrawn; ask for a new one",
        RefusalCode::InviteExpired => "the invite is past its date; ask for a new one",
        RefusalCode::RevokedDevice => "this device was revoked",
        RefusalCode::UnknownDevice => "this key is not enrolled here; enrol it, then ask again",
        RefusalCode::Replayed => "this very request was answered before; make a new one",
        _ => "refused",
    }
}
