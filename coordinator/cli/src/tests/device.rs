//! Devices listed, revoked and reinstated, beside a coordinator that serves.

use kuager_coordinator::ledger::AttestationRow;
use kuager_coordinator::testing::kid;

use super::*;

#[tokio::test]
async fn what_a_platform_said_stands_with_its_device() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    fixture.enrol(2).await;
    let row = AttestationRow {
        kid: kid(2),
        received_ms: 1_788_113_100_000,
        challenge: [0; 32],
        evidence: Vec::new(),
        result: "challenge".to_owned(),
        level: Some("trusted_environment".to_owned()),
        details: r#"{"application":{"packages":["org.\u202egro\u001b[2J"]},"os_version":160000}"#.to_owned(),
    };
    assert!(fixture.ledger.add_attestation(row).await.expect("is kept"));
    let data = fixture.deployment.dir().display().to_string();
    let device = |args: &[&str]| kuager(&[&["device", "--data", &data], args].concat()).map(|(out, _)| out);
    let list = device(&["list"]).expect("works");
    let line = |device: u8| list.lines().find(|line| line.starts_with(&kid(device).to_string())).expect("is listed");
    assert!(!line(1).contains("attested"), "{list}");
    assert!(line(2).ends_with("  attested challenge (trusted_environment)"), "{list}");
    let [first, second] = [1, 2].map(|device_of| device(&["show", &kid(device_of).to_string()]).expect("works"));
    assert!(first.contains("attested    nothing was said\n"), "{first}");
    assert!(second.contains("attested    challenge (trusted_environment)\n"), "{second}");
    assert!(second.contains("            os_version = 160000\n") && second.contains("decides nothing"), "{second}");
    assert!(second.is_ascii() && !second.contains('\u{1b}') && second.contains("org."), "{second}");
}

#[tokio::test]
async fn a_device_is_revoked_and_reinstated_from_the_command_line() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    fixture.enrol(2).await;
    let notes: Vec<_> = (0..3).map(|seq| fixture.sign(1, &fixture.record(seq, "a"))).collect();
    fixture.send(&notes).await;
    let data = fixture.deployment.dir().display().to_string();
    let device = |args: &[&str]| kuager(&[&["device", "--data", &data], args].concat()).map(|(out, _)| out);
    let name = kid(1).to_string();
    let list = device(&["list"]).expect("works");
    assert_eq!(list.lines().count(), 2);
    let line = list.lines().find(|line| line.starts_with(&name)).expect("is listed");
    assert!(line.contains("trusted  records 3  newest number 2"), "{line}");
    let observer = line.split("observer ").nth(1).and_then(|rest| rest.split(' ').next()).expect("an id").to_owned();
    assert_eq!(device(&["list", "--observer", &observer]).expect("works").lines().count(), 1);

    let out = device(&["revoke", &name[..8], "--last-trusted-seq", "0"]).expect("works");
    assert!(out.contains("trusted up to number 0") && out.contains("2 of its records are kept apart"), "{out}");
    assert!(out.contains(&format!("kuager invite --observer {observer}")), "{out}");
    let out = device(&["show", &name[..8]]).expect("works");
    assert!(out.contains("records     3, of these 2 kept apart") && out.contains("newest      number 2"), "{out}");
    let out = device(&["revoke", &name]).expect("works");
    assert!(out.contains("trusted in nothing") && out.contains("3 of its records"), "{out}");
    let out = device(&["reinstate", &name]).expect("works");
    assert!(out.contains("trusted  records 3  newest"), "{out}");
    for (args, complaint) in [
        (&["reinstate", &name][..], "is trusted; there is nothing to take back"),
        (&["show", "00000000"], "there is no device"),
        (&["revoke", "abc"], "names no device"),
    ] {
        let error = device(args).expect_err("is refused").to_string();
        assert!(error.contains(complaint), "{error}");
    }
    let invite = ["invite", "--data", &data, "--server", "https://localhost:8443", "--observer"];
    kuager(&[&invite[..], &[&observer]].concat()).expect("another device");
    let nobody = kuager(&[&invite[..], &[&"0".repeat(32)]].concat()).expect_err("nobody");
    assert!(nobody.to_string().contains("there is no observer"), "{nobody}");
}
