//! Names that are signed, kept in stores or written in pack sources. They come from the names of variants, so renaming a
//! variant must not go unseen.

use kuager_wire::cose::Purpose;
use kuager_wire::desk::{AccountChange, Addressee, CallOutcome, ComplaintStep, FieldFinding};
use kuager_wire::form::QuestionKind;
use kuager_wire::protocol::{LineRole, Severity};
use kuager_wire::receipt::RefusalCode;
use kuager_wire::record::{IncidentStatus, RecordKind};

/// The names of all variants, after looking each up by its name again.
fn names<T: Copy + PartialEq + std::fmt::Debug>(
    all: &[T],
    name: fn(T) -> &'static str,
    from_name: fn(&str) -> Option<T>,
) -> String {
    for variant in all {
        assert_eq!(from_name(name(*variant)), Some(*variant));
        assert_eq!(from_name(&name(*variant).to_uppercase()), None);
    }
    all.iter().map(|variant| name(*variant)).collect::<Vec<_>>().join(" ")
}

#[test]
fn names_stay_as_they_are() {
    let statuses: Vec<&str> = IncidentStatus::ALL.iter().map(|status| status.name()).collect();
    let found = [
        names(RecordKind::ALL, RecordKind::name, RecordKind::from_name),
        names(QuestionKind::ALL, QuestionKind::name, QuestionKind::from_name),
        names(Severity::ALL, Severity::name, Severity::from_name),
        names(LineRole::ALL, LineRole::name, LineRole::from_name),
        names(RefusalCode::ALL, RefusalCode::name, RefusalCode::from_name),
        names(Purpose::ALL, Purpose::name, Purpose::from_name),
        statuses.join(" "),
        names(CallOutcome::ALL, CallOutcome::name, CallOutcome::from_name),
        names(FieldFinding::ALL, FieldFinding::name, FieldFinding::from_name),
        names(ComplaintStep::ALL, ComplaintStep::name, ComplaintStep::from_name),
        names(Addressee::ALL, Addressee::name, Addressee::from_name),
        names(AccountChange::ALL, AccountChange::name, AccountChange::from_name),
    ];
    let expected = [
        "checklist turnout incident protocol exit_poll_wave note key_event gap_statement transcription",
        "yes_no integer time text choice choices decimal date location attachment group note calculate words",
        "hard soft statistical",
        "registered issued took_part votes invalid received cancelled outside absentee",
        "malformed too_large unsupported_version unknown_device bad_signature wrong_deployment unknown_pack \
         revoked_device invite_unknown invite_used invite_revoked invite_expired replayed busy media_mismatch \
         number_used",
        "genesis record request credential pack receipt refusal message fork media_receipt redaction station_shard servers \
         delegation revocation succession desk_key desk_entry",
        "reported corroborated verified disputed withdrawn",
        "reached no_answer unreachable wrong_number absent",
        "agreed disputed unreadable",
        "filed not_accepted granted rejected unanswered appealed",
        "commission higher_commission court prosecutor",
        "added roles secrets disabled enabled",
    ];
    assert_eq!(found, expected);
}

#[test]
fn numbers_of_record_kinds_stay_as_they_are() {
    for (kind, number) in RecordKind::ALL.iter().zip(1..) {
        assert_eq!((kind.number(), RecordKind::from_number(number)), (number, Some(*kind)));
    }
    assert_eq!((RecordKind::from_number(0), RecordKind::from_number(10)), (None, None));
}
