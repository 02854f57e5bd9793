use std::os::unix::fs::PermissionsExt;

use super::*;

const FRAME_TEXT: &str = "stratum,station,registered\nn,n1,900\nn,n2,800\nn,n3,700\ns,s1,600\ns,s2,500\n";

fn seed() -> Seed {
    Seed::from_bytes([7; 32])
}

fn committed(method: Method, frame: &str, value: Option<String>) -> String {
    let frame = Frame::read("frame.csv", frame.as_bytes()).expect("is a frame");
    let sizes = [("n".to_owned(), 2), ("s".to_owned(), 2)].into();
    Commitment::new(method, &frame, &seed(), sizes, value).expect("commits").to_json()
}

fn kept(dir: &Path, commitment: &str, plan: Plan, listed: &dyn Fn(&str) -> bool) -> Result<usize, SampleError> {
    let seed = seed();
    let given = Given { frame: FRAME_TEXT.as_bytes(), commitment: commitment.as_bytes(), seed: &seed, plan };
    keep(dir, &given, listed).map(|(_, stations)| stations)
}

#[test]
fn what_is_kept_is_drawn_again_and_nothing_else_is() {
    let dir = tempfile::tempdir().expect("is made");
    assert!(Samples::read(dir.path()).expect("is empty").quick_count.is_none());
    let commitment = committed(Method::Simple, FRAME_TEXT, None);
    assert_eq!(kept(dir.path(), &commitment, Plan::default(), &|_| true).expect("is kept"), 4);
    assert_eq!(Samples::there(dir.path()), [true, false]);
    let samples = Samples::read(dir.path()).expect("is what was committed to");
    let count = samples.quick_count.expect("is there");
    assert_eq!((count.registered.len(), count.frame.len()), (4, 5));
    assert_eq!(count.registered.get("s1"), Some(&600));
    let again = kept(dir.path(), &commitment, Plan::default(), &|_| true);
    assert!(matches!(again, Err(SampleError::AlreadyThere(_))), "{again:?}");

    let folder = dir.path().join("samples/quick-count");
    for (path, mode) in [(folder.clone(), 0o700), (folder.join(SEED), 0o600)] {
        assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, mode, "{}", path.display());
    }
    // Another frame, another seed, and a seed that others can read are refused.
    let frame = fs::read_to_string(folder.join(FRAME)).expect("is there");
    fs::write(folder.join(FRAME), frame.replace("n3", "n4")).expect("is written");
    assert!(matches!(Samples::read(dir.path()), Err(SampleError::Draw(DrawError::OtherFrame { .. }))));
    fs::write(folder.join(FRAME), frame).expect("is written");
    fs::write(folder.join(SEED), "no seed").expect("is written");
    assert!(matches!(Samples::read(dir.path()), Err(SampleError::NoSeed(_))));
    fs::write(folder.join(SEED), Seed::from_bytes([8; 32]).to_hex()).expect("is written");
    assert!(matches!(Samples::read(dir.path()), Err(SampleError::Draw(DrawError::OtherSeed { .. }))));
    fs::set_permissions(folder.join(SEED), fs::Permissions::from_mode(0o644)).expect("is set");
    assert!(matches!(Samples::read(dir.path()), Err(SampleError::Files(DeploymentError::Permissions { .. }))));
}

#[test]
fn what_cannot_be_used_on_the_night_is_refused_before() {
    let dir = tempfile::tempdir().expect("is made");
    let commitment = committed(Method::Simple, FRAME_TEXT, None);
    let unknown = kept(dir.path(), &commitment, Plan::default(), &|station| station != "s2");
    assert!(matches!(&unknown, Err(SampleError::Unknown(station)) if station == "s2"), "{unknown:?}");
    let mixed = committed(Method::Simple, FRAME_TEXT, Some("a lottery".to_owned()));
    let without = kept(dir.path(), &mixed, Plan::default(), &|_| true);
    assert!(matches!(without, Err(SampleError::Draw(DrawError::PublicValue(Some(_))))), "{without:?}");
    let poll = committed(Method::BySize, FRAME_TEXT, None);
    let without = kept(dir.path(), &poll, Plan::default(), &|_| true);
    assert!(matches!(without, Err(SampleError::NoInterval)), "{without:?}");
    assert_eq!(Samples::there(dir.path()), [false, false], "nothing was kept");
    let plan = Plan { cards: Some(30), expected_turnout: Some(0.6), public_value: None };
    kept(dir.path(), &poll, plan, &|_| true).expect("is kept");
    let poll = Samples::read(dir.path()).expect("reads").exit_poll.expect("is there");
    assert_eq!(poll.stations.len(), 4);
    assert_eq!(
        poll.stations.get("s1").map(|station| (station.interval, station.stratum_registered)),
        Some((12, 1_100))
    );
    assert_eq!(poll.frame.get("n").map(Vec::len), Some(3));
}
