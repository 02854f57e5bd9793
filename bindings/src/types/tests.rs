//! The vocabulary: the bridge says each thing in the core's word.

use std::any::type_name;
use std::fmt::Debug;

use kuager_core::wire::record;
use kuager_core::{forms, observer, queue, store, wire};

use super::*;

/// The name of a type, without its path and parameters.
fn word<T>() -> &'static str {
    let name = type_name::<T>();
    let name = name.split_once('<').map_or(name, |(name, _)| name);
    name.rsplit("::").next().unwrap_or(name)
}

/// The same word, a reading of it (`Info`), or the word with the noun in front that the core says by module. A row of the store is
/// no word of its own.
fn says<Core, Bridge>() {
    let (core, bridge) = (word::<Core>(), word::<Bridge>());
    let core = core.strip_suffix("Row").unwrap_or(core);
    let known = bridge == core || bridge.strip_suffix("Info") == Some(core) || bridge.ends_with(core);
    assert!(known, "the core's {core} is called {bridge} here");
}

#[test]
fn every_type_is_called_as_in_the_core() {
    says::<forms::Asked<'_>, Asked>();
    says::<forms::FormState<'_>, FormState>();
    says::<forms::RelationState<'_>, RelationState>();
    says::<forms::Reminder<'_>, Reminder>();
    says::<forms::ReminderKind<'_>, ReminderKind>();
    says::<forms::Standing, RelationStanding>();
    says::<forms::changes::FormChange, FormChange>();
    says::<forms::exit_poll::WaveState, WaveState>();
    says::<forms::tally::Tally, TallyInfo>();
    says::<kuager_core::ChainReport, ChainReport>();
    says::<kuager_core::Draft, DraftInfo>();
    says::<kuager_core::NewDraft, NewDraft>();
    says::<kuager_core::ObserverConfig, crate::observer::ObserverConfig>();
    says::<kuager_core::Outlook, Outlook>();
    says::<kuager_core::Sealed, Sealed>();
    says::<kuager_core::SyncSummary, SyncSummary>();
    says::<observer::Attached, Attached>();
    says::<observer::InvitePreview, InvitePreview>();
    says::<observer::Origin, MediaOrigin>();
    says::<observer::Replaces, Replaces>();
    says::<observer::Revoked, RevokedInfo>();
    says::<observer::SealedRecord, SealedRecord>();
    says::<observer::Status, ObserverStatus>();
    says::<queue::FailureClass, FailureClass>();
    says::<queue::HeldReason, HeldReason>();
    says::<queue::Obstacle, SyncObstacle>();
    says::<queue::State, RecordState>();
    says::<queue::UploadState, UploadState>();
    says::<record::Attachment, AttachmentInfo>();
    says::<record::AttachmentRole, AttachmentRole>();
    says::<record::IncidentStatus, IncidentStatus>();
    says::<record::Location, LocationInfo>();
    says::<record::MediaSource, MediaSource>();
    says::<record::Record, RecordInfo>();
    says::<record::RecordKind, RecordKind>();
    says::<record::SeqRange, SeqRange>();
    says::<record::Value, Value>();
    says::<store::AttemptRow, AttemptInfo>();
    says::<store::MediaRow, MediaInfo>();
    says::<store::salvage::Recovery, RecoveryInfo>();
    says::<wire::enrolment::Role, ObserverRole>();
    says::<wire::form::Form, FormInfo>();
    says::<wire::form::QuestionKind, QuestionKind>();
    says::<wire::invite::Invite, crate::statement::InviteInfo>();
    says::<wire::message::Ask, MessageAsk>();
    says::<wire::message::Message, MessageInfo>();
    says::<wire::pack::Contest, ContestInfo>();
    says::<wire::pack::Disposition, DispositionInfo>();
    says::<wire::pack::Gravity, IncidentGravity>();
    says::<wire::pack::Incident, IncidentInfo>();
    says::<wire::pack::Pack, PackInfo>();
    says::<wire::pack::Region, RegionInfo>();
    says::<wire::pack::Station, StationInfo>();
    says::<wire::pack::TurnoutHour, TurnoutHourInfo>();
    says::<wire::pack::Wave, WaveInfo>();
    says::<wire::protocol::Severity, RelationSeverity>();
    says::<wire::receipt::Receipt, ReceiptInfo>();
}

/// A case keeps its name when it crosses.
fn keeps<Core: Debug + Copy, Bridge: From<Core> + Debug>(all: impl IntoIterator<Item = Core>) {
    for core in all {
        assert_eq!(format!("{core:?}"), format!("{:?}", Bridge::from(core)));
    }
}

