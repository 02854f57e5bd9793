//! Pictures that were made to do harm, looked at by the very program that `kuager serve` starts for it.

use std::convert::Infallible;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream;
use kuager_coordinator::ledger::PictureProblem;
use kuager_coordinator::media::{ChildProcess, Media, MediaPolicy, Part, PictureError, RedactError};
use kuager_coordinator::testing::{Fixture, claiming_png as png};
use kuager_wire::ids::MediaHash;
use kuager_wire::sync::MEDIA_PATH;

const PROGRAM: &str = env!("CARGO_BIN_EXE_kuager");
const COMMAND: &str = "examine-picture";

/// A coordinator whose pictures are looked at by a child.
fn media(fixture: &Fixture, program: &str) -> Arc<Media> {
    let media = Media::open(fixture.app.clone(), MediaPolicy::default()).expect("opens");
    let child = ChildProcess::new(PathBuf::from(program), vec![COMMAND.into()]);
    Arc::new(media.examined_by(Arc::new(child)))
}

/// Delivers a file and has it looked at. Returns its size in pixels, and what is wrong with it.
async fn deliver(
    fixture: &Fixture,
    media: &Arc<Media>,
    seq: u64,
    file: &[u8],
) -> (Option<(u32, u32)>, Option<PictureProblem>) {
    let upload = fixture.list(1, seq, &[file]).await.remove(0);
    let token = upload.path[MEDIA_PATH.len()..].parse().expect("a token");
    let body = stream::iter([Ok::<_, Infallible>(file.to_vec())]);
    let part = Part { offset: 0, announced: None, checksum: None, body, idle: Duration::from_secs(60) };
    media.add(token, part).await.expect("whatever it is, it is kept");
    assert!(media.receipt(token).await.expect("works").is_some());
    assert!(media.examine_next().await.expect("works"));
    let hash = MediaHash::of(file);
    let object = media.object(hash).await.expect("works").expect("is held");
    assert_eq!(object.size, file.len() as u64);
    let view = fixture.ledger.media(hash).await.expect("works").expect("is held");
    (view.findings.size, view.findings.problem)
}

fn photo(width: u16, height: u16) -> Vec<u8> {
    let mut jpeg = Vec::new();
    let pixels: Vec<u8> =
        (0..usize::from(width) * usize::from(height)).map(|at| u8::try_from(at % 251).expect("is below 251")).collect();
    let encoder = jpeg_encoder::Encoder::new(&mut jpeg, 80);
    encoder.encode(&pixels, width, height, jpeg_encoder::ColorType::Luma).expect("encodes");
    jpeg
}

fn place(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|pair| pair == [0xff, marker]).expect("has one")
}

#[tokio::test]
async fn a_picture_that_was_made_to_do_harm_is_kept_and_not_decoded() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let media = media(&fixture, PROGRAM);
    let honest = photo(320, 240);
    let mut gigapixel = honest.clone();
    let frame = place(&gigapixel, 0xc0);
    gigapixel[frame + 5..frame + 9].copy_from_slice(&[0xff, 0xff, 0x40, 0]);
    let scan = place(&honest, 0xda);
    let scans = [&honest[..scan], &honest[scan..honest.len() - 2].repeat(300)].concat();
    let files = [
        (honest.clone(), Some((320, 240)), None),
        // One bit a pixel, and so much of it that 110 KB could be true.
        (png(30_000, 30_000, 1, 0, 120_000), None, Some(PictureProblem::TooLarge)),
        // 512 MB of deep colours in half a megabyte.
        (png(8_000, 8_000, 16, 6, 600_000), None, Some(PictureProblem::TooLarge)),
        (png(60_000, 60_000, 8, 6, 5_000), None, Some(PictureProblem::Impossible)),
        (gigapixel, None, Some(PictureProblem::Impossible)),
        (scans, None, Some(PictureProblem::Impossible)),
        (png(30, 20, 8, 2, 80), None, Some(PictureProblem::Unreadable)),
        (honest[..frame].to_vec(), None, Some(PictureProblem::Unreadable)),
    ];
    for (seq, (file, size, problem)) in (0..).zip(&files) {
        assert_eq!(deliver(&fixture, &media, seq, file).await, (*size, *problem), "file {seq}");
    }
    let copy = media.redact(MediaHash::of(&honest), vec![[0, 0, 10, 10]]).await.expect("works");
    assert_eq!(media.object(copy.media).await.expect("works").map(|object| object.size), Some(copy.size));
    let refused = media.redact(MediaHash::of(&files[1].0), Vec::new()).await;
    assert_eq!(refused, Err(RedactError::Picture(PictureError::TooLarge)));
    let outside = media.redact(MediaHash::of(&honest), vec![[400, 0, 1, 1]]).await;
    assert_eq!(outside, Err(RedactError::Picture(PictureError::Outside(1, 320, 240))));
}

/// What a decoder with a fault costs: the process that runs it.
#[tokio::test]
async fn whatever_becomes_of_the_process_that_looks_the_file_stays() {
    let fixture = Fixture::new();
    fixture.enrol(1).await;
    let honest = photo(320, 240);
    for (seq, program) in (0..).zip(["false", "true"]) {
        let media = media(&fixture, &format!("/bin/{program}"));
        let file = [honest.as_slice(), &[seq]].concat();
        let found = deliver(&fixture, &media, seq.into(), &file).await;
        assert_eq!(found, (None, Some(PictureProblem::GaveUp)));
        let refused = media.redact(MediaHash::of(&file), Vec::new()).await;
        assert_eq!(refused, Err(RedactError::Picture(PictureError::GaveUp)));
    }
}

/// The system itself holds a child to its bounds, whatever its decoders do.
#[test]
fn a_child_has_bounds_before_it_reads_anything() {
    let mut child = Command::new(PROGRAM)
        .args([COMMAND, r#"{"examine":{"mime":"image/jpeg"}}"#])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let input = child.stdin.take().expect("is piped");
    let limits = format!("/proc/{}/limits", child.id());
    let bound = |name: &str| {
        let limits = fs::read_to_string(&limits).expect("is running");
        let line = limits.lines().find(|line| line.starts_with(name)).expect("is a limit").to_owned();
        line[name.len()..].split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    // The last of them to be set.
    while bound("Max open files") != ["3", "3"] {
        std::thread::sleep(Duration::from_millis(5));
    }
    for (name, most) in [
        ("Max address space", "671088640"),
        ("Max cpu time", "30"),
        ("Max file size", "0"),
        ("Max core file size", "0"),
    ] {
        assert_eq!(bound(name), [most, most], "{name}");
    }
    drop(input);
    assert!(child.wait().expect("ends").success());
}
