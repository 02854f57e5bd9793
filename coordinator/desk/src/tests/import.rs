//! Official figures from a file: said once, shown before, taken over whole.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use kuager_analysis::official::Officials;
use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder};

use crate::people::visitor::Who;
use crate::testing::{Office, form};

const FORM: &str = "protocol-list";

/// A form with a file, as a browser sends it.
fn multipart(fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--XX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--XX--\r\n");
    ("multipart/form-data; boundary=XX".to_owned(), body)
}

struct Clerk {
    office: Office,
    csrf: String,
}

impl Clerk {
    async fn post(&self, path: &str, kind: String, body: Vec<u8>) -> (StatusCode, String, String) {
        let request = Request::post(path)
            .header(header::HOST, "localhost:8080")
            .header(header::ORIGIN, "http://localhost:8080")
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body));
        let (status, headers, body) = self.office.call(request.expect("a request")).await;
        let to = headers.get(header::LOCATION).map(|to| to.to_str().expect("text").to_owned());
        (status, to.unwrap_or_default(), String::from_utf8_lossy(&body).into_owned())
    }

    async fn send(&self, name: &str, bytes: &[u8]) -> (StatusCode, String, String) {
        let fields = [("csrf", self.csrf.as_str()), ("stage", "cec"), ("form", FORM)];
        let (kind, body) = multipart(&fields, Some((name, bytes)));
        self.post("/official/import?lang=en", kind, body).await
    }

    async fn say(&self, path: &str, fields: &[(&str, &str)]) -> (StatusCode, String, String) {
        let fields = [&[("csrf", self.csrf.as_str())], fields].concat();
        self.post(path, "application/x-www-form-urlencoded".to_owned(), form(&fields).into_bytes()).await
    }

    async fn held(&self) -> Officials {
        crate::official::held(&self.office.fixture.app).await.expect("reads")
    }
}

#[tokio::test]
async fn a_table_is_said_once_shown_and_taken_over() {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let csrf = office.form_token(&Who::Anybody);
    let clerk = Clerk { office, csrf };
    let published = clerk.office.fixture.app.shelf.published();
    let paper = published.latest.pack.form(FORM).expect("a form");
    let line = paper.template.as_ref().expect("a paper").lines[0].question.clone();
    let (_, page) = clerk.office.open("/official/import?lang=ru").await;
    assert!(page.contains("multipart/form-data") && page.contains(FORM), "{page}");
    // As Excel in Russian writes it.
    let file = format!("\u{feff}Участок;{line};По списку\r\n100000000-57;1;1\u{a0}234\r\n");
    let (status, to, page) = clerk.send("итоги.csv", file.as_bytes()).await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{page}");
    let (_, page) = clerk.office.open(&to).await;
    assert!(page.contains("`station` is not a column of this file") && page.contains("1\u{a0}234"), "{page}");
    // The first column has the keys, the second one is nothing, and the third one is the line.
    let (status, back, _) =
        clerk.say(&to, &[("do", "say"), ("station", "Участок"), ("c0", ""), ("c1", ""), ("c2", &line)]).await;
    assert_eq!((status, back.as_str()), (StatusCode::SEE_OTHER, to.as_str()));
    let (_, page) = clerk.office.open(&to).await;
    assert!(page.contains("two columns are"), "a column that has the question's own id is that line: {page}");
    let file = "Участок;По списку\r\n100000000-57;1\u{a0}234\r\n";
    let (_, to, _) = clerk.send("итоги.csv", file.as_bytes()).await;
    let (_, page) = clerk.office.open(&to).await;
    assert!(page.contains("value=\"take\""), "what was said is remembered: {page}");
    let (status, to, page) = clerk.say(&to, &[("do", "take")]).await;
    assert!(status == StatusCode::SEE_OTHER && to.contains("taken=1"), "{page}");
    let held = clerk.held().await;
    assert_eq!(held.of("cec", FORM, "100000000-57").and_then(|held| held.figures.get(&line).copied()), Some(1234));
    // Another one shows what would be others.
    let (_, to, _) = clerk.send("итоги.csv", "Участок;По списку\r\n100000000-57;1235\r\n".as_bytes()).await;
    let (_, page) = clerk.office.open(&to).await;
    assert!(page.contains("<td>1234</td><td>1235</td>"), "{page}");
    assert!(clerk.office.open("/official?lang=en").await.1.contains("/official/import"));
}

#[tokio::test]
async fn hostile_files_are_refused_where_they_are_wrong() {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let csrf = office.form_token(&Who::Anybody);
    let clerk = Clerk { office, csrf };
    let (_, _, page) = clerk.send("<script>alert(1)</script>.csv", b"station;n\xff\xfe\x98\n").await;
    assert!(page.contains("neither UTF-8") && !page.contains("<script>alert"), "{page}");
    let (_, _, page) = clerk.send("a.xlsx", b"PK\x03\x04nothing").await;
    assert!(page.contains("is not a workbook that can be read"), "{page}");
    let (_, _, page) = clerk.send("a.csv", b"station,n\na,1\na,2,3\n").await;
    assert!(page.contains("a.csv:3"), "{page}");
    let (kind, body) =
        multipart(&[("csrf", &clerk.csrf), ("stage", "../x"), ("form", FORM)], Some(("a.csv", b"a\n1\n")));
    let (_, _, page) = clerk.post("/official/import?lang=en", kind, body).await;
    assert!(page.contains("is no name of a stage"), "{page}");
    // Nobody else's page can send one.
    for fields in
        [&[("stage", "cec")][..], &[("csrf", "00"), ("stage", "cec")], &[("csrf", &clerk.csrf), ("csrf", &clerk.csrf)]]
    {
        let (kind, body) = multipart(fields, Some(("a.csv", b"a\n1\n")));
        assert_eq!(clerk.post("/official/import", kind, body).await.0, StatusCode::FORBIDDEN, "{fields:?}");
    }
    let (kind, body) = multipart(&[("csrf", &clerk.csrf)], Some(("a.csv", &vec![b'a'; (32 << 20) + 1])));
    assert_eq!(clerk.post("/official/import", kind, body).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(
        clerk.post("/official/import", "multipart/form-data; boundary=YY".to_owned(), vec![b'x'; 100]).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert_eq!(clerk.office.open(&format!("/official/import/{}", "0".repeat(64))).await.0, StatusCode::NOT_FOUND);
    // No other form takes files.
    let (kind, body) = multipart(&[("csrf", &clerk.csrf)], None);
    assert_eq!(clerk.post("/leave", kind, body).await.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    assert!(clerk.held().await.of("cec", FORM, "a").is_none());
}
