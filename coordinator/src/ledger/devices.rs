//! Invites and the devices that used them.

use kuager_wire::enrolment::Role;
use kuager_wire::ids::{Kid, ObserverId, PublicKey};
use kuager_wire::receipt::RefusalCode;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Ledger, LedgerError, fixed, from_sql, to_sql};

/// A device as intake needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Device {
    /// Its key.
    pub public_key: PublicKey,
    /// Whose it is.
    pub observer: ObserverId,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// A new invite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInvite {
    /// SHA-256 of the token.
    pub token_hash: [u8; 32],
    /// When it was made.
    pub created_ms: u64,
    /// Until when it can be used.
    pub expires_ms: u64,
    /// What the holder may do.
    pub role: Role,
    /// Where the observer is sent.
    pub stations: Vec<String>,
    /// Whom it makes known.
    pub observer: ObserverId,
}

/// An invite as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InviteRow {
    /// What it was made with.
    pub invite: NewInvite,
    /// The device that used it.
    pub used_by: Option<Kid>,
    /// When it was withdrawn.
    pub revoked_ms: Option<u64>,
}

/// What became of an enrolment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Enrolled {
    /// The credential: a new one, or the one the device has had all along.
    Credential {
        /// The exact signed credential.
        bytes: Vec<u8>,
        /// Whether the device is new.
        new: bool,
    },
    /// Refused.
    Refused(RefusalCode),
}

const ROLES: [(Role, u8); 4] = [(Role::Observer, 1), (Role::Proxy, 2), (Role::Media, 3), (Role::Interviewer, 4)];

fn role_number(role: Role) -> u8 {
    ROLES.iter().find(|(known, _)| *known == role).map_or(1, |(_, number)| *number)
}

impl Ledger {
    /// The device with this key id.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn device(&self, kid: Kid) -> Result<Option<Device>, LedgerError> {
        self.read(|connection| {
            let mut query =
                connection.prepare_cached("SELECT public_key, observer, revoked_ms FROM devices WHERE kid = ?1")?;
            let device = query.query_row([kid.0], |row| {
                Ok(Device {
                    public_key: PublicKey(fixed(row, 0)?),
                    observer: ObserverId(fixed(row, 1)?),
                    revoked: row.get::<_, Option<i64>>(2)?.is_some(),
                })
            });
            Ok(device.optional()?)
        })
    }

    /// The exact credential of a device.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn credential(&self, kid: Kid) -> Result<Option<Vec<u8>>, LedgerError> {
        self.read(|connection| credential(connection, kid))
    }

    /// The exact credentials of all devices.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn credentials(&self) -> Result<Vec<Vec<u8>>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT credential FROM devices ORDER BY enrolled_ms")?;
            let credentials = query.query_map([], |row| row.get(0))?;
            Ok(credentials.collect::<Result<_, _>>()?)
        })
    }

    /// How many devices are enrolled.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn count_devices(&self) -> Result<u64, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT COUNT(*) FROM devices")?;
            Ok(from_sql(query.query_row([], |row| row.get(0))?))
        })
    }

    /// Observers that have a device and, when a station is given, were sent there.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn observers(&self, station: Option<&str>) -> Result<Vec<ObserverId>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(
                "SELECT DISTINCT d.observer FROM devices d JOIN invites i ON i.token_hash = d.invite \
                 WHERE ?1 IS NULL OR EXISTS (SELECT 1 FROM json_each(i.stations) WHERE value = ?1) ORDER BY d.observer",
            )?;
            let observers = query.query_map([station], |row| fixed(row, 0).map(ObserverId))?;
            Ok(observers.collect::<Result<_, _>>()?)
        })
    }

    /// Stores a new invite.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn add_invite(&self, invite: &NewInvite) -> Result<(), LedgerError> {
        let invite = invite.clone();
        let stations =
            serde_json::to_string(&invite.stations).map_err(|error| LedgerError::Database(error.to_string()))?;
        self.write_blocking(move |connection| {
            connection
                .prepare_cached(
                    "INSERT INTO invites (token_hash, created_ms, expires_ms, role, stations, observer) \
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute(params![
                    invite.token_hash,
                    to_sql(invite.created_ms),
                    to_sql(invite.expires_ms),
                    role_number(invite.role),
                    stations,
                    invite.observer.0
                ])?;
            Ok(())
        })
    }

    /// All invites, the oldest first.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn invites(&self) -> Result<Vec<InviteRow>, LedgerError> {
        self.read(|connection| {
            let mut query = connection
                .prepare_cached(&format!("SELECT {INVITE_COLUMNS} FROM invites ORDER BY created_ms, rowid"))?;
            let rows = query.query_map([], invite_row)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// Withdraws an invite. One that has been used stays used: its device is not touched.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn revoke_invite(&self, token_hash: [u8; 32], now_ms: u64) -> Result<(), LedgerError> {
        self.write_blocking(move |connection| {
            connection
                .prepare_cached("UPDATE invites SET revoked_ms = COALESCE(revoked_ms, ?2) WHERE token_hash = ?1")?
                .execute(params![token_hash, to_sql(now_ms)])?;
            Ok(())
        })
    }

    /// Refuses everything new from a device from now on; what has been received stays. Returns whether it is known.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub fn revoke_device(&self, kid: Kid, now_ms: u64) -> Result<bool, LedgerError> {
        self.write_blocking(move |connection| {
            let changed = connection
                .prepare_cached("UPDATE devices SET revoked_ms = COALESCE(revoked_ms, ?2) WHERE kid = ?1")?
                .execute(params![kid.0, to_sql(now_ms)])?;
            Ok(changed == 1)
        })
    }

    /// Enrols a device with an invite, once: the same device always gets the credential it has, whatever token it sends,
    /// and no second token is spent.
    ///
    /// # Errors
    /// [`LedgerError`], also when `sign` fails.
    pub async fn enrol(
        &self,
        public_key: PublicKey,
        token_hash: [u8; 32],
        now_ms: u64,
        sign: impl FnOnce(&NewInvite) -> Result<Vec<u8>, LedgerError> + Send + 'static,
    ) -> Result<Enrolled, LedgerError> {
        self.write(move |connection| enrol(connection, public_key, token_hash, now_ms, sign)).await
    }
}

