//! Packs on the phone, and the forms they hold, each read once.

use std::sync::Arc;

use kuager_forms::carried::{self, Looking};
use kuager_forms::changes::{self, FormChange};
use kuager_wire::canonical::TextMap;
use kuager_wire::ids::PackHash;
use kuager_wire::pack::SignedPack;
use kuager_wire::record::{FormRef, Value};

use super::device::Observer;
use super::known::EarlierFor;
use super::view::PackForm;
use crate::draft::DraftId;
use crate::error::ObserverError;
use crate::form::ReadForm;
use crate::journal::Journal;
use crate::packs;
use crate::store::{Meta, Tx};

impl Observer {
    /// Takes a pack from a file, so that work can begin before the coordinator was ever reached. It must be signed by
    /// the deployment's root key. Gives the pack that is current then: not the one of the file when a newer one is here
    /// already, or when stations that are here now would be gone; it takes its place once those have come.
    ///
    /// # Errors
    /// [`ObserverError::NotInvited`], [`ObserverError::Pack`], [`ObserverError::Store`].
    pub fn import_pack(&self, bytes: Vec<u8>) -> Result<PackHash, ObserverError> {
        let invite = self.invited()?;
        let pack = SignedPack::open(bytes, invite.deployment, &invite.root_key).map_err(ObserverError::Pack)?;
        let now_ms = self.clock.now().wall_ms;
        Ok(self.store.write(|tx| packs::take(tx, &invite, &pack, packs::Way::File, now_ms))?)
    }

    /// The pack new drafts are made under.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::NotInvited`], [`ObserverError::Store`].
    pub fn pack(&self) -> Result<Arc<SignedPack>, ObserverError> {
        let current = self.store.read(|tx| tx.meta::<PackHash>(Meta::CurrentPack))?;
        self.pack_with(current.ok_or(ObserverError::NoPack)?)
    }

    pub(super) fn pack_with(&self, hash: PackHash) -> Result<Arc<SignedPack>, ObserverError> {
        let invite = self.invited()?;
        let mut cached = self.pack.lock();
        if let Some(pack) = cached.as_ref().filter(|pack| pack.hash == hash) {
            return Ok(Arc::clone(pack));
        }
        let bytes = self.store.read(|tx| tx.pack(hash))?.ok_or(ObserverError::NoPack)?;
        let pack = SignedPack::open(bytes, invite.deployment, &invite.root_key).map_err(ObserverError::Pack)?;
        let pack = Arc::new(pack);
        *cached = Some(Arc::clone(&pack));
        Ok(pack)
    }

    /// A form of a pack, read once.
    pub(super) fn form(&self, reference: &FormRef) -> Result<Arc<PackForm>, ObserverError> {
        if let Some(known) = self.known.lock().form(reference) {
            return Ok(known);
        }
        let pack = self.pack_with(reference.pack)?;
        let form = pack.pack.form(&reference.form).ok_or_else(|| ObserverError::NoSuchForm(reference.form.clone()))?;
        let form = ReadForm::new(form);
        let form = Arc::new(PackForm { pack, form });
        self.known.lock().add_form(reference.clone(), Arc::clone(&form));
        Ok(form)
    }

    /// The form a draft answers, `None` for a note. The draft is read the first time only.
    pub(super) fn form_of(&self, draft: DraftId) -> Result<Option<Arc<PackForm>>, ObserverError> {
        if let Some(known) = self.known.lock().form_of(draft) {
            return Ok(known);
        }
        let content = self.store.read(|tx| self.saved(tx, draft))?;
        let form = content.form.as_ref().map(|reference| self.form(reference)).transpose()?;
        self.known.lock().add_form_of(draft, form.clone());
        Ok(form)
    }

    /// What a form sees of earlier records, for the record that looks back. They are read anew only when one was sealed since.
    pub(super) fn carried(
        &self,
        tx: &Tx<'_>,
        form: &PackForm,
        looking: Looking<'_>,
    ) -> Result<TextMap<Value>, ObserverError> {
        let asked = form.form.form();
        if asked.carried.is_none() {
            return Ok(TextMap::default());
        }
        let reference = FormRef { pack: form.pack.hash, form: asked.id.clone() };
        let newest = tx.newest_record()?;
        let of = EarlierFor { form: reference, station: looking.station.map(str::to_owned), newest };
        let known = self.known.lock().earlier(&of);
        let earlier = match known {
            Some(known) => known,
            None => {
                let read = Arc::new(Journal::earlier(tx, asked, looking.station)?);
                self.known.lock().add_earlier(of, Arc::clone(&read));
                read
            }
        };
        Ok(carried::carried(asked, looking, &earlier))
    }

    /// What the current pack changes against the one a draft was begun under, form by form; `None` when it is the same.
    /// The draft stays with its own.
    ///
    /// # Errors
    /// [`ObserverError::NoPack`], [`ObserverError::Journal`], [`ObserverError::Store`].
    pub fn pack_changes(&self, draft: DraftId) -> Result<Option<Vec<FormChange>>, ObserverError> {
        let Some(reference) = self.draft(draft)?.form else { return Ok(None) };
        let current = self.pack()?;
        if current.hash == reference.pack {
            return Ok(None);
        }
        let before = self.pack_with(reference.pack)?;
        Ok(Some(changes::between(&before.pack, &current.pack)))
    }
}
