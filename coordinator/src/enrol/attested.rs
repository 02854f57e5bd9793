//! What a platform says, kept beside an enrolment. It decides nothing.

use kuager_wire::enrolment::{Attestation, attestation_challenge};
use kuager_wire::ids::{InviteToken, PublicKey};

use crate::app::{App, short};
use crate::attestation::examine;
use crate::error::CoordinatorError;
use crate::ledger::AttestationRow;

/// Judges an attestation and keeps it, once for each device.
pub(super) async fn keep(
    app: &App,
    device: &PublicKey,
    token: &InviteToken,
    attestation: &Attestation,
) -> Result<(), CoordinatorError> {
    let kid = device.kid();
    // A device may ask for its credential as often as it likes; its attestation is judged once.
    if app.ledger.attestation(kid).await?.is_some() {
        return Ok(());
    }
    let received_ms = app.clock.now_ms();
    let challenge = attestation_challenge(app.deployment.id(), device, token);
    let finding = examine(&app.roots, attestation, &challenge, received_ms);
    let Ok(evidence) = minicbor::to_vec(attestation) else { return Ok(()) };
    let (result, level) = (finding.result(), finding.level.map(|level| level.name().to_owned()));
    tracing::info!(kid = %short(kid), result, "a device is attested");
    let details = finding.details.to_string();
    let row = AttestationRow { kid, received_ms, challenge, evidence, result: result.to_owned(), level, details };
    app.ledger.add_attestation(row).await?;
    Ok(())
}
