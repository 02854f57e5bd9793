use std::sync::{Arc, Mutex};

use kuager_wire::SigningKey;
use kuager_wire::form::{Form, Question, QuestionKind};
use kuager_wire::ids::{BootId, DeploymentId, PackHash, RecordHash};
use kuager_wire::record::{ClockReading, FormRef, RecordKind, Value};

use super::*;
use crate::clock::{Clock, ClockSample};
use crate::draft::{Draft, DraftId, NewDraft};
use crate::form::ReadForm;
use crate::keys::StoreKey;
use crate::store::Store;

const DEPLOYMENT: DeploymentId = DeploymentId([5; 32]);

struct TestClock(Mutex<ClockSample>);

impl TestClock {
    fn new() -> Arc<Self> {
        let sample = ClockSample { wall_ms: 1_679_200_000_000, monotonic_ms: 1_000, boot_id: BootId([1; 16]) };
        Arc::new(Self(Mutex::new(sample)))
    }

    fn set(&self, change: impl FnOnce(&mut ClockSample)) {
        change(&mut self.0.lock().unwrap());
    }
}

impl Clock for TestClock {
    fn now(&self) -> ClockSample {
        *self.0.lock().unwrap()
    }
}

struct Fixture {
    dir: tempfile::TempDir,
    store: Arc<Store>,
    clock: Arc<TestClock>,
    journal: Journal,
}

impl Fixture {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Store::open(dir.path(), &StoreKey([3; 32])).unwrap());
        let clock = TestClock::new();
        let journal = Journal::new(
            Arc::clone(&store),
            clock.clone(),
            crate::keyring::Keyring::of(SigningKey::from_bytes(&[9; 32])),
        );
        Self { dir, store, clock, journal }
    }

    fn form_draft(&self) -> DraftId {
        let reference = FormRef { pack: PackHash([2; 32]), form: "opening".to_owned() };
        let new = NewDraft::form("opening").station("710000000-99").language("kk");
        self.journal.new_draft(new, Some((reference, RecordKind::Checklist))).unwrap()
    }

    fn answer(&self, draft: DraftId, question: &str, value: impl Into<Value>) {
        let value = value.into();
        self.journal
            .change_draft(draft, |draft| {
                draft.answers.insert(question, value);
                Ok(())
            })
            .unwrap();
    }

    fn write(&self, draft: DraftId, text: &str) {
        self.journal
            .change_draft(draft, |draft| {
                draft.text = Some(text.to_owned());
                Ok(())
            })
            .unwrap();
    }

    fn note(&self, text: &str) -> Sealed {
        let draft = self.journal.new_draft(NewDraft::note(text), None).unwrap();
        self.journal.seal(draft, DEPLOYMENT, None).unwrap()
    }
}

fn form() -> Form {
    let question = |id: &str| Question { required: Some(true), ..Question::new(id, QuestionKind::YesNo) };
    Form { questions: vec![question("O01"), question("O02")], ..Form::new("opening", RecordKind::Checklist) }
}

#[test]
fn a_draft_becomes_a_record_and_is_gone() {
    let fixture = Fixture::new();
    let draft = fixture.form_draft();
    fixture.answer(draft, "O01", "no");
    let sealed = fixture.journal.seal(draft, DEPLOYMENT, Some(&ReadForm::new(&form()))).unwrap();
    assert_eq!((sealed.seq, sealed.missing), (0, vec!["O02".to_owned()]));
    let record = fixture.journal.record(sealed.hash).unwrap().unwrap();
    assert_eq!(record.prev, RecordHash::chain_start(DEPLOYMENT));
    assert_eq!(record.station.as_deref(), Some("710000000-99"));
    assert_eq!(record.body.answers.unwrap().get("O01"), Some(&"no".into()));
    assert_eq!(fixture.journal.drafts().unwrap(), []);
    let again = fixture.journal.seal(draft, DEPLOYMENT, Some(&ReadForm::new(&form()))).unwrap_err();
    assert!(matches!(again, JournalError::NoSuchDraft), "{again}");
}

#[test]
fn what_does_not_fit_is_not_sealed_and_not_lost() {
    let fixture = Fixture::new();
    let draft = fixture.form_draft();
    fixture.answer(draft, "O99", "no");
    assert!(matches!(
        fixture.journal.seal(draft, DEPLOYMENT, Some(&ReadForm::new(&form()))),
        Err(JournalError::Answer(_))
    ));
    let draft = fixture.journal.new_draft(NewDraft::note("а".repeat(40_000)), None).unwrap();
    let refused = fixture.journal.seal(draft, DEPLOYMENT, None).unwrap_err();
    assert!(matches!(refused, JournalError::TooLarge { .. }), "{refused}");
    assert_eq!(fixture.journal.drafts().unwrap().len(), 2);
    assert_eq!(fixture.journal.verify(DEPLOYMENT).unwrap(), ChainReport::default());
}