fn credential(connection: &Connection, kid: Kid) -> Result<Option<Vec<u8>>, LedgerError> {
    let mut query = connection.prepare_cached("SELECT credential FROM devices WHERE kid = ?1")?;
    Ok(query.query_row([kid.0], |row| row.get(0)).optional()?)
}

fn enrol(
    connection: &Connection,
    public_key: PublicKey,
    token_hash: [u8; 32],
    now_ms: u64,
    sign: impl FnOnce(&NewInvite) -> Result<Vec<u8>, LedgerError>,
) -> Result<Enrolled, LedgerError> {
    let kid = public_key.kid();
    let mut query = connection.prepare_cached("SELECT credential, revoked_ms FROM devices WHERE kid = ?1")?;
    let known = query.query_row([kid.0], |row| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?))).optional()?;
    match known {
        Some((_, Some(_))) => return Ok(Enrolled::Refused(RefusalCode::RevokedDevice)),
        Some((bytes, None)) => return Ok(Enrolled::Credential { bytes, new: false }),
        None => {}
    }
    let mut query =
        connection.prepare_cached(&format!("SELECT {INVITE_COLUMNS} FROM invites WHERE token_hash = ?1"))?;
    let Some(row) = query.query_row([token_hash], invite_row).optional()? else {
        return Ok(Enrolled::Refused(RefusalCode::InviteUnknown));
    };
    let refused = if row.revoked_ms.is_some() {
        Some(RefusalCode::InviteRevoked)
    } else if row.used_by.is_some() {
        Some(RefusalCode::InviteUsed)
    } else if now_ms > row.invite.expires_ms {
        Some(RefusalCode::InviteExpired)
    } else {
        None
    };
    if let Some(code) = refused {
        return Ok(Enrolled::Refused(code));
    }
    let bytes = sign(&row.invite)?;
    connection
        .prepare_cached(
            "INSERT INTO devices (kid, public_key, observer, credential, invite, enrolled_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![kid.0, public_key.0, row.invite.observer.0, bytes, token_hash, to_sql(now_ms)])?;
    connection
        .prepare_cached("UPDATE invites SET used_by = ?2 WHERE token_hash = ?1")?
        .execute(params![token_hash, kid.0])?;
    Ok(Enrolled::Credential { bytes, new: true })
}

const INVITE_COLUMNS: &str = "token_hash, created_ms, expires_ms, role, stations, observer, used_by, revoked_ms";

fn invite_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<InviteRow> {
    let number: u8 = row.get(3)?;
    let role = ROLES.iter().find(|(_, known)| *known == number).map_or(Role::Observer, |(role, _)| *role);
    let stations: String = row.get(4)?;
    let used_by: Option<[u8; 16]> = row.get(6)?;
    Ok(InviteRow {
        invite: NewInvite {
            token_hash: fixed(row, 0)?,
            created_ms: from_sql(row.get(1)?),
            expires_ms: from_sql(row.get(2)?),
            role,
            stations: serde_json::from_str(&stations).map_err(|error| {
                rusqlite::Error::FromSqlConversionFailure(4, rusqlite::types::Type::Text, Box::new(error))
            })?,
            observer: ObserverId(fixed(row, 5)?),
        },
        used_by: used_by.map(Kid),
        revoked_ms: row.get::<_, Option<i64>>(7)?.map(from_sql),
    })
}
