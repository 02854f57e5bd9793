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
/// and sent once all the same. Pieces of previews make room for everything else; gives the one that had to go.
pub(super) fn add(draft: &mut Draft, attachment: Attachment) -> Result<Option<MediaHash>, JournalError> {
    let attachments = draft.attachments.get_or_insert_default();
    let listed = || attachments.iter().filter(|file| file.hash == attachment.hash);
    let said = attachment.label.is_none() || listed().any(|file| file.label == attachment.label);
    if said && listed().next().is_some() {
        return Ok(None);
    }
    let nameless = attachments.iter().position(|file| file.hash == attachment.hash && file.label.is_none());
    if let Some(at) = nameless {
        attachments[at].label = attachment.label;
        return Ok(None);
    }
    let mut gone = None;
    if attachments.len() >= limits::ATTACHMENTS {
        let piece = (0..attachments.len()).rfind(|at| is_piece(&attachments[..*at], &attachments[*at]));
        match piece.filter(|_| !is_piece(attachments, &attachment)) {
            Some(piece) => gone = Some(attachments.remove(piece).hash),
            None => return Err(JournalError::TooManyFiles { limit: limits::ATTACHMENTS }),
        }
    }
    attachments.push(attachment);
    Ok(gone.filter(|gone| attachments.iter().all(|file| file.hash != *gone)))
}

/// Whether a preview shows a part of what another one before it shows whole.
fn is_piece(before: &[Attachment], file: &Attachment) -> bool {
    let whole = |other: &Attachment| other.role == AttachmentRole::Preview && other.of == file.of;
    file.role == AttachmentRole::Preview && before.iter().any(|other| whole(other) && other.hash != file.hash)
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

#[cfg(test)]
mod tests {
    use kuager_wire::record::{Answers, RecordKind};

    use super::*;
    use crate::draft::DraftId;

    fn file(hash: u8, of: Option<u8>) -> Attachment {
        let role = if of.is_some() { AttachmentRole::Preview } else { AttachmentRole::Original };
        let of = of.map(|of| MediaHash([of; 32]));
        let hash = MediaHash([hash; 32]);
        Attachment { hash, size: 1, mime: "image/jpeg".to_owned(), role, of, source: None, claims: None, label: None }
    }

    #[test]
    fn pieces_of_previews_keep_no_page_out() {
        let mut draft = Draft {
            id: DraftId::from_bytes([0; 16]),
            kind: RecordKind::Note,
            form: None,
            station: None,
            language: None,
            answers: Answers::default(),
            text: None,
            supersedes: None,
            location: None,
            training: false,
            changed_ms: 0,
            attachments: None,
            follows: None,
        };
        let mut gone = Vec::new();
        for page in 0..16 {
            gone.extend(add(&mut draft, file(page, None)).expect("a page"));
            gone.extend(add(&mut draft, file(100 + page, Some(page))).expect("its preview"));
            for piece in 0..7 {
                // Where there is no room, there is no piece.
                let _ = add(&mut draft, file(120 + 7 * page + piece, Some(page)));
            }
        }
        let kept = draft.attachments.clone().expect("files");
        assert_eq!(kept.len(), limits::ATTACHMENTS);
        for page in 0..16 {
            assert!(kept.contains(&file(page, None)) && kept.contains(&file(100 + page, Some(page))), "{page}");
        }
        assert!(!gone.is_empty() && gone.iter().all(|gone| kept.iter().all(|file| file.hash != *gone)));
        assert!(matches!(add(&mut draft, file(99, None)), Err(JournalError::TooManyFiles { .. })));
        assert_eq!(draft.attachments, Some(kept));
    }
}
