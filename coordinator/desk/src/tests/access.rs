//! Every route, every method, every role: who comes in stands here once more, word for word.

use axum::body::Body;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use kuager_coordinator::ledger::{DeskRole, DeskRoles, NewAccount, TokenScope};
use kuager_coordinator::testing::Fixture;
use kuager_coordinator::tokens;
use kuager_wire::ids::PersonId;
use tower::ServiceExt;

use crate::frame::PLACES;
use crate::people::visitor::{Person, Who};
use crate::routes::{ROUTES, router};
use crate::testing::desk;

/// Path, method, and who comes in: **a**dmin, **c**oordinator, **t**ranscriber, ana**l**yst, **p**ublisher, **r**ead-only,
/// and who is **n**ot signed in; programs whose to**k**en reads, and whose token is for **m**etrics. Whatever is not here is not allowed to anybody, by any method.
const TABLE: &[(&str, &str, &str)] = &[
    ("/", "GET", "aclpr"),
    ("/events", "GET", "aclpr"),
    ("/chains", "GET", "aclpr"),
    ("/evidence/{hash}", "GET", "aclpr"),
    ("/health", "GET", "ac"),
    ("/observers", "GET", "aclpr"),
    ("/observers/{observer}/call", "POST", "c"),
    ("/names", "GET", "c"),
    ("/station", "GET", "aclpr"),
    ("/incidents", "GET", "aclpr"),
    ("/incidents/{hash}", "GET", "aclpr"),
    ("/incidents/{hash}/step", "POST", "c"),
    ("/complaints", "GET", "aclpr"),
    ("/complaints/{hash}", "GET", "aclpr"),
    ("/complaints/{hash}/say", "POST", "c"),
    ("/records/{hash}/print", "GET", "aclpr"),
    ("/norms", "GET", "aclpr"),
    ("/turnout", "GET", "aclpr"),
    ("/media/{hash}", "GET", "aclpr"),
    ("/media/{hash}/file", "GET", "actlpr"),
    ("/media/{hash}/retake", "POST", "c"),
    ("/media/{hash}/redact", "POST", "p"),
    ("/media/{hash}/redact/{copy}", "GET", "p"),
    ("/media/{hash}/redact/{copy}", "POST", "p"),
    ("/media/{hash}/redact/{copy}/file", "GET", "p"),
    ("/official", "GET", "aclpr"),
    ("/export", "GET", "aclpr"),
    ("/export/{file}", "GET", "aclprk"),
    ("/api/v1/openapi.json", "GET", "aclprk"),
    ("/api/v1/tables", "GET", "k"),
    ("/api/v1/tables/{table}", "GET", "k"),
    ("/metrics", "GET", "acm"),
    ("/official/import", "GET", "c"),
    ("/official/import", "POST", "c"),
    ("/official/import/{hash}", "GET", "c"),
    ("/official/import/{hash}", "POST", "c"),
    ("/official/back", "POST", "c"),
    ("/totals", "GET", "aclpr"),
    ("/totals/records", "GET", "aclpr"),
    ("/statistics", "GET", "aclpr"),
    ("/quick-count", "GET", "aclpr"),
    ("/exit-poll", "GET", "aclpr"),
    ("/station/release", "POST", "c"),
    ("/papers", "GET", "actlpr"),
    ("/papers/next", "GET", "t"),
    ("/papers/{hash}", "GET", "actlpr"),
    ("/papers/{hash}/read", "POST", "t"),
    ("/papers/{hash}/settle", "POST", "c"),
    ("/publish", "GET", "aclpr"),
    ("/publish/propose", "POST", "p"),
    ("/publish/stop", "POST", "p"),
    ("/publish/{hash}", "GET", "aclpr"),
    ("/publish/{hash}/say", "POST", "p"),
    ("/publish/{hash}/zip", "GET", "aclpr"),
    ("/publish/{hash}/site/{*path}", "GET", "aclpr"),
    ("/login", "GET", "actlprn"),
    ("/login", "POST", "actlprn"),
    ("/leave", "POST", "actlpr"),
    ("/leave/all", "POST", "actlpr"),
    ("/me", "GET", "actlpr"),
    ("/me/password", "POST", "actlpr"),
    ("/views", "GET", "a"),
    ("/favicon.ico", "GET", "actlprn"),
];

