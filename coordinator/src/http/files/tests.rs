use std::io::Cursor;

use axum::body::to_bytes;

use super::*;

const FILE: &[u8] = b"0123456789";

fn name() -> MediaHash {
    MediaHash::of(FILE)
}

async fn ask(method: Method, headers: &[(header::HeaderName, &str)]) -> (StatusCode, HeaderMap, Vec<u8>) {
    let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().expect("a value"))).collect();
    let object = Object { size: 10, bytes: Box::new(Cursor::new(FILE)) };
    let (head, body) = answer(&method, &headers, name(), object).into_parts();
    (head.status, head.headers, to_bytes(body, usize::MAX).await.expect("a body").to_vec())
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> &str {
    headers.get(name).map_or("", |value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_file_is_answered_whole_or_in_part() {
    let cases: [(&str, u16, &str, &[u8]); 10] = [
        ("bytes=0-", 206, "bytes 0-9/10", b"0123456789"),
        ("bytes=2-4", 206, "bytes 2-4/10", b"234"),
        ("bytes=7-", 206, "bytes 7-9/10", b"789"),
        ("bytes=-3", 206, "bytes 7-9/10", b"789"),
        ("bytes=-300", 206, "bytes 0-9/10", b"0123456789"),
        ("bytes=8-300", 206, "bytes 8-9/10", b"89"),
        ("bytes=10-", 416, "bytes */10", b""),
        ("bytes=0-1,4-5", 200, "", b"0123456789"),
        ("bytes=4-2", 200, "", b"0123456789"),
        ("lines=1-2", 200, "", b"0123456789"),
    ];
    for (range, status, content_range, body) in cases {
        let (found, headers, bytes) = ask(Method::GET, &[(header::RANGE, range)]).await;
        assert_eq!((found.as_u16(), text(&headers, header::CONTENT_RANGE)), (status, content_range), "{range}");
        assert_eq!((text(&headers, header::ACCEPT_RANGES), bytes.as_slice()), ("bytes", body), "{range}");
        if status != 416 {
            assert_eq!(text(&headers, header::CONTENT_LENGTH), body.len().to_string(), "{range}");
        }
    }
}

#[tokio::test]
async fn a_head_says_how_long_the_file_is() {
    let (status, headers, body) = ask(Method::HEAD, &[(header::RANGE, "bytes=2-4")]).await;
    assert_eq!((status, body.len()), (StatusCode::OK, 0), "parts are for GET alone");
    assert_eq!((text(&headers, header::CONTENT_LENGTH), text(&headers, header::ACCEPT_RANGES)), ("10", "bytes"));
    assert_eq!(text(&headers, header::ETAG), format!("\"{}\"", name()));
}

#[tokio::test]
async fn a_part_never_belongs_to_another_file() {
    let same = format!("\"{}\"", name());
    let (weak, other) = (format!("W/{same}"), "\"other\"".to_owned());
    let date = "Wed, 21 Oct 2015 07:28:00 GMT".to_owned();
    for (known, status) in [(same, 206), (weak, 200), (other, 200), (date, 200)] {
        let headers = [(header::RANGE, "bytes=2-4"), (header::IF_RANGE, known.as_str())];
        assert_eq!(ask(Method::GET, &headers).await.0.as_u16(), status, "{known}");
    }
}

#[tokio::test]
async fn what_the_asker_has_is_not_sent() {
    let same = format!("\"x\", \"{}\"", name());
    for method in [Method::GET, Method::HEAD] {
        let (status, headers, body) = ask(method.clone(), &[(header::IF_NONE_MATCH, &same)]).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert!(headers.contains_key(header::ETAG));
        assert_eq!(ask(method, &[(header::IF_NONE_MATCH, "\"x\"")]).await.0, StatusCode::OK);
    }
}
