//! Requests that need a caller: signed by a device, responded to once, refused with a signature.
#![cfg_attr(not(test), deny(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

use kuager_wire::cose::Envelope;
use kuager_wire::enrolment::{Action, Request};
use kuager_wire::limits;
use kuager_wire::receipt::RefusalCode;

use crate::error::CoordinatorError;
use crate::refusals::{SignedRefusal, code_of};

/// What was asked for, or a signed refusal, which is a response too.
pub type Response<T> = Result<Result<T, SignedRefusal>, CoordinatorError>;

/// Reads a request for this very action. Its signature is still to be checked.
pub(crate) fn parse(body: &[u8], action: Action) -> Result<(Envelope, Request), (RefusalCode, String)> {
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

/// What a refusal says to people.
pub(crate) const fn reason(code: RefusalCode) -> &'static str {
    match code {
        RefusalCode::InviteUnknown => "there is no such invite; check that it is for this deployment",
        RefusalCode::InviteUsed => "the invite was used by another device; ask for a new one",
        RefusalCode::InviteRevoked => "the invite was withdrawn; ask for a new one",
        RefusalCode::InviteExpired => "the invite is past its date; ask for a new one",
        RefusalCode::RevokedDevice => "this device was revoked",
        RefusalCode::UnknownDevice => "this key is not enrolled here; enrol it, then ask again",
        RefusalCode::Replayed => "this request was answered before, or made in another epoch; make a new one",
        _ => "refused",
    }
}
