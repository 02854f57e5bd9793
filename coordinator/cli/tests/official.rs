//! Official figures from a file to the desk: taken over once, compared with every protocol, listed where they differ.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::ffi::OsString;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use kuager_coordinator::clock::SystemClock;
use kuager_coordinator::http::{Config, serve};
use kuager_coordinator::{App, Deployment, Media, MediaPolicy};
use kuager_desk::Reach;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

/// What a command says.
fn kuager(data: &Path, arguments: &[&str]) -> String {
    let mut out = Vec::new();
    let line = ["kuager", "--data"].map(OsString::from).into_iter().chain([data.into()]);
    let line = line.chain(arguments.iter().map(OsString::from));
    kuager::run(line, &mut out).unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
    String::from_utf8(out).unwrap()
}

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let _ = stream.read_to_end(&mut bytes).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn official_figures_reach_the_desk_and_a_second_import_says_what_changed() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("night");
    let simulated = ["simulate", "--stations", "60", "--each", "1", "--discrepancies", "5", "--observed", "100"];
    kuager(&data, &simulated);
    let file = data.join("official.csv");
    let csv = file.to_str().unwrap();
    let said = kuager(&data, &["official", csv, "--stage", "cec", "--dry-run"]);
    assert!(said.contains("60 stations are new") && said.contains("nothing was"), "{said}");
    let said = kuager(&data, &["official", csv, "--stage", "cec"]);
    assert!(said.contains("60 stations were written down"), "{said}");
    // One figure was corrected.
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let (before, last) = lines[7].rsplit_once(',').unwrap();
    let corrected = format!("{before},{}", last.parse::<u32>().unwrap() + 1);
    lines[7] = corrected;
    std::fs::write(&file, lines.join("\n")).unwrap();
    let said = kuager(&data, &["official", csv, "--stage", "cec"]);
    assert!(
        said.contains("59 say the same") && said.contains("P07: ") && said.contains("1 stations were written"),
        "{said}"
    );
    let said = kuager(&data, &["journal", "--from", "59"]);
    assert!(said.contains("61 entries hold") && said.lines().count() == 3, "{said}");

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let app = App::open(Deployment::open(&data).unwrap(), Arc::new(SystemClock::default())).unwrap();
        let media = Arc::new(Media::open(app.clone(), MediaPolicy::default()).unwrap());
        let mut config = Config::new(app, media);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let desk = listener.local_addr().unwrap();
        config.desk = Some(kuager_desk::beside(listener, &config, Reach::default()).await.unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let phones = TcpListener::bind("127.0.0.1:0").unwrap();
        let served = tokio::spawn(serve(phones, config, async move { drop(stopped.await) }));
        let page = get(desk, "/official?lang=en").await;
        let planted = std::fs::read_to_string(data.join("planted.json")).unwrap();
        let planted: serde_json::Value = serde_json::from_str(&planted).unwrap();
        let moved: Vec<_> =
            planted["planted"].as_array().unwrap().iter().filter(|planted| planted["kind"] == "official").collect();
        assert_eq!(moved.len(), 10, "from one party to another, at five stations");
        for planted in moved {
            let station = planted["station"].as_str().unwrap();
            assert!(page.contains(&format!("key={station}&#38;")), "{station} is listed: {page}");
        }
        assert!(page.contains("Sample Party 1"), "in the words of the ballot");
        drop(stop);
        served.await.unwrap().unwrap();
    });
}