#[test]
fn every_case_is_called_as_in_the_core() {
    keeps::<_, FailureClass>(queue::FailureClass::ALL.iter().copied());
    keeps::<_, HeldReason>(queue::HeldReason::ALL.iter().copied());
    keeps::<_, Replaces>([observer::Replaces::Token, observer::Replaces::Servers]);
    keeps::<_, QuestionKind>(wire::form::QuestionKind::ALL.iter().copied());
    keeps::<_, RecordKind>((0..=u8::MAX).filter_map(record::RecordKind::from_number));
    let statuses = [
        IncidentStatus::Reported,
        IncidentStatus::Corroborated,
        IncidentStatus::Verified,
        IncidentStatus::Disputed,
        IncidentStatus::Withdrawn,
    ];
    let crossed = statuses.map(record::IncidentStatus::from);
    assert_eq!(format!("{statuses:?}"), format!("{crossed:?}"));
    assert_eq!(crossed.as_slice(), record::IncidentStatus::ALL);
}

/// The names of a value's fields, as `Debug` writes them.
fn fields(value: &impl Debug) -> Vec<String> {
    let written = format!("{value:#?}");
    let field = |line: &str| {
        Some(line.strip_prefix("    ").filter(|line| !line.starts_with(' '))?.split_once(": ")?.0.to_owned())
    };
    written.lines().filter_map(field).collect()
}

/// A field keeps its name when it crosses; a duration says its unit. `own` are those that the bridge alone has, for what the core
/// says elsewhere.
fn keeps_fields(core: &impl Debug, bridge: &impl Debug, own: &[&str]) {
    let (core, bridge) = (fields(core), fields(bridge));
    assert!(!core.is_empty() && own.iter().all(|own| !core.iter().any(|field| field == own)), "{core:?} {own:?}");
    let mut unknown = bridge;
    unknown.retain(|field| {
        !core.contains(field) && !field.strip_suffix("_ms").is_some_and(|field| core.iter().any(|core| core == field))
    });
    assert_eq!(unknown, own, "of {core:?}");
}

#[test]
fn every_field_is_called_as_in_the_core() {
    let dir = "store";
    let config = crate::observer::ObserverConfig {
        dir: dir.to_owned(),
        connect_timeout_ms: None,
        idle_timeout_ms: None,
        call_timeout_ms: None,
    };
    keeps_fields(&kuager_core::ObserverConfig::new(dir), &config, &[]);
    keeps_fields(&kuager_core::Outlook::default(), &outlook(&kuager_core::Outlook::default()), &[]);
    let summary = kuager_core::SyncSummary::default();
    keeps_fields(&summary, &SyncSummary::from(summary.clone()), &[]);
    let report = kuager_core::ChainReport::default();
    keeps_fields(&report, &chain_report(&report), &[]);
    keeps_fields(&forms::tally::Tally::default(), &tally(&forms::tally::Tally::default()), &["away", "whole"]);
    let location = record::Location { lat_e7: 1, lon_e7: 2, accuracy_m: 3 };
    keeps_fields(&location, &super::record::location_info(&location), &[]);
    let attempt = store::AttemptRow {
        purpose: "records".to_owned(),
        records: 1,
        started_ms: 2,
        ended_ms: None,
        outcome: None,
        bytes_out: 3,
        bytes_in: 4,
    };
    keeps_fields(&attempt, &AttemptInfo::from(attempt.clone()), &[]);

    let incident = wire::pack::Incident {
        code: "A11".to_owned(),
        gravity: wire::pack::Gravity::Serious,
        title: wire::form::Texts::default(),
        record: None,
        law: None,
        urgent: None,
        group: None,
    };
    let hour = wire::pack::TurnoutHour { key: "10".to_owned(), at: 600 };
    let turnout = wire::pack::Turnout {
        form: "turnout".to_owned(),
        hour: "hour".to_owned(),
        told: "told".to_owned(),
        own: "own".to_owned(),
        hours: vec![hour.clone()],
        whole: None,
        until: None,
    };
    let form = wire::form::Form::new("turnout", record::RecordKind::Turnout);
    let pack = wire::pack::Pack {
        forms: vec![form.clone()],
        incidents: Some(vec![incident.clone()]),
        turnout: Some(turnout),
        ..wire::pack::Pack::default()
    };
    let signed = wire::pack::SignedPack { hash: wire::ids::PackHash([0; 32]), bytes: Vec::new(), pack };
    let crossed = pack_info(&signed, "kk");
    // Of the signed pack the first, of what stands within `turnout` and `exit_poll` the others.
    keeps_fields(&signed.pack, &crossed, &["hash", "turnout_hours", "waves", "dispositions", "exit_poll_off"]);
    keeps_fields(&incident, &crossed.incidents[0], &[]);
    keeps_fields(&hour, &crossed.turnout_hours[0], &[]);
    keeps_fields(&form, &crossed.forms[0], &[]);
}
