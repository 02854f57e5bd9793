//! The files of a draft and the questions they answer: a file comes once for each label, follows its entry of a repeat group,
//! and goes with the last label it had. Its preview stays with it.

use kuager_forms::Path;
use kuager_forms::files::Moves;
use kuager_wire::ids::MediaHash;
use kuager_wire::limits;
use kuager_wire::record::{Attachment, AttachmentRole};

use super::JournalError;
use crate::draft::Draft;

/// Adds a file to a draft, once for each label: one photo may show two pages, or belong to two questions. Its bytes are kept
/// and sent once all the same.
pub(crate) fn add(draft: &mut Draft, attachment: Attachment) -> Result<(), JournalError> {
    let attachments = draft.attachments.get_or_insert_default();
    let listed = || attachments.iter().filter(|file| file.hash == attachment.hash);
    let said = attachment.label.is_none() || listed().any(|file| file.label == attachment.label);
    if said && listed().next().is_some() {
        return Ok(());
    }
    let nameless = attachments.iter().position(|file| file.hash == attachment.hash && file.label.is_none());
    if let Some(at) = nameless {
        attachments[at].label = attachment.label;
        return Ok(());
    }
    if attachments.len() >= limits::ATTACHMENTS {
        return Err(JournalError::TooManyFiles { limit: limits::ATTACHMENTS });
    }
    attachments.push(attachment);
    Ok(())
}

/// Takes a file out of a draft, or only one label of it. Gives the files that the draft does not list any more.
pub(super) fn take(draft: &mut Draft, hash: MediaHash, label: Option<&str>) -> Vec<MediaHash> {
    keep(draft, |file| {
        (file.hash != hash || label.is_some_and(|label| file.label.as_deref() != Some(label)))
            .then(|| file.label.clone())
    })
}

/// Puts files where their entries went. Gives the files that the draft does not list any more.
pub(crate) fn follow(draft: &mut Draft, moves: &Moves) -> Vec<MediaHash> {
    if moves.is_empty() {
        return Vec::new();
    }
    keep(draft, |file| {
        let path = file.label.as_deref().map(Path::read);
        let Some(Path { group: Some((group, entry)), question }) = path else { return Some(file.label.clone()) };
        match moves.get(&group).and_then(|moves| moves.get(entry)) {
            Some(Some(to)) => Some(Some(Path { group: Some((group, *to)), question }.to_string())),
            Some(None) => None,
            // An entry that was not there: nothing has moved.
            None => Some(file.label.clone()),
        }
    })
}

/// Gives each file the label that `label` says, and drops those it says nothing of. A file that was made from another goes
/// with the last label of that one, and until then it has one of its labels.
fn keep(draft: &mut Draft, label: impl Fn(&Attachment) -> Option<Option<String>>) -> Vec<MediaHash> {
    let before = draft.attachments.take().unwrap_or_default();
    let listed: Vec<MediaHash> = before.iter().map(|file| file.hash).collect();
    let relabelled = before.into_iter().map(|file| (label(&file), file));
    let (made, own): (Vec<_>, Vec<_>) = relabelled.partition(|(_, file)| file.role == AttachmentRole::Preview);
    let mut kept: Vec<Attachment> =
        own.into_iter().filter_map(|(label, file)| Some(Attachment { label: label?, ..file })).collect();
    let originals = kept.len();
    for (label, file) in made {
        let of = kept[..originals].iter().filter(|original| Some(original.hash) == file.of);
        let labels: Vec<Option<String>> = of.map(|original| original.label.clone()).collect();
        let Some(first) = labels.first() else { continue };
        let label = label.filter(|label| label.is_none() || labels.contains(label)).unwrap_or_else(|| first.clone());
        let again = kept[originals..].iter().any(|other| other.hash == file.hash && other.label == label);
        if !again {
            kept.push(Attachment { label, ..file });
        }
    }
    let gone = listed.into_iter().filter(|hash| kept.iter().all(|file| file.hash != *hash)).collect();
    draft.attachments = (!kept.is_empty()).then_some(kept);
    gone
}
