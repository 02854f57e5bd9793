use kuager_forms::exit_poll::ExitPollError;
use kuager_forms::{FormState, Standing};
use kuager_wire::SigningKey;
use kuager_wire::canonical::TextMap;
use kuager_wire::cose;
use kuager_wire::form::{Carried, CarriedFrom, Choice, Form, Question, QuestionKind, Repeat, Texts};
use kuager_wire::ids::{DeploymentId, InviteToken, PublicKey, RecordHash};
use kuager_wire::invite::{Invite, Way};
use kuager_wire::pack::{
    ActTemplate, Disposition, ExitPoll, Gravity, Incident, LegalMode, Pack, Turnout, TurnoutHour, Wave, WaveFields,
};
use kuager_wire::protocol::{Relation, Severity};
use kuager_wire::record::{Answers, IncidentStatus, RecordKind, Value, Verdict};
use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::clock::SystemClock;
use crate::config::ObserverConfig;
use crate::draft::{DraftId, NewDraft};
use crate::error::ObserverError;
use crate::journal::JournalError;
use crate::keys::FileKeyVault;
use crate::store::StoreError;

const DEPLOYMENT: DeploymentId = DeploymentId([5; 32]);
const STATION: &str = "710000000-99";

fn texts(text: &str) -> Texts {
    [("kk", format!("{text} kk")), ("ru", format!("{text} ru"))].into_iter().collect()
}

fn question(id: &str, kind: QuestionKind) -> Question {
    Question::new(id, kind)
}

fn choice(key: &str) -> Choice {
    Choice { key: key.to_owned(), text: texts(key), ..Choice::default() }
}

fn protocol() -> Form {
    let relation = Relation {
        id: "K12".to_owned(),
        severity: Severity::Soft,
        holds: "last($told) <= P02".to_owned(),
        message: [("kk", "{= last($told)} > {P02}".to_owned())].into_iter().collect(),
        incident: Some("C19".to_owned()),
        law: None,
        when: None,
    };
    Form {
        questions: vec![
            question("P02", QuestionKind::Integer),
            Question { calculate: Some("P02 * 2".to_owned()), ..question("twice", QuestionKind::Calculate) },
            Question { default: Some("'posted'".to_owned()), ..question("copy", QuestionKind::Text) },
            Question { relevant: Some("copy = 'none'".to_owned()), ..question("why", QuestionKind::Text) },
        ],
        relations: Some(vec![relation]),
        carried: Some(vec![Carried::new("told", "turnout", "told", CarriedFrom::All)]),
        ..Form::new("protocol", RecordKind::Protocol)
    }
}

fn wave() -> Form {
    let repeat = Some(Repeat { min: None, max: None });
    let contact = vec![question("code", QuestionKind::Text), question("sex", QuestionKind::Text)];
    let card =
        vec![Question { choices: Some(vec![choice("a"), choice("b")]), ..question("vote", QuestionKind::Choice) }];
    let mut questions: Vec<Question> =
        ["interval", "start", "passed"].map(|id| question(id, QuestionKind::Integer)).into();
    questions.extend([
        question("wave", QuestionKind::Text),
        Question { questions: Some(contact), repeat, ..question("contacts", QuestionKind::Group) },
        Question { questions: Some(card), repeat, ..question("cards", QuestionKind::Group) },
    ]);
    Form { questions, ..Form::new("wave", RecordKind::ExitPollWave) }
}

fn exit_poll() -> ExitPoll {
    let disposition = |code: &str, card: bool| Disposition {
        code: code.to_owned(),
        text: texts(code),
        card: card.then_some(true),
        observed: (!card).then_some(true),
    };
    ExitPoll {
        form: "wave".to_owned(),
        fields: WaveFields {
            wave: "wave".to_owned(),
            interval: "interval".to_owned(),
            start: "start".to_owned(),
            passed: "passed".to_owned(),
            contacts: "contacts".to_owned(),
            disposition: "code".to_owned(),
            cards: "cards".to_owned(),
            embargo: None,
        },
        interval: 3,
        waves: vec![Wave { key: "morning".to_owned(), from: 420, until: 600, target: None }],
        dispositions: vec![disposition("1.0", true), disposition("2.1", false)],
        legal: Some(LegalMode {
            organisation: "Sample Research".to_owned(),
            notice: "12".to_owned(),
            embargo_until_ms: 1,
            law: None,
        }),
        off_reason: None,
        ages: None,
    }
}