const WHO: [(char, Option<DeskRole>); 9] = [
    ('a', Some(DeskRole::Admin)),
    ('c', Some(DeskRole::Coordinator)),
    ('t', Some(DeskRole::Transcriber)),
    ('l', Some(DeskRole::Analyst)),
    ('p', Some(DeskRole::Publisher)),
    ('r', Some(DeskRole::ReadOnly)),
    ('n', None),
    ('k', None),
    ('m', None),
];

const METHODS: [Method; 8] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
    Method::TRACE,
];

#[tokio::test]
async fn each_role_comes_in_where_the_table_says_and_nowhere_else() {
    for (path, ..) in TABLE {
        assert!(ROUTES.iter().any(|route| route.path == *path), "there is no route {path}");
    }
    let fixture = Fixture::new();
    for (letter, role) in WHO {
        let mut person = PersonId([7; 16]);
        person.0[0] = u8::try_from(letter).expect("a letter");
        let (name, handle) = (letter.to_string(), letter.to_string());
        let roles: DeskRoles = role.into_iter().collect();
        let account = NewAccount { person, name, handle, roles, password: vec![], totp: vec![], created_ms: 1 };
        fixture.ledger.add_account(account).await.expect("is stored");
    }
    let mut shown = Vec::new();
    for (letter, scope) in [('k', TokenScope::Read), ('m', TokenScope::Metrics)] {
        let scopes = [scope].into_iter().collect();
        let (_, token) = tokens::add(&fixture.app, &letter.to_string(), scopes, 1).await.expect("is made");
        shown.push((letter, token));
    }
    let desk = desk(&fixture).await;
    let routes = router(desk.clone());
    for route in ROUTES {
        assert!(TABLE.iter().any(|(path, ..)| *path == route.path), "the table has no route {}", route.path);
        let path = route.path.replace("{hash}", &"0".repeat(64)).replace("{observer}", &"0".repeat(32));
        let path = path.replace("{copy}", &"0".repeat(64)).replace("{*path}", "index.html");
        for method in METHODS {
            let asked = if method == Method::HEAD { Method::GET } else { method.clone() };
            let row = TABLE.iter().find(|(path, method, _)| *path == route.path && *method == asked.as_str());
            for (letter, role) in WHO {
                let program = shown.iter().find(|(known, _)| *known == letter).map(|(_, token)| token);
                let name = if program.is_some() { "n".to_owned() } else { letter.to_string() };
                let account = fixture.ledger.account_named(&name).await.expect("reads").expect("is there");
                let token = role.map(|_| desk.people.enter(&account).expect("is drawn"));
                let who = token.as_ref().map_or(Who::Stranger, |token| {
                    let person = Person { id: account.person, name: account.name.clone(), roles: account.roles };
                    Who::Person(person, token.key())
                });
                let form = format!("csrf={}", desk.people.form_token(&who, b""));
                let mut request = Request::builder()
                    .method(method.clone())
                    .uri(&path)
                    .header(header::HOST, "localhost")
                    .header(header::ORIGIN, "http://localhost")
                    .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                if let Some(token) = &token {
                    request = request.header(header::COOKIE, format!("kuager-session={}", *token.text()));
                }
                if let Some(token) = program {
                    request = request.header(header::AUTHORIZATION, format!("Bearer {}", **token));
                }
                let request = request.body(Body::from(form)).expect("a request");
                let status = routes.clone().oneshot(request).await.expect("infallible").status();
                // Where no token opens anything, a program is nobody who is signed in.
                let stands_for = if program.is_some() && route.rule.access.scope().is_none() { 'n' } else { letter };
                let expected = match row {
                    None => StatusCode::METHOD_NOT_ALLOWED,
                    Some((.., letters)) if letters.contains(stands_for) => StatusCode::OK,
                    // A good token that is good for something else.
                    Some(_) if program.is_some() && route.rule.access.scope().is_some() => StatusCode::FORBIDDEN,
                    Some(_) if role.is_none() => StatusCode::UNAUTHORIZED,
                    Some((.., "k")) => StatusCode::UNAUTHORIZED,
                    Some(_) => StatusCode::FORBIDDEN,
                };
                // What a handler makes of it is its own affair: that it was asked is what counts.
                let refused = [StatusCode::METHOD_NOT_ALLOWED, StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
                let status = if refused.contains(&status) { status } else { StatusCode::OK };
                assert_eq!(status, expected, "{method} {path} for {letter}");
            }
        }
    }
}

#[test]
fn whoever_is_shown_the_way_may_come() {
    for place in PLACES {
        let route = ROUTES.iter().find(|route| route.path == place.path).expect("leads somewhere");
        assert_eq!(place.access, route.rule.access, "{}", place.path);
    }
}
