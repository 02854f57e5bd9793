//! Programs read with a token, and with nothing else.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use kuager_coordinator::ledger::{TokenScope, TokenScopes};
use kuager_coordinator::tokens;
use kuager_pack::PackSource;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use serde_json::Value;

use crate::testing::{Office, STATION};

async fn ask(office: &Office, path: &str, token: Option<&str>) -> (StatusCode, Value, String) {
    let mut request = Request::get(path).header(header::HOST, "localhost:8080");
    if let Some(token) = token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    let (status, headers, body) = office.call(request.body(Body::empty()).expect("a request")).await;
    let kind = headers.get(header::CONTENT_TYPE).map(|kind| kind.to_str().expect("text").to_owned());
    if status == StatusCode::UNAUTHORIZED {
        assert_eq!(headers[header::WWW_AUTHENTICATE], "Bearer realm=\"kuager\"");
    }
    (status, serde_json::from_slice(&body).unwrap_or(Value::Null), kind.unwrap_or_default())
}

async fn token(office: &Office, name: &str, scope: TokenScope, days: u32) -> String {
    let scopes: TokenScopes = [scope].into_iter().collect();
    let (_, text) = tokens::add(&office.fixture.app, name, scopes, days).await.expect("is made");
    text.to_string()
}

#[tokio::test]
async fn a_token_opens_the_tables_until_its_end() {
    let office = Office::new().await;
    let records: Vec<_> = (0..5).map(|seq| office.fixture.sign(1, &office.fixture.turnout(seq, STATION))).collect();
    office.fixture.send(&records).await;
    let office = office.start_again().await;
    let read = token(&office, "reads", TokenScope::Read, 1).await;
    let other = token(&office, "measures", TokenScope::Metrics, 1).await;
    let first = "/api/v1/tables/records?limit=2";
    assert_eq!(ask(&office, first, None).await.0, StatusCode::UNAUTHORIZED, "also on a machine without accounts");
    assert_eq!(ask(&office, first, Some("kuager_x")).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&office, first, Some(&other)).await.0, StatusCode::FORBIDDEN);
    let (status, tables, _) = ask(&office, "/api/v1/tables", Some(&read)).await;
    assert_eq!(status, StatusCode::OK);
    assert!(tables["tables"].as_array().expect("tables").iter().any(|table| table["name"] == "protocol-lines"));
    let (mut at, mut seen) = (first.to_owned(), Vec::new());
    loop {
        let (status, page, _) = ask(&office, &at, Some(&read)).await;
        assert_eq!(status, StatusCode::OK);
        let rows = page["rows"].as_array().expect("rows");
        assert!(rows.len() <= 2);
        seen.extend(rows.iter().map(|row| row["arrival"].as_i64().expect("a number")));
        at = format!("{first}&cursor={}", page["next"].as_str().expect("a place"));
        if page["more"] == false {
            break;
        }
    }
    assert_eq!(seen, [1, 2, 3, 4, 5]);
    let one = office.fixture.sign(1, &office.fixture.turnout(5, STATION));
    office.fixture.send(&[one]).await;
    let mut later = Value::Null;
    for _ in 0..500 {
        later = ask(&office, &at, Some(&read)).await.1;
        if later["rows"][0]["arrival"] == 6 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(later["rows"][0]["arrival"], 6, "the same place shows what came since");
    for (path, expected) in [
        ("/api/v1/tables/nothing", StatusCode::NOT_FOUND),
        ("/api/v1/tables/records?limit=0", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/tables/records?limit=1001", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/tables/records?cursor=%00", StatusCode::UNPROCESSABLE_ENTITY),
        ("/api/v1/tables/records?cursor=", StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let (status, problem, kind) = ask(&office, path, Some(&read)).await;
        assert_eq!((status, kind.as_str()), (expected, "application/problem+json"), "{path}");
        assert_eq!(problem["status"], expected.as_u16());
    }
    office.fixture.clock.set(office.fixture.clock_ms() + 24 * 60 * 60 * 1000);
    assert_eq!(ask(&office, first, Some(&read)).await.0, StatusCode::UNAUTHORIZED, "its end has come");
    let read = token(&office, "again", TokenScope::Read, 1).await;
    assert_eq!(ask(&office, first, Some(&read)).await.0, StatusCode::OK);
    tokens::revoke(&office.fixture.app, "again").await.expect("is revoked");
    assert_eq!(ask(&office, first, Some(&read)).await.0, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn who_shows_wrong_ones_again_and_again_waits() {
    let office = Office::new().await;
    let good = token(&office, "good", TokenScope::Read, 1).await;
    let new = token(&office, "new", TokenScope::Read, 1).await;
    assert_eq!(ask(&office, "/api/v1/tables", Some(&good)).await.0, StatusCode::OK);
    let mut last = StatusCode::OK;
    for number in 0..30 {
        last = ask(&office, "/api/v1/tables", Some(&format!("kuager_{number}"))).await.0;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(
        ask(&office, "/api/v1/tables", Some(&good)).await.0,
        StatusCode::OK,
        "one that was good is not kept waiting"
    );
    assert_eq!(ask(&office, "/api/v1/tables", Some(&new)).await.0, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn programs_are_told_nothing_of_a_poll_either() {
    let office = Office::of(PackSource::Folder(folder(KAZAKHSTAN))).await;
    let read = token(&office, "reads", TokenScope::Read, 300).await;
    let path = "/api/v1/tables/submissions-exit-poll-cards";
    office.fixture.clock.set(1_787_511_600_000 - 1);
    let read_later = token(&office, "later", TokenScope::Read, 300).await;
    let (status, problem, _) = ask(&office, path, Some(&read_later)).await;
    assert_eq!((status, &problem["withheld_until"]), (StatusCode::FORBIDDEN, &"2026-08-24T00:00:00+05:00".into()));
    let (_, tables, _) = ask(&office, "/api/v1/tables", Some(&read_later)).await;
    let withheld =
        tables["tables"].as_array().expect("tables").iter().filter(|table| !table["withheld_until"].is_null());
    assert_eq!(withheld.count(), 3);
    office.fixture.clock.set(1_787_511_600_000);
    assert_eq!(ask(&office, path, Some(&read_later)).await.0, StatusCode::OK);
    assert_eq!(ask(&office, path, Some(&read)).await.0, StatusCode::UNAUTHORIZED, "ended years ago");
}

#[tokio::test]
async fn the_interface_and_the_numbers_describe_themselves() {
    let office = Office::new().await;
    office.fixture.send(&[office.fixture.sign(1, &office.fixture.turnout(0, STATION))]).await;
    let office = office.start_again().await;
    let read = token(&office, "reads", TokenScope::Read, 1).await;
    let (status, description, _) = ask(&office, "/api/v1/openapi.json", Some(&read)).await;
    assert_eq!((status, &description["openapi"]), (StatusCode::OK, &"3.1.0".into()));
    let row = &description["components"]["schemas"]["RecordsRow"];
    assert_eq!(row["properties"]["counts"]["type"], serde_json::json!(["boolean", "null"]));
    assert!(description["paths"]["/api/v1/tables/turnout"]["get"]["operationId"].is_string());
    let measures = token(&office, "measures", TokenScope::Metrics, 1).await;
    let request = Request::get("/metrics")
        .header(header::HOST, "localhost:8080")
        .header(header::AUTHORIZATION, format!("Bearer {measures}"));
    let (status, headers, body) = office.call(request.body(Body::empty()).expect("a request")).await;
    let text = String::from_utf8(body).expect("text");
    assert_eq!(status, StatusCode::OK);
    assert!(headers[header::CONTENT_TYPE].to_str().expect("text").starts_with("application/openmetrics-text"));
    for line in [
        "kuager_records 1",
        "kuager_up 1",
        "kuager_desk_behind 0",
        "kuager_requests_total{",
        "kuager_request_duration_seconds_bucket{",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    assert!(text.contains("route=\"/api/v1/openapi.json\"") && text.ends_with("# EOF\n"), "{text}");
    let observer = office.fixture.ledger.observers(None).await.expect("reads")[0].to_string();
    assert!(!text.contains(&observer) && !text.contains(STATION));
}
