//! A store with a key that everybody knows, for judges in other languages: `test-store write FOLDER` makes one with records in it,
//! `test-store read FOLDER` prints how many drafts it holds and their texts.
#![allow(clippy::print_stdout, reason = "printing is what this program is for")]

use std::error::Error;
use std::path::Path;
use std::sync::Arc;

use kuager_core::keys::StoreKey;
use kuager_core::store::Store;
use kuager_core::{NewDraft, SystemClock};
use kuager_wire::SigningKey;

const KEY: StoreKey = StoreKey([7; 32]);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, folder] = arguments.as_slice() else { return Err("usage: test-store write|read FOLDER".into()) };
    let store = Arc::new(Store::open(Path::new(folder), &KEY)?);
    let key = kuager_core::keyring::Keyring::of(SigningKey::from_bytes(&[1; 32]));
    let journal = kuager_core::journal::Journal::new(Arc::clone(&store), Arc::new(SystemClock::new()), key);
    if what == "write" {
        for number in 0..300 {
            journal.new_draft(NewDraft::note(format!("жазба {number}")), None)?;
        }
    }
    let drafts = journal.drafts()?;
    println!("{}", drafts.len());
    drafts.iter().filter_map(|draft| draft.text.as_ref()).for_each(|text| println!("{text}"));
    store.close();
    Ok(())
}
