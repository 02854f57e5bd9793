//! Names of people at the desk, for whoever reads what they did.

use std::collections::HashMap;

use axum::response::Response;
use kuager_wire::ids::PersonId;

use crate::language::Language;
use crate::response::trouble;
use crate::state::Desk;

/// Names by the numbers that the journal has.
#[derive(Debug, Default)]
pub(crate) struct Names(HashMap<PersonId, String>);

impl Names {
    /// All of them.
    pub(crate) async fn of(desk: &Desk) -> Result<Self, Response> {
        let accounts = desk.app.ledger.accounts().await.map_err(trouble)?;
        Ok(Self(accounts.into_iter().map(|account| (account.person, account.name)).collect()))
    }

    /// Who it was, or that there were no accounts then.
    pub(crate) fn who(&self, by: Option<PersonId>, language: &Language) -> String {
        match by {
            Some(person) => self.0.get(&person).cloned().unwrap_or_else(|| person.to_string()),
            None => language.say("who-nobody"),
        }
    }
}