fn pack() -> Pack {
    let incident = |code: &str, urgent: bool| Incident {
        code: code.to_owned(),
        gravity: Gravity::Critical,
        title: texts(code),
        law: None,
        record: None,
        urgent: urgent.then_some(true),
        group: None,
    };
    let codes = Some(vec![choice("A11"), choice("V13")]);
    Pack {
        version: 1,
        id: "test".to_owned(),
        election_day: "2026-08-30".to_owned(),
        languages: vec!["kk".to_owned(), "ru".to_owned()],
        forms: vec![
            protocol(),
            Form {
                questions: vec![
                    question("hour", QuestionKind::Text),
                    question("told", QuestionKind::Integer),
                    question("own", QuestionKind::Integer),
                ],
                ..Form::new("turnout", RecordKind::Turnout)
            },
            Form {
                questions: vec![Question { choices: codes, ..question("codes", QuestionKind::Choices) }],
                ..Form::new("incident", RecordKind::Incident)
            },
            wave(),
        ],
        incidents: Some(vec![incident("A11", true), incident("V13", false)]),
        act: Some(ActTemplate {
            form: "incident".to_owned(),
            codes: "codes".to_owned(),
            texts: [("title", texts("act"))].into_iter().collect(),
            omit: None,
        }),
        turnout: Some(Turnout {
            form: "turnout".to_owned(),
            hour: "hour".to_owned(),
            told: "told".to_owned(),
            own: "own".to_owned(),
            hours: vec![TurnoutHour { key: "10".to_owned(), at: 600 }],
            whole: None,
            until: None,
        }),
        exit_poll: Some(exit_poll()),
        ..Pack::default()
    }
}

fn open(dir: &Path) -> Observer {
    let vault = Arc::new(FileKeyVault::new(dir.join("vault")));
    Observer::open(ObserverConfig::new(dir.join("store")), vault, Arc::new(SystemClock::new())).unwrap()
}

fn observer(dir: &Path, pack: &Pack) -> Observer {
    let root = SigningKey::from_bytes(&[1; 32]);
    let observer = open(dir);
    let invite = Invite {
        deployment: DEPLOYMENT,
        root_key: PublicKey::from(&root),
        token: InviteToken([2; 16]),
        way: Way::Unsigned { addresses: vec!["http://127.0.0.1:9".to_owned()], anchors: Vec::new() },
    };
    observer.accept_invite(&invite.to_url().unwrap()).unwrap();
    observer.import_pack(cose::sign(pack, DEPLOYMENT, &root).unwrap()).unwrap();
    observer
}

