//! Packs on the phone, and the forms they hold, each read once.

use std::sync::{Arc, PoisonError};

use kuager_forms::CompiledForm;
use kuager_forms::changes::{self, FormChange};
use kuager_wire::form::Form;
use kuager_wire::ids::PackHash;
use kuager_wire::pack::SignedPack;
use kuager_wire::record::FormRef;

use super::device::Observer;
use crate::draft::DraftId;
use crate::error::ObserverError;
use crate::store::Meta;

impl Observer {
    /// Takes a pack from a file, so that work can begin before the coordinator was ever reached. It must be signed by
    /// the deployment's root key.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Pack`], [`ObserverError::Store`].
    pub fn import_pack(&self, bytes: Vec<u8>) -> Result<PackHash, ObserverError> {
        let invite = self.invited()?;
        let pack = SignedPack::open(bytes, invite.deployment, &invite.root_key).map_err(ObserverError::Pack)?;
        let now_ms = self.clock.now().wall_ms;
        self.store.write(|tx| {
            tx.add_pack(pack.hash, &pack.bytes, now_ms)?;
            tx.set_meta(Meta::CurrentPack, &pack.hash)
        })?;
        Ok(pack.hash)
    }

    /// The pack new drafts are made under.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::NotInvited`], [`ObserverError::Store`].
    pub fn pack(&self) -> Result<Arc<SignedPack>, ObserverError> {
        let current = self.store.read(|tx| tx.meta::<PackHash>(Meta::CurrentPack))?;
        self.pack_with(current.ok_or(ObserverError::NoPack)?)
    }

    /// The pack a draft was begun under.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::NotInvited`], [`ObserverError::Store`].
    pub fn pack_of(&self, form: &FormRef) -> Result<Arc<SignedPack>, ObserverError> {
        self.pack_with(form.pack)
    }

    pub(super) fn pack_with(&self, hash: PackHash) -> Result<Arc<SignedPack>, ObserverError> {
        let invite = self.invited()?;
        let mut cached = self.pack.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pack) = cached.as_ref().filter(|pack| pack.hash == hash) {
            return Ok(Arc::clone(pack));
        }
        let bytes = self.store.read(|tx| tx.pack(hash))?.ok_or(ObserverError::NoPack)?;
        let pack = SignedPack::open(bytes, invite.deployment, &invite.root_key).map_err(ObserverError::Pack)?;
        let pack = Arc::new(pack);
        *cached = Some(Arc::clone(&pack));
        Ok(pack)
    }

    /// Runs `use_form` with the form a draft answers, `None` for a note.
    pub(super) fn with_form<T>(
        &self,
        reference: Option<&FormRef>,
        use_form: impl FnOnce(Option<&Form>) -> Result<T, ObserverError>,
    ) -> Result<T, ObserverError> {
        let Some(reference) = reference else { return use_form(None) };
        let pack = self.pack_with(reference.pack)?;
        let form = pack.pack.form(&reference.form);
        use_form(Some(form.ok_or_else(|| ObserverError::NoSuchForm(reference.form.clone()))?))
    }

    pub(super) fn compiled(&self, reference: &FormRef) -> Result<(Arc<SignedPack>, Arc<CompiledForm>), ObserverError> {
        let pack = self.pack_with(reference.pack)?;
        let mut cached = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, form)) = cached.as_ref().filter(|(known, _)| known == reference) {
            return Ok((pack, Arc::clone(form)));
        }
        let form = pack.pack.form(&reference.form).ok_or_else(|| ObserverError::NoSuchForm(reference.form.clone()))?;
        let compiled = Arc::new(CompiledForm::new(form)?);
        *cached = Some((reference.clone(), Arc::clone(&compiled)));
        Ok((pack, compiled))
    }

    /// What the current pack changes against the one a draft was begun under, form by form; `None` when it is the same.
    /// The draft stays with its own.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn pack_changes(&self, draft: DraftId) -> Result<Option<Vec<FormChange>>, ObserverError> {
        let Some(reference) = self.journal.draft(draft)?.form else { return Ok(None) };
        let current = self.pack()?;
        if current.hash == reference.pack {
            return Ok(None);
        }
        let before = self.pack_with(reference.pack)?;
        Ok(Some(changes::between(&before.pack, &current.pack)))
    }
}
