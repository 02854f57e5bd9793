//! Who may sign in at the desk.

use async_trait::async_trait;
use kuager_wire::ids::PersonId;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::accounts::{ACCOUNTS, Account, AccountChange, Accounts, AddedAccount, DeskRoles, NewAccount};
use crate::ledger::error::LedgerError;

const COLUMNS: &str = "person, name, roles, password, totp, generation, created_ms, disabled_ms, signed_in_ms";

#[async_trait]
impl Accounts for SqliteLedger {
    async fn has_accounts(&self) -> Result<bool, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM accounts)")?;
            Ok(query.query_row([], |row| row.get(0))?)
        })
        .await
    }

    async fn accounts(&self) -> Result<Vec<Account>, LedgerError> {
        self.read(|connection| {
            let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM accounts ORDER BY handle"))?;
            let rows = query.query_map([], account)?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn account(&self, person: PersonId) -> Result<Option<Account>, LedgerError> {
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE person = ?1"))?;
            Ok(query.query_row([person.0], account).optional()?)
        })
        .await
    }

    async fn account_named(&self, handle: &str) -> Result<Option<Account>, LedgerError> {
        let handle = handle.to_owned();
        self.read(move |connection| {
            let mut query = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM accounts WHERE handle = ?1"))?;
            Ok(query.query_row([handle], account).optional()?)
        })
        .await
    }

    async fn add_account(&self, account: NewAccount) -> Result<AddedAccount, LedgerError> {
        self.write(move |connection| add(connection, &account)).await
    }

    async fn change_account(&self, person: PersonId, change: AccountChange) -> Result<bool, LedgerError> {
        self.write(move |connection| apply(connection, person, &change)).await
    }

    async fn sign_in(&self, person: PersonId, generation: u64, step: u64, now_ms: u64) -> Result<bool, LedgerError> {
        self.write(move |connection| {
            let signed_in = connection
                .prepare_cached(
                    "UPDATE accounts SET totp_step = ?3, signed_in_ms = ?4 \
                     WHERE person = ?1 AND generation = ?2 AND totp_step < ?3 AND disabled_ms IS NULL",
                )?
                .execute(params![person.0, to_sql(generation), to_sql(step), to_sql(now_ms)])?;
            Ok(signed_in == 1)
        })
        .await
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    let moment = |column| row.get::<_, Option<i64>>(column).map(|moment| moment.map(from_sql));
    Ok(Account {
        person: PersonId(fixed(row, 0)?),
        name: row.get(1)?,
        roles: DeskRoles::from_bits(row.get(2)?),
        password: row.get(3)?,
        totp: row.get(4)?,
        generation: from_sql(row.get(5)?),
        created_ms: from_sql(row.get(6)?),
        disabled_ms: moment(7)?,
        signed_in_ms: moment(8)?,
    })
}

fn add(connection: &Connection, account: &NewAccount) -> Result<AddedAccount, LedgerError> {
    let mut taken = connection.prepare_cached("SELECT EXISTS (SELECT 1 FROM accounts WHERE handle = ?1)")?;
    if taken.query_row([&account.handle], |row| row.get(0))? {
        return Ok(AddedAccount::NameTaken);
    }
    let mut count = connection.prepare_cached("SELECT COUNT(*) FROM accounts")?;
    if count.query_row([], |row| row.get::<_, u32>(0))? >= ACCOUNTS {
        return Ok(AddedAccount::Full);
    }
    connection
        .prepare_cached(
            "INSERT INTO accounts (person, name, handle, roles, password, totp, created_ms) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            account.person.0,
            account.name,
            account.handle,
            account.roles.bits(),
            account.password,
            account.totp,
            to_sql(account.created_ms),
        ])?;
    Ok(AddedAccount::Added)
}

fn apply(connection: &Connection, person: PersonId, change: &AccountChange) -> Result<bool, LedgerError> {
    let person = person.0;
    let changed = match change {
        AccountChange::Roles(roles) => connection
            .prepare_cached("UPDATE accounts SET generation = generation + 1, roles = ?2 WHERE person = ?1")?
            .execute(params![person, roles.bits()])?,
        AccountChange::Password(password) => connection
            .prepare_cached("UPDATE accounts SET generation = generation + 1, password = ?2 WHERE person = ?1")?
            .execute(params![person, password])?,
        // Steps that were used with the secret before say nothing of the new one, also when the clock was wrong then.
        AccountChange::Totp(totp) => connection
            .prepare_cached(
                "UPDATE accounts SET generation = generation + 1, totp = ?2, totp_step = 0 WHERE person = ?1",
            )?
            .execute(params![person, totp])?,
        AccountChange::Disabled(since_ms) => connection
            .prepare_cached(
                "UPDATE accounts SET generation = generation + 1, disabled_ms = COALESCE(disabled_ms, ?2) \
                 WHERE person = ?1",
            )?
            .execute(params![person, to_sql(*since_ms)])?,
        AccountChange::Enabled => connection
            .prepare_cached("UPDATE accounts SET generation = generation + 1, disabled_ms = NULL WHERE person = ?1")?
            .execute([person])?,
        AccountChange::Leave => connection
            .prepare_cached("UPDATE accounts SET generation = generation + 1 WHERE person = ?1")?
            .execute([person])?,
    };
    Ok(changed == 1)
}