#[test]
fn records_form_a_chain_that_verifies() {
    let fixture = Fixture::new();
    let sealed: Vec<_> = (0..5).map(|n| fixture.note(&format!("жазба {n}"))).collect();
    let report = fixture.journal.verify(DEPLOYMENT).unwrap();
    assert_eq!(report.faults, []);
    assert_eq!(report.head, Some((4, sealed[4].hash)));
    let other = fixture.journal.verify(DeploymentId([6; 32])).unwrap();
    assert_eq!(other.faults.len(), 5, "no record of one deployment is one of another");
}

#[test]
fn a_correction_supersedes_and_keeps_the_old_one() {
    let fixture = Fixture::new();
    let first = fixture.note("қате");
    let draft = fixture.journal.correct(first.hash).unwrap();
    fixture.write(draft, "дұрыс");
    let second = fixture.journal.seal(draft, DEPLOYMENT, None).unwrap();
    let record = fixture.journal.record(second.hash).unwrap().unwrap();
    assert_eq!(record.supersedes, Some(first.hash));
    assert!(fixture.journal.record(first.hash).unwrap().is_some());
}

#[test]
fn two_taps_on_correct_make_one_draft_and_versions_are_one_line() {
    let fixture = Fixture::new();
    let first = fixture.note("қате");
    let other = fixture.note("басқа");
    let draft = fixture.journal.correct(first.hash).unwrap();
    fixture.write(draft, "дұрыс");
    assert_eq!(fixture.journal.correct(first.hash).unwrap(), draft, "the second tap");
    assert_eq!(fixture.journal.draft(draft).unwrap().text.as_deref(), Some("дұрыс"), "and nothing is lost by it");
    assert_ne!(fixture.journal.correct(other.hash).unwrap(), draft);
    assert_eq!(fixture.journal.drafts().unwrap().len(), 2);
    let second = fixture.journal.seal(draft, DEPLOYMENT, None).unwrap();
    // The old version, still on a screen, is tapped again: the newest is corrected, and begins with what that says.
    let third = fixture.journal.correct(first.hash).unwrap();
    let begun = fixture.journal.draft(third).unwrap();
    assert_eq!((begun.supersedes, begun.text.as_deref()), (Some(second.hash), Some("дұрыс")));
    assert_eq!(fixture.journal.correct(second.hash).unwrap(), third);
    // Two drafts of before this release: sealed one after the other, the second one corrects the first.
    let twin = DraftId::from_bytes([9; 16]);
    fixture.store.write(|tx| tx.save_draft(&Draft { id: twin, ..begun })).unwrap();
    let fourth = fixture.journal.seal(third, DEPLOYMENT, None).unwrap();
    let fifth = fixture.journal.seal(twin, DEPLOYMENT, None).unwrap();
    let corrects = |hash| fixture.journal.record(hash).unwrap().unwrap().supersedes;
    assert_eq!((corrects(fourth.hash), corrects(fifth.hash)), (Some(second.hash), Some(fourth.hash)));
    assert!(matches!(fixture.journal.correct(RecordHash([1; 32])), Err(JournalError::NoSuchRecord(_))));
}

#[test]
fn a_jumping_wall_clock_is_flagged_and_nothing_else() {
    let fixture = Fixture::new();
    let flags = |sealed: Sealed| fixture.journal.record(sealed.hash).unwrap().unwrap().clock.flags;
    assert_eq!(flags(fixture.note("1")), 0);
    fixture.clock.set(|now| {
        now.wall_ms += 60_000;
        now.monotonic_ms += 60_000;
    });
    assert_eq!(flags(fixture.note("2")), 0);
    fixture.clock.set(|now| now.wall_ms -= 10 * 365 * 86_400_000);
    assert_eq!(flags(fixture.note("3")), ClockReading::WALL_JUMPED);
    fixture.clock.set(|now| {
        now.boot_id = BootId([2; 16]);
        now.wall_ms = 0;
        now.monotonic_ms = 0;
    });
    assert_eq!(flags(fixture.note("4")), 0, "after a reboot there is nothing to compare with");
}

#[test]
fn drafts_survive_reopening() {
    let fixture = Fixture::new();
    let draft = fixture.form_draft();
    fixture.answer(draft, "O01", "not_seen");
    fixture.store.close();
    let store = Store::open(fixture.dir.path(), &StoreKey([3; 32])).unwrap();
    let drafts = store.read(|tx| tx.drafts()).unwrap();
    assert_eq!(drafts[0].answers.get("O01"), Some(&"not_seen".into()));
}
