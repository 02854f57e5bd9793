//! What is never photographed or recorded, whatever a pack asks for.

use super::kind::QuestionKind;
use super::question::Question;

/// What a photo, video or sound shows, as far as the form says what it is asked for.
pub const SUBJECTS: [&str; 7] = ["protocol", "document", "premises", "seal", "scene", "person", "sound"];

/// Subjects no form may ask for, with the reason the observer and the pack author are told.
pub const FORBIDDEN_SUBJECTS: [(&str, &str); 1] =
    [("filled_ballot", "a photo of a ballot that a voter has filled in breaks the secrecy of the vote")];

/// Why nothing may be captured for a question.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FenceError {
    /// The question asks for something nobody may take a picture of.
    #[error("question {question} asks for \"{subject}\", which is never recorded: {reason}")]
    Forbidden {
        /// The question.
        question: String,
        /// What it asks for.
        subject: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// The question names a subject this release does not know, so it cannot say that it is harmless.
    #[error("question {question} asks for \"{subject}\"; known subjects are {}", SUBJECTS.join(", "))]
    UnknownSubject {
        /// The question.
        question: String,
        /// What it asks for.
        subject: String,
    },
    /// The question does not ask for files at all.
    #[error("question {question} takes no files; attach them to a question of kind attachment, or to the record")]
    NotAnAttachment {
        /// The question.
        question: String,
    },
}

impl Question {
    /// Whether files may be taken for this question. Asked when a pack is checked and again before every capture.
    ///
    /// # Errors
    /// [`FenceError`] with the reason.
    pub fn capture_allowed(&self) -> Result<(), FenceError> {
        let question = || self.id.clone();
        if let Some(subject) = &self.subject {
            if let Some((_, reason)) = FORBIDDEN_SUBJECTS.iter().find(|(name, _)| name == subject) {
                return Err(FenceError::Forbidden { question: question(), subject: subject.clone(), reason });
            }
            if !SUBJECTS.contains(&subject.as_str()) {
                return Err(FenceError::UnknownSubject { question: question(), subject: subject.clone() });
            }
        }
        let takes_files = self.kind == QuestionKind::Attachment;
        takes_files.then_some(()).ok_or_else(|| FenceError::NotAnAttachment { question: question() })
    }
}