fn look<T>(observer: &Observer, draft: DraftId, look: impl FnOnce(&FormState<'_>) -> T) -> T {
    look(&observer.view(draft).unwrap().state().unwrap().unwrap())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn every_tap_is_there_after_a_kill() {
    let dir = tempfile::tempdir().unwrap();
    let observer = observer(dir.path(), &pack());
    for tap in 1..=40 {
        assert_eq!(observer.tap(STATION, 1).unwrap().total, tap);
        if tap % 13 == 0 {
            // What a killed process leaves on disk: the files as they are now, with everything still open.
            let killed = tempfile::tempdir().unwrap();
            copy(dir.path(), killed.path());
            assert_eq!(open(killed.path()).tally(STATION).unwrap().total, tap);
        }
    }
    observer.tap("another", 5).unwrap();
    let draft = observer.new_turnout("10", STATION, "kk", false).unwrap();
    assert_eq!(observer.draft(draft).unwrap().answers.get("own"), Some(&Value::Int(40)));
    observer.set_answer(draft, "told", Some(Value::Int(44))).unwrap();
    observer.seal(draft).unwrap();
    // Forty taps, one record; the count goes on.
    assert_eq!(observer.records().unwrap().len(), 1);
    assert_eq!(observer.tap(STATION, 1).unwrap().total, 41);
    // Without a single tap there is no count, rather than a count of zero.
    let empty = observer.new_turnout("10", "third", "kk", false).unwrap();
    assert_eq!(observer.draft(empty).unwrap().answers.get("own"), None);
}

#[test]
fn a_protocol_is_judged_while_it_is_typed_and_sealed_as_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let observer = observer(dir.path(), &pack());
    let turnout = observer.new_turnout("10", STATION, "kk", false).unwrap();
    observer.set_answer(turnout, "told", Some(Value::Int(880))).unwrap();
    observer.seal(turnout).unwrap();
    let draft = observer.new_draft(NewDraft::form("protocol").station(STATION).language("kk")).unwrap();
    let stands = |draft| {
        look(&observer, draft, |state| {
            (state.relations[0].standing, state.relations[0].message.clone(), state.asked.len())
        })
    };
    assert_eq!(stands(draft), (Standing::Unknown, None, 3));
    observer.set_answer(draft, "P02", Some(Value::Int(870))).unwrap();
    assert_eq!(stands(draft), (Standing::Fails, Some("880 > 870".to_owned()), 3));
    observer.set_language(draft, "ru").unwrap();
    assert_eq!(stands(draft).1, Some("880 > 870".to_owned()));
    // An answer that is hidden by now stays with the draft and out of the record.
    observer.set_answer(draft, "copy", Some("none".into())).unwrap();
    observer.set_answer(draft, "why", Some("refused".into())).unwrap();
    observer.set_answer(draft, "copy", Some("posted".into())).unwrap();
    assert!(observer.set_answer(draft, "twice", Some(Value::Int(1))).is_err(), "what is computed is not typed");
    assert_eq!(observer.draft(draft).unwrap().answers.get("why"), Some(&"refused".into()));
    let sealed = observer.seal(draft).unwrap();
    let body = observer.record(sealed.hash).unwrap().record.body;
    let answers = body.answers.unwrap();
    assert_eq!(
        (answers.get("P02"), answers.get("twice"), answers.get("why")),
        (Some(&870.into()), Some(&1740.into()), None)
    );
    let checks: Vec<(String, Verdict)> =
        body.checks.unwrap().into_iter().map(|check| (check.relation, check.verdict)).collect();
    assert_eq!(checks, [("K12".to_owned(), Verdict::Fails)]);
    // A correction begins with what was sealed, computes again, and its failure is gone.
    let corrected = observer.correct(sealed.hash).unwrap();
    observer.set_answer(corrected, "P02", Some(Value::Int(890))).unwrap();
    let sealed = observer.seal(corrected).unwrap();
    let body = observer.record(sealed.hash).unwrap().record.body;
    assert_eq!((body.answers.unwrap().get("twice"), body.checks), (Some(&1780.into()), None));
}

#[test]
fn urgent_incidents_go_right_behind_protocols() {
    let dir = tempfile::tempdir().unwrap();
    let observer = observer(dir.path(), &pack());
    let report = |codes: &[&str], training| {
        let draft = observer.new_incident(codes, STATION, "kk", training).unwrap();
        observer.seal(draft).unwrap().hash
    };
    let usual = report(&["V13"], false);
    let exercise = report(&["A11"], true);
    let urgent = report(&["V13", "A11"], false);
    let protocol = observer.new_draft(NewDraft::form("protocol").station(STATION)).unwrap();
    let protocol = observer.seal(protocol).unwrap().hash;
    let order: Vec<RecordHash> = observer
        .store
        .read(|tx| {
            let items = tx.open_items(10)?;
            let rows = tx.queue()?;
            let hash = |id: i64| rows.iter().find(|row| row.record.id == id).map(|row| row.record.hash);
            Ok::<_, StoreError>(items.iter().filter_map(|item| hash(item.record)).collect())
        })
        .unwrap();
    assert_eq!(order, [protocol, urgent, usual, exercise]);
    assert!(matches!(observer.new_incident(&["Z1"], STATION, "kk", false), Err(ObserverError::Incident(_))));
    // The report stays as it is; what becomes of it is another record.
    let page = observer.act(urgent, "ru").unwrap();
    assert!(page.contains("act ru") && page.contains(&urgent.to_string()), "{page}");
    assert!(matches!(observer.act(protocol, "ru"), Err(ObserverError::Act(_))));
    let word = observer.follow_up(urgent, IncidentStatus::Withdrawn, "қате болды").unwrap();
    let again = |status, reason| observer.follow_up(urgent, status, reason).unwrap();
    assert_eq!(again(IncidentStatus::Withdrawn, "қате болды"), word, "the second tap");
    for other in [again(IncidentStatus::Disputed, "қате болды"), again(IncidentStatus::Withdrawn, "басқа себеп")]
    {
        assert_ne!(other, word);
        assert!(observer.discard_draft(other).unwrap());
    }
    let word = observer.record(observer.seal(word).unwrap().hash).unwrap().record;
    assert_eq!((word.kind, word.station.as_deref()), (RecordKind::Note, Some(STATION)), "where the incident was");
    assert_eq!(
        word.body.follows.map(|follows| (follows.record, follows.status)),
        Some((urgent, IncidentStatus::Withdrawn))
    );
    assert_eq!(observer.record(urgent).unwrap().record.body.follows, None);
}

#[test]
fn a_wave_of_the_exit_poll_becomes_one_record() {
    let dir = tempfile::tempdir().unwrap();
    let observer = observer(dir.path(), &pack());
    let wave = observer.new_wave("morning", STATION, "kk", false).unwrap();
    let start = observer.draft(wave).unwrap().answers.get("start").and_then(Value::as_int).unwrap();
    assert!((1..=3).contains(&start));
    let selected: Vec<bool> = (0..9).map(|_| observer.pass(wave, 1).unwrap()).collect();
    assert_eq!(selected.iter().filter(|selected| **selected).count(), 3);
    let nothing = TextMap::default();
    let card = |vote: &str| Some([("vote", Value::from(vote))].into_iter().collect());
    observer.note_contact(wave, "1.0", &nothing, card("b")).unwrap();
    observer.note_contact(wave, "2.1", &[("sex", Value::from("f"))].into_iter().collect(), None).unwrap();
    observer.note_contact(wave, "1.0", &nothing, card("a")).unwrap();
    assert!(matches!(observer.note_contact(wave, "1.0", &nothing, card("z")), Err(ObserverError::Answer(_))));
    assert!(matches!(
        observer.note_contact(wave, "2.1", &nothing, card("a")),
        Err(ObserverError::ExitPoll(ExitPollError::Card { .. }))
    ));
    let state = observer.wave(wave).unwrap();
    assert_eq!((state.passed, state.selected, state.cards), (9, 3, 2));
    let record = observer.record(observer.seal(wave).unwrap().hash).unwrap().record;
    let answers = record.body.answers.unwrap();
    let Some(Value::List(cards)) = answers.get("cards") else { panic!("cards") };
    let votes: Vec<&str> = cards
        .iter()
        .map(|card| if let Value::Group(card) = card { card.get("vote").and_then(Value::as_text).unwrap() } else { "" })
        .collect();
    assert_eq!(votes, ["a", "b"], "by content, not by time");
    // Elsewhere a wave's calls change nothing.
    let protocol = observer.new_draft(NewDraft::form("protocol").station(STATION)).unwrap();
    assert!(matches!(observer.pass(protocol, 1), Err(ObserverError::ExitPoll(ExitPollError::NotAWave))));
}

#[test]
fn what_the_pack_does_not_allow_does_not_begin() {
    let dir = tempfile::tempdir().unwrap();
    let mut poll = exit_poll();
    poll.legal = None;
    let pack = Pack { exit_poll: Some(poll), training: Some(false), turnout: None, ..pack() };
    let observer = observer(dir.path(), &pack);
    let off = observer.new_wave("morning", STATION, "kk", false).unwrap_err();
    assert_eq!(off.code(), "exit_poll_off");
    let past_the_gate = observer.new_draft(NewDraft::form("wave").station(STATION)).unwrap_err();
    assert_eq!(past_the_gate.code(), "exit_poll_off");
    let exercise = observer.new_draft(NewDraft::form("protocol").station(STATION).training());
    assert!(matches!(exercise, Err(ObserverError::NoTraining)));
    assert!(matches!(observer.new_turnout("10", STATION, "kk", false), Err(ObserverError::NoTurnout)));
    assert_eq!(observer.drafts().unwrap(), []);
}

#[test]
fn a_form_that_changes_at_noon_leaves_the_morning_alone() {
    let dir = tempfile::tempdir().unwrap();
    let morning = pack();
    let observer = observer(dir.path(), &morning);
    let draft = observer.new_draft(NewDraft::form("protocol").station(STATION).language("kk")).unwrap();
    observer.set_answer(draft, "P02", Some(Value::Int(870))).unwrap();
    let sealed = observer.seal(observer.new_incident(&["V13"], STATION, "kk", false).unwrap()).unwrap();
    let before = observer.pack().unwrap().hash;
    assert_eq!(observer.pack_changes(draft).unwrap(), None);
    let mut noon = pack();
    noon.forms[0].questions.remove(2);
    noon.forms[0].questions.push(question("P03", QuestionKind::Integer));
    noon.forms[0].questions[0].required = Some(true);
    noon.forms[0].relations.as_mut().unwrap()[0].holds = "last($told) < P02".to_owned();
    noon.forms
        .push(Form { questions: vec![question("x", QuestionKind::YesNo)], ..Form::new("new", RecordKind::Checklist) });
    noon.forms.remove(1);
    observer.import_pack(cose::sign(&noon, DEPLOYMENT, &SigningKey::from_bytes(&[1; 32])).unwrap()).unwrap();
    let changes = observer.pack_changes(draft).unwrap().unwrap();
    let told: Vec<String> = changes.iter().map(|change| format!("{change:?}")).collect();
    assert_eq!(
        told,
        [
            r#"Changed { form: "protocol", added: ["P03"], removed: ["copy"], changed: ["P02"], relations: ["K12"] }"#,
            r#"Added { form: "new" }"#,
            r#"Removed { form: "turnout" }"#,
        ]
    );
    // The draft is still asked the old questions, and sealed under the old version.
    let asked = |draft| {
        let ids = |state: &FormState<'_>| state.asked.iter().map(|asked| asked.path.to_string()).collect::<Vec<_>>();
        look(&observer, draft, ids)
    };
    assert_eq!(asked(draft), ["P02", "twice", "copy"]);
    let old = observer.record(observer.seal(draft).unwrap().hash).unwrap().record;
    assert_eq!(old.form.unwrap().pack, before);
    assert_eq!(observer.record(sealed.hash).unwrap().record.form.unwrap().pack, before);
    let new = observer.new_draft(NewDraft::form("protocol").station(STATION).language("kk")).unwrap();
    assert_eq!(asked(new), ["P02", "twice", "P03"]);
    assert_ne!(observer.draft(new).unwrap().form.unwrap().pack, before);
}

#[test]
fn a_photo_answers_the_question_it_is_labelled_with() {
    let dir = tempfile::tempdir().unwrap();
    let mut with_photo = pack();
    with_photo.forms[0].questions.extend([
        Question { required: Some(true), ..question("photo", QuestionKind::Attachment) },
        Question { relevant: Some("answered(photo)".to_owned()), ..question("legible", QuestionKind::YesNo) },
    ]);
    let observer = observer(dir.path(), &with_photo);
    let draft = observer.new_draft(NewDraft::form("protocol").station(STATION)).unwrap();
    let missing = || look(&observer, draft, |state| state.missing.len());
    assert_eq!(missing(), 1);
    let file = dir.path().join("photo.jpg");
    std::fs::write(&file, [0xff, 0xd8, 0xff, 0xe0]).unwrap();
    observer.attach_path(draft, &file, Origin::Imported, Some("photo")).unwrap();
    assert_eq!(missing(), 0);
    observer.set_answer(draft, "legible", Some("yes".into())).unwrap();
    let sealed = observer.seal(draft).unwrap();
    assert_eq!(sealed.missing, [] as [&str; 0]);
    let record = observer.record(sealed.hash).unwrap().record;
    let answers = record.body.answers.unwrap();
    assert_eq!((answers.get("legible"), answers.get("photo")), (Some(&"yes".into()), None));
    assert_eq!(record.attachments.unwrap()[0].label.as_deref(), Some("photo"));
}

#[test]
fn a_photo_nobody_may_take_is_refused_before_the_camera_opens() {
    let dir = tempfile::tempdir().unwrap();
    let mut fenced = pack();
    let ask =
        |subject: &str| Question { subject: Some(subject.to_owned()), ..question("photo", QuestionKind::Attachment) };
    fenced.forms[0].questions.push(ask("filled_ballot"));
    let refused = cose::sign(&fenced, DEPLOYMENT, &SigningKey::from_bytes(&[1; 32]));
    assert!(refused.is_err(), "no such pack can be signed");
    let mut unknown = pack();
    unknown.forms[0].questions.push(ask("something else"));
    let observer = observer(dir.path(), &unknown);
    let draft = observer.new_draft(NewDraft::form("protocol").station(STATION)).unwrap();
    assert_eq!(observer.capture_allowed(draft, Some("photo")).unwrap_err().code(), "capture_forbidden");
    observer.capture_allowed(draft, Some("P02")).unwrap();
    observer.capture_allowed(draft, None).unwrap();
    let file = dir.path().join("photo.jpg");
    std::fs::write(&file, [0xff, 0xd8, 0xff, 0xe0]).unwrap();
    let refused = observer.attach_path(draft, &file, Origin::Imported, Some("photo"));
    assert!(matches!(refused, Err(ObserverError::Fence(_))));
}

#[test]
fn a_note_has_no_questions_to_answer() {
    let dir = tempfile::tempdir().unwrap();
    let observer = observer(dir.path(), &pack());
    let note = observer.new_draft(NewDraft::note("seen from the gate")).unwrap();
    let refusals = [
        observer.set_answer(note, "P02", Some(Value::Int(1))).map(drop),
        observer.set_answer(note, "P02", None).map(drop),
        observer.set_answer_at(note, &kuager_forms::Path::of("P02"), Some(Value::Int(1))).map(drop),
        observer.add_entry(note, "members").map(drop),
        observer.remove_entry(note, "members", 0).map(drop),
    ];
    for refused in refusals {
        assert!(matches!(refused, Err(ObserverError::NoQuestions)), "{refused:?}");
    }
    assert_eq!(observer.draft(note).unwrap().answers, Answers::default());
    let view = observer.view(note).unwrap();
    assert!(view.form().is_none() && view.pack().is_none() && view.state().unwrap().is_none());
    // A draft that is gone is another matter.
    assert!(observer.discard_draft(note).unwrap());
    let gone = observer.set_answer_at(note, &kuager_forms::Path::of("P02"), None);
    assert!(matches!(gone, Err(ObserverError::Journal(JournalError::NoSuchDraft))), "{gone:?}");
}

#[test]
fn a_key_pressed_reads_the_draft_once_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    let observer = observer(dir.path(), &pack());
    let turnout = observer.new_turnout("10", STATION, "kk", false).unwrap();
    observer.set_answer(turnout, "told", Some(Value::Int(880))).unwrap();
    observer.seal(turnout).unwrap();
    let draft = observer.new_draft(NewDraft::form("protocol").station(STATION).language("kk")).unwrap();
    let reads = || (crate::store::reads::drafts(), crate::store::reads::records(), crate::form::reads());
    let before = reads();
    let view = observer.set_answer(draft, "P02", Some(Value::Int(870))).unwrap();
    let state = view.state().unwrap().unwrap();
    assert_eq!(state.relations[0].message.as_deref(), Some("880 > 870"));
    assert_eq!(view.draft().answers.get("P02"), Some(&Value::Int(870)));
    // What was changed and what is asked for later are the same, as across the bridge, where that is another call.
    let later = observer.view(draft).unwrap();
    assert_eq!((later.draft(), later.state().unwrap().unwrap()), (view.draft(), state));
    assert_eq!(reads(), (before.0 + 1, before.1, before.2), "drafts, records, forms");
    // A record of the station that was sealed since is seen.
    let turnout = observer.new_turnout("10", STATION, "kk", false).unwrap();
    observer.set_answer(turnout, "told", Some(Value::Int(860))).unwrap();
    observer.seal(turnout).unwrap();
    assert_eq!(look(&observer, draft, |state| state.relations[0].standing), Standing::Holds);
    // Nor does sealing read the form again.
    let before = crate::form::reads();
    observer.seal(draft).unwrap();
    assert_eq!(crate::form::reads(), before);
    // What was remembered goes with the draft, and with the store for good.
    assert!(observer.known.lock().form_of(draft).is_none());
    let note = observer.new_draft(NewDraft::note("x")).unwrap();
    assert!(observer.known.lock().form_of(note).is_some());
    observer.close();
    observer.known.lock().add_form_of(note, None);
    assert!(observer.known.lock().form_of(note).is_none());
}

