//! Drafts: answers not sealed yet, saved at every change.

use kuager_wire::canonical;
use rusqlite::OptionalExtension;

use super::error::StoreError;
use super::tx::Tx;
use crate::draft::{Draft, DraftId};

/// A draft is at least as large as the record it becomes, and may hold answers to questions that are hidden by now.
const LIMIT: usize = 256 * 1024;

impl Tx<'_> {
    pub(crate) fn draft(&self, id: DraftId) -> Result<Option<Draft>, StoreError> {
        #[cfg(test)]
        super::reads::draft_read();
        let mut statement = self.connection.prepare_cached("SELECT content FROM drafts WHERE id = ?1")?;
        let content: Option<Vec<u8>> = statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?;
        Ok(content.map(|content| canonical::decode(&content, LIMIT)).transpose()?)
    }

    /// The version of a draft: another one after every change, whoever made it.
    pub(crate) fn draft_version(&self, id: DraftId) -> Result<Option<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT version FROM drafts WHERE id = ?1")?;
        Ok(statement.query_row([id.as_bytes()], |row| row.get(0)).optional()?)
    }

    /// Gives the version it has then.
    pub(crate) fn save_draft(&self, draft: &Draft) -> Result<i64, StoreError> {
        let content = canonical::encode(draft, LIMIT)?;
        let mut statement = self.connection.prepare_cached(
            "INSERT INTO drafts (id, content) VALUES (?1, ?2)
             ON CONFLICT (id) DO UPDATE SET content = excluded.content, version = version + 1 RETURNING version",
        )?;
        Ok(statement.query_row((draft.id.as_bytes(), content), |row| row.get(0))?)
    }

    /// Returns whether there was one.
    pub(crate) fn remove_draft(&self, id: DraftId) -> Result<bool, StoreError> {
        let mut statement = self.connection.prepare_cached("DELETE FROM drafts WHERE id = ?1")?;
        Ok(statement.execute([id.as_bytes()])? > 0)
    }

    pub(crate) fn drafts(&self) -> Result<Vec<Draft>, StoreError> {
        let mut statement = self.connection.prepare_cached("SELECT content FROM drafts")?;
        let contents = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
        let mut drafts = contents
            .map(|content| Ok(canonical::decode::<Draft>(&content?, LIMIT)?))
            .collect::<Result<Vec<_>, StoreError>>()?;
        drafts.sort_by_key(|draft| std::cmp::Reverse(draft.changed_ms));
        Ok(drafts)
    }
}
