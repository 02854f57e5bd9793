//! Who looked at what.

use async_trait::async_trait;
use kuager_wire::ids::PersonId;
use rusqlite::{Connection, Row, params};

use super::columns::{fixed, from_sql, to_sql};
use super::handle::SqliteLedger;
use crate::ledger::error::LedgerError;
use crate::ledger::views::{AGAIN_MS, NewView, Noted, Seen, VIEWS_PER_DAY, ViewRow, Views};

/// Milliseconds of a day.
const DAY_MS: u64 = 24 * 60 * 60 * 1000;

#[async_trait]
impl Views for SqliteLedger {
    async fn note_view(&self, view: NewView) -> Result<Noted, LedgerError> {
        let asked = view.clone();
        // Most pages are looked at again and again, and the writer need not hear of that.
        if self.read(move |connection| is_again(connection, &asked)).await? {
            return Ok(Noted::Yes);
        }
        self.write(move |connection| note(connection, &view)).await
    }

    async fn views(
        &self,
        before: Option<u64>,
        person: Option<PersonId>,
        limit: u32,
    ) -> Result<Vec<ViewRow>, LedgerError> {
        let before = before.map_or(i64::MAX, to_sql);
        self.read(move |connection| {
            let rows = match person {
                None => connection
                    .prepare_cached(
                        "SELECT v.id, v.number, v.person, a.name, v.at_ms, v.kind, v.subject FROM views v \
                         JOIN accounts a ON a.person = v.person WHERE v.id < ?1 ORDER BY v.id DESC LIMIT ?2",
                    )?
                    .query_map(params![before, limit], view)?
                    .collect::<Result<_, _>>()?,
                // Somebody's numbers rise with the numbers of all.
                Some(person) => connection
                    .prepare_cached(
                        "SELECT v.id, v.number, v.person, a.name, v.at_ms, v.kind, v.subject FROM views v \
                         JOIN accounts a ON a.person = v.person WHERE v.person = ?1 AND v.id < ?2 \
                         ORDER BY v.number DESC LIMIT ?3",
                    )?
                    .query_map(params![person.0, before, limit], view)?
                    .collect::<Result<_, _>>()?,
            };
            Ok(rows)
        })
        .await
    }
}

fn is_again(connection: &Connection, view: &NewView) -> Result<bool, LedgerError> {
    let (kind, subject) = view.seen.parts();
    let mut query = connection.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM views WHERE person = ?1 AND kind = ?2 AND subject = ?3 AND at_ms > ?4)",
    )?;
    let since = view.at_ms.saturating_sub(AGAIN_MS);
    Ok(query.query_row(params![view.person.0, kind, subject, to_sql(since)], |row| row.get(0))?)
}

fn note(connection: &Connection, view: &NewView) -> Result<Noted, LedgerError> {
    if is_again(connection, view)? {
        return Ok(Noted::Yes);
    }
    let (kind, subject) = view.seen.parts();
    let mut newest = connection.prepare_cached("SELECT COALESCE(MAX(number), 0) FROM views WHERE person = ?1")?;
    let number = from_sql(newest.query_row([view.person.0], |row| row.get(0))?).saturating_add(1);
    // The view that stands as far back as a day may reach, by its number: nothing has to be counted.
    let mut full = connection
        .prepare_cached("SELECT EXISTS (SELECT 1 FROM views WHERE person = ?1 AND number = ?2 AND at_ms > ?3)")?;
    let first = number.saturating_sub(VIEWS_PER_DAY);
    let since = view.at_ms.saturating_sub(DAY_MS);
    if full.query_row(params![view.person.0, to_sql(first), to_sql(since)], |row| row.get(0))? {
        return Ok(Noted::TooMany);
    }
    connection
        .prepare_cached("INSERT INTO views (person, number, at_ms, kind, subject) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![view.person.0, to_sql(number), to_sql(view.at_ms), kind, subject])?;
    Ok(Noted::Yes)
}

fn view(row: &Row<'_>) -> rusqlite::Result<ViewRow> {
    let subject: String = row.get(6)?;
    Ok(ViewRow {
        id: from_sql(row.get(0)?),
        number: from_sql(row.get(1)?),
        person: PersonId(fixed(row, 2)?),
        name: row.get(3)?,
        at_ms: from_sql(row.get(4)?),
        seen: Seen::of_parts(row.get(5)?, &subject),
    })
}