/// Reads of drafts that `work` takes.
fn draft_reads(work: impl FnOnce()) -> usize {
    let before = crate::store::reads::drafts();
    work();
    crate::store::reads::drafts() - before
}

#[test]
fn a_draft_is_read_again_when_it_was_changed_and_only_then() {
    let dir = tempfile::tempdir().unwrap();
    let observer = observer(dir.path(), &pack());
    let draft = observer.new_draft(NewDraft::form("protocol").station(STATION).language("kk")).unwrap();
    let answer = |observer: &Observer| observer.view(draft).unwrap().draft().answers.get("P02").cloned();
    observer.set_answer(draft, "P02", Some(Value::Int(1))).unwrap();
    assert_eq!(draft_reads(|| assert_eq!(answer(&observer), Some(Value::Int(1)))), 0);
    // What a sync writes meanwhile is none of a draft's business, nor is another draft.
    observer.store.write(|tx| tx.set_meta(crate::store::Meta::Behind, &1_u64)).unwrap();
    observer.new_draft(NewDraft::note("x")).unwrap();
    assert_eq!(draft_reads(|| assert_eq!(answer(&observer), Some(Value::Int(1)))), 0);
    // What another thread changed is seen, and so is what another handle of the store did, even another process's.
    std::thread::scope(|scope| {
        scope.spawn(|| observer.set_answer(draft, "P02", Some(Value::Int(2))).unwrap());
    });
    assert_eq!(answer(&observer), Some(Value::Int(2)));
    let other = open(dir.path());
    assert_eq!(answer(&other), Some(Value::Int(2)));
    other.set_answer(draft, "P02", Some(Value::Int(3))).unwrap();
    assert_eq!(draft_reads(|| assert_eq!(answer(&observer), Some(Value::Int(3)))), 1);
    observer.set_language(draft, "ru").unwrap();
    assert_eq!(observer.view(draft).unwrap().draft().language.as_deref(), Some("ru"));
    // A change that was taken back leaves nothing behind.
    let failed = observer.change_answers(draft, |_, answers| {
        answers.insert("P02", Value::Int(4));
        Err::<(), _>(ObserverError::NoQuestions)
    });
    assert!(failed.is_err());
    assert_eq!(answer(&observer), Some(Value::Int(3)));
    assert!(other.discard_draft(draft).unwrap());
    let gone = observer.view(draft);
    assert!(matches!(gone, Err(ObserverError::Journal(JournalError::NoSuchDraft))), "{gone:?}");
}

#[path = "files_tests.rs"]
mod files;
