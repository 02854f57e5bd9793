use kuager_wire::VERSION;

use super::*;

const SITE: ContentHash = ContentHash([7; 32]);
const OTHER: ContentHash = ContentHash([8; 32]);

const fn person(number: u8) -> Option<PersonId> {
    Some(PersonId([number; 16]))
}

#[derive(Default)]
struct Desk {
    seq: u64,
    publications: Publications,
}

impl Desk {
    fn does(&mut self, by: Option<PersonId>, act: Act) -> EntryHash {
        let entry = DeskEntry { version: VERSION, seq: self.seq, prev: EntryHash([0; 32]), at_ms: self.seq, by, act };
        let hash = EntryHash::of(&self.seq.to_be_bytes());
        self.publications.add(hash, &entry);
        self.seq += 1;
        hash
    }

    fn proposes(&mut self, by: Option<PersonId>, site: ContentHash) -> EntryHash {
        let follows = self.publications.published().map(|published| published.entry);
        self.proposes_behind(by, site, follows)
    }

    fn proposes_behind(&mut self, by: Option<PersonId>, site: ContentHash, follows: Option<EntryHash>) -> EntryHash {
        let entries = self.seq;
        let publication =
            Act::Publication { site, follows, entries, arrival: 3, contests: None, parts: None, note: None };
        self.does(by, publication)
    }

    fn says(&mut self, by: Option<PersonId>, proposal: EntryHash, site: ContentHash, verdict: PublicationVerdict) {
        self.does(by, Act::PublicationVerdict { proposal, site, verdict, note: None });
    }

    fn standing(&self, proposal: EntryHash) -> Option<Standing> {
        self.publications.get(proposal).map(|publication| publication.standing)
    }
}

use PublicationVerdict::{Approved, Rejected};

#[test]
fn it_takes_somebody_else_and_the_very_bytes() {
    let mut desk = Desk::default();
    let proposal = desk.proposes(person(1), SITE);
    for (by, about, site, why) in [
        (person(1), proposal, SITE, NoWord::SamePerson),
        (None, proposal, SITE, NoWord::Nobody),
        (person(2), proposal, OTHER, NoWord::OtherSite),
        (person(2), EntryHash([9; 32]), SITE, NoWord::Unknown),
    ] {
        assert_eq!(desk.publications.may_say(by, about, site, Approved), Err(why));
        desk.says(by, about, site, Approved);
        assert_eq!((desk.standing(proposal), desk.publications.published()), (Some(Standing::Waiting), None));
    }
    desk.says(person(2), proposal, SITE, Approved);
    let published = desk.publications.published().expect("is published");
    assert_eq!((published.entry, published.word.as_ref().map(|word| word.by)), (proposal, person(2)));
    assert_eq!(desk.publications.may_say(person(3), proposal, SITE, Rejected), Err(NoWord::Decided));
    desk.says(person(3), proposal, SITE, Rejected);
    assert_eq!(desk.standing(proposal), Some(Standing::Published), "nothing that was published is taken back so");
}

#[test]
fn who_is_nobody_proposes_nothing() {
    let mut desk = Desk::default();
    let proposal = desk.proposes(None, SITE);
    desk.says(person(2), proposal, SITE, Approved);
    assert_eq!((desk.standing(proposal), desk.publications.all().len()), (None, 0));
}

#[test]
fn what_was_rejected_stays_so_and_who_proposed_may_take_it_back() {
    let mut desk = Desk::default();
    let (mine, theirs) = (desk.proposes(person(1), SITE), desk.proposes(person(2), OTHER));
    desk.says(person(1), mine, SITE, Rejected);
    desk.says(person(2), mine, SITE, Approved);
    desk.says(person(1), theirs, OTHER, Rejected);
    assert_eq!((desk.standing(mine), desk.standing(theirs)), (Some(Standing::Rejected), Some(Standing::Rejected)));
    assert_eq!(desk.publications.published(), None);
}

#[test]
fn of_two_proposals_of_one_moment_one_is_published() {
    let mut desk = Desk::default();
    let (one, other) = (desk.proposes(person(1), SITE), desk.proposes(person(2), OTHER));
    desk.says(person(3), one, SITE, Approved);
    assert_eq!(desk.publications.may_say(person(3), other, OTHER, Approved), Err(NoWord::Outdated));
    desk.says(person(3), other, OTHER, Approved);
    assert_eq!((desk.standing(one), desk.standing(other)), (Some(Standing::Published), Some(Standing::Outdated)));
    let late = desk.proposes_behind(person(1), OTHER, None);
    assert_eq!(desk.standing(late), Some(Standing::Outdated), "it does not follow what is published");
    let next = desk.proposes(person(1), OTHER);
    desk.says(person(2), next, OTHER, Approved);
    assert_eq!(desk.publications.published().map(|published| published.entry), Some(next));
    assert_eq!(desk.standing(one), Some(Standing::Published), "what was published before is not forgotten");
}

#[test]
fn of_several_copies_of_a_picture_the_newest_counts() {
    let mut desk = Desk::default();
    let (original, first, second) = (MediaHash([1; 32]), MediaHash([2; 32]), MediaHash([3; 32]));
    for copy in [first, second] {
        desk.does(person(1), Act::Redaction { media: original, copy, regions: 1 });
    }
    assert_eq!(desk.publications.copies().get(&original), Some(&second));
}
