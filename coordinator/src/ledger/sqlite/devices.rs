//! Devices.

use async_trait::async_trait;
use kuager_wire::cose::sha256;
use kuager_wire::ids::{Kid, ObserverId, PublicKey};
use kuager_wire::receipt::RefusalCode;
use rusqlite::{Connection, OptionalExtension, params};

use super::columns::{fixed, to_sql};
use super::handle::SqliteLedger;
use super::invites;
use crate::ledger::devices::{
    Device, Devices, Enrolled, Enrolment, NewDevice, NewSuccessor, ReturnedDevice, SUCCESSORS,
};
use crate::ledger::error::LedgerError;
use crate::ledger::invites::{InviteRow, NewInvite};

#[async_trait]
impl Devices for SqliteLedger {
    async fn device(&self, kid: Kid) -> Result<Option<Device>, LedgerError> {
        self.read(move |connection| device(connection, kid)).await
    }

    async fn credentials(&self) -> Result<Vec<Vec<u8>>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT credential FROM devices ORDER BY enrolled_ms")?;
            let credentials = query.query_map([], |row| row.get(0))?;
            Ok(credentials.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn observers(&self, station: Option<&str>) -> Result<Vec<ObserverId>, LedgerError> {
        let station = station.map(str::to_owned);
        self.read(move |connection| {
            let mut query = connection.prepare_cached(
                "SELECT DISTINCT d.observer FROM devices d JOIN invites i ON i.token_hash = d.invite \
                 WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM json_each(i.stations) WHERE value = ?1) ORDER BY d.observer",
            )?;
            let observers = query.query_map([station], |row| fixed(row, 0).map(ObserverId))?;
            Ok(observers.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn enrolment(
        &self,
        public_key: PublicKey,
        token_hash: [u8; 32],
        now_ms: u64,
    ) -> Result<Enrolment, LedgerError> {
        self.read(move |connection| enrolment(connection, public_key.kid(), token_hash, now_ms)).await
    }

    async fn enrol(&self, device: NewDevice) -> Result<Enrolled, LedgerError> {
        self.write(move |connection| enrol(connection, device)).await
    }

    async fn take_back(&self, device: ReturnedDevice) -> Result<Enrolled, LedgerError> {
        self.write(move |connection| take_back(connection, device)).await
    }

    async fn succeed(&self, successor: NewSuccessor) -> Result<Enrolled, LedgerError> {
        self.write(move |connection| succeed(connection, successor)).await
    }
}

pub(super) fn device(connection: &Connection, kid: Kid) -> Result<Option<Device>, LedgerError> {
    let mut query = connection.prepare_cached("SELECT public_key, observer, revoked_ms FROM devices WHERE kid = ?1")?;
    let device = query.query_row([kid.0], |row| {
        Ok(Device {
            public_key: PublicKey(fixed(row, 0)?),
            observer: ObserverId(fixed(row, 1)?),
            revoked: row.get::<_, Option<i64>>(2)?.is_some(),
        })
    });
    Ok(device.optional()?)
}

/// How a device stands that is known.
fn known(connection: &Connection, kid: Kid) -> Result<Option<Enrolled>, LedgerError> {
    let mut query = connection.prepare_cached("SELECT credential, revoked_ms FROM devices WHERE kid = ?1")?;
    let known = query.query_row([kid.0], |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?))).optional()?;
    Ok(known.map(|(bytes, revoked_ms)| match revoked_ms {
        Some(_) => Enrolled::Refused(RefusalCode::RevokedDevice),
        None => Enrolled::Credential { bytes, new: false },
    }))
}

fn enrolment(connection: &Connection, kid: Kid, token_hash: [u8; 32], now_ms: u64) -> Result<Enrolment, LedgerError> {
    match known(connection, kid)? {
        Some(Enrolled::Refused(code)) => return Ok(Enrolment::Refused(code)),
        Some(Enrolled::Credential { bytes, .. }) => return Ok(Enrolment::Enrolled(bytes)),
        None => {}
    }
    let Some(row) = invites::find(connection, token_hash)? else {
        return Ok(Enrolment::Refused(RefusalCode::InviteUnknown));
    };
    Ok(if row.revoked_ms.is_some() {
        Enrolment::Refused(RefusalCode::InviteRevoked)
    } else if row.used_by.is_some() {
        Enrolment::Refused(RefusalCode::InviteUsed)
    } else if now_ms > row.invite.expires_ms {
        Enrolment::Refused(RefusalCode::InviteExpired)
    } else {
        Enrolment::Open(row.invite)
    })
}

fn enrol(connection: &Connection, device: NewDevice) -> Result<Enrolled, LedgerError> {
    let NewDevice { public_key, token_hash, credential, enrolled_ms } = device;
    let kid = public_key.kid();
    let invite = match enrolment(connection, kid, token_hash, enrolled_ms)? {
        Enrolment::Open(invite) => invite,
        Enrolment::Enrolled(bytes) => return Ok(Enrolled::Credential { bytes, new: false }),
        Enrolment::Refused(code) => return Ok(Enrolled::Refused(code)),
    };
    insert(connection, public_key, invite.observer, &credential, token_hash, enrolled_ms)?;
    Ok(Enrolled::Credential { bytes: credential, new: true })
}

fn take_back(connection: &Connection, device: ReturnedDevice) -> Result<Enrolled, LedgerError> {
    let ReturnedDevice { public_key, observer, role, stations, token_hash, credential, returned_ms } = device;
    let kid = public_key.kid();
    if let Some(known) = known(connection, kid)? {
        return Ok(known);
    }
    let invite = invites::find(connection, token_hash)?;
    let own = |row: &InviteRow| row.invite.observer == observer && row.used_by.is_none_or(|used_by| used_by == kid);
    let token_hash = match &invite {
        Some(row) if own(row) => token_hash,
        // Somebody else's by now. No token is as long as a credential, so none has this hash.
        Some(_) => sha256(&credential),
        None => token_hash,
    };
    if !invite.as_ref().is_some_and(own) {
        let (created_ms, expires_ms) = (returned_ms, returned_ms);
        invites::insert(connection, &NewInvite { token_hash, created_ms, expires_ms, role, stations, observer })?;
    }
    insert(connection, public_key, observer, &credential, token_hash, returned_ms)?;
    Ok(Enrolled::Credential { bytes: credential, new: true })
}

fn succeed(connection: &Connection, successor: NewSuccessor) -> Result<Enrolled, LedgerError> {
    let NewSuccessor { public_key, succeeds, observer, role, stations, credential, enrolled_ms } = successor;
    if let Some(known) = known(connection, public_key.kid())? {
        return Ok(known);
    }
    match device(connection, succeeds)? {
        None => return Ok(Enrolled::Refused(RefusalCode::UnknownDevice)),
        Some(device) if device.revoked => return Ok(Enrolled::Refused(RefusalCode::RevokedDevice)),
        Some(_) => {}
    }
    let mut count =
        connection.prepare_cached("SELECT COUNT(*) FROM devices WHERE observer = ?1 AND succeeds IS NOT NULL")?;
    if count.query_row([observer.0], |row| row.get::<_, u32>(0))? >= SUCCESSORS {
        return Ok(Enrolled::Refused(RefusalCode::InviteUsed));
    }
    // No token is as long as a credential, so none has this hash: an invite that nobody can use.
    let (token_hash, created_ms, expires_ms) = (sha256(&credential), enrolled_ms, enrolled_ms);
    invites::insert(connection, &NewInvite { token_hash, created_ms, expires_ms, role, stations, observer })?;
    insert(connection, public_key, observer, &credential, token_hash, enrolled_ms)?;
    connection
        .prepare_cached("UPDATE devices SET succeeds = ?2 WHERE kid = ?1")?
        .execute(params![public_key.kid().0, succeeds.0])?;
    Ok(Enrolled::Credential { bytes: credential, new: true })
}

/// Stores a device and spends its invite.
fn insert(
    connection: &Connection,
    public_key: PublicKey,
    observer: ObserverId,
    credential: &[u8],
    token_hash: [u8; 32],
    now_ms: u64,
) -> Result<(), LedgerError> {
    let kid = public_key.kid();
    connection
        .prepare_cached(
            "INSERT INTO devices (kid, public_key, observer, credential, invite, enrolled_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![kid.0, public_key.0, observer.0, credential, token_hash, to_sql(now_ms)])?;
    connection
        .prepare_cached("UPDATE invites SET used_by = ?2 WHERE token_hash = ?1")?
        .execute(params![token_hash, kid.0])?;
    Ok(())
}
