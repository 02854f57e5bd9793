//! The complete Kazakhstan pack with a national station directory, from its source folder to an observer's phone.

use std::path::Path;
use std::process::Command;

use kuager_core::NewDraft;
use kuager_pack::testing::{KAZAKHSTAN, SECOND_COUNTRY, folder};
use kuager_testing::files::copy_dir;
use kuager_testing::{LONG, Phone, TestCoordinator};

/// The Kazakhstan pack with 10,388 invented stations.
fn national() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    copy_dir(&folder(KAZAKHSTAN), dir.path());
    let generator = Path::new(env!("CARGO_MANIFEST_DIR")).join("stations.py");
    let made = Command::new("python3").arg(generator).arg(dir.path()).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    std::fs::write(dir.path().join("stations.csv"), made.stdout).unwrap();
    dir
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_fetches_its_region_and_finds_stations_offline() {
    let source = national();
    let coordinator = TestCoordinator::start_from(source.path());
    let phone = Phone::new();
    phone.observer.accept_invite(&coordinator.invite().to_url().unwrap()).unwrap();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let pack = phone.observer.pack().unwrap();
    let shards = pack.pack.shards.as_deref().unwrap();
    assert_eq!(shards.iter().map(|shard| shard.stations).sum::<u32>(), 10_388);
    assert!(phone.observer.regions().unwrap().iter().filter(|(_, here)| !here).count() >= 20);
    let before = phone.observer.station_book().unwrap().stations().len();

    phone.observer.choose_regions(&["710000000".to_owned()]).unwrap();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let astana = shards.iter().find(|shard| shard.region == "710000000").unwrap();
    let book = phone.observer.station_book().unwrap();
    assert_eq!(book.stations().len() - before, usize::try_from(astana.stations).unwrap());
    let wanted = book.stations().last().unwrap();
    let found = book.search(&wanted.number.to_string(), 5);
    assert_eq!(found[0].number, wanted.number);

    // Without network, and after a restart, it is all still there.
    let mut phone = phone;
    phone.reopen();
    assert_eq!(phone.observer.station_book().unwrap().stations().len(), book.stations().len());
    assert!(phone.observer.regions().unwrap().iter().any(|(region, here)| region.key == "710000000" && *here));
    let draft = phone.observer.new_draft(NewDraft::form("opening").station(&wanted.key).language("kk")).unwrap();
    phone.observer.set_answer(draft, "O01", Some("no".into())).unwrap();
    let sealed = phone.observer.seal(draft).unwrap();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    assert!(phone.observer.record(sealed.hash).unwrap().receipt.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kazakhstan_in_code() {
    let coordinator = TestCoordinator::start_from(&folder(SECOND_COUNTRY));
    let phone = Phone::new();
    phone.observer.accept_invite(&coordinator.invite().to_url().unwrap()).unwrap();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let pack = phone.observer.pack().unwrap();
    assert_eq!(pack.pack.languages, ["en", "fr"]);
    let form = &pack.pack.forms[0];
    let draft = phone.observer.new_draft(NewDraft::form(&form.id).station("a station typed by hand").language("fr"));
    phone.observer.seal(draft.unwrap()).unwrap();
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert_eq!((summary.completed, summary.accepted), (true, 1));
}
