//! A record as evidence: its exact bytes with everything that was signed about it, for whoever it is to be shown to.

use std::io::{Cursor, Write};

use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kuager_analysis::embargo;
use kuager_coordinator::ledger::{ForkEvidence, Inquiry, LedgerError, Seen};
use kuager_wire::cose::Envelope;
use kuager_wire::enrolment::Credential;
use kuager_wire::ids::{Kid, RecordHash};
use kuager_wire::limits;
use kuager_wire::receipt::Fork;
use kuager_wire::record::Record;
use zip::CompressionMethod;
use zip::ZipWriter;
use zip::result::ZipResult;

use crate::people::visitor::Visitor;
use crate::response::{refuse, trouble};
use crate::sealed::read;
use crate::site::options;
use crate::state::Desk;
use crate::views::seen;

/// What stands in front of everything else, for who opens the archive.
const README: &str = "A record that a phone has signed, and what the coordinator has signed about it.\n\
    record.cbor is exactly what was signed; its SHA-256 is its name. kuager inspect FILE shows any of these in words\n\
    and checks it; the project's docs/verify.md says how to check them with other tools.\n\
    Where there is a fork.cbor, one device signed two records under one number: the other one is beside it.\n";

/// A record that is held.
struct Held {
    bytes: Vec<u8>,
    record: Record,
    kid: Kid,
    receipt: Option<Vec<u8>>,
    fork: Option<Vec<u8>>,
}

async fn held(desk: &Desk, hash: RecordHash) -> Result<Option<Held>, LedgerError> {
    let Some(bytes) = desk.app.ledger.record(hash).await? else { return Ok(None) };
    let kid = Envelope::parse(&bytes, limits::RECORD).map(|envelope| envelope.kid());
    let (Some(record), Ok(kid)) = (read(&bytes), kid) else { return Ok(None) };
    let asked = Inquiry { hash, position: Some((kid, record.seq)) };
    let mut known = desk.app.ledger.look_up(vec![asked]).await?;
    let (receipt, fork) = match known.received.remove(&hash) {
        // What is kept apart was not receipted.
        Some((_, stored)) if stored.withheld => (None, stored.fork),
        Some((_, stored)) => (Some(stored.receipt), stored.fork),
        None => (None, None),
    };
    let fork = fork.and_then(|fork| if let ForkEvidence::Signed(statement) = fork { Some(statement) } else { None });
    Ok(Some(Held { bytes, record, kid, receipt, fork }))
}

/// The record, its receipt, the credential of its device, the genesis; and of a fork, the statement and the other record.
pub(crate) async fn page(
    State(desk): State<Desk>,
    visitor: Visitor,
    Path(hash): Path<String>,
) -> Result<Response, Response> {
    let unknown = || refuse(StatusCode::NOT_FOUND, "no such record is held here");
    let hash: RecordHash = hash.parse().map_err(|_| unknown())?;
    let found = held(&desk, hash).await.map_err(trouble)?.ok_or_else(unknown)?;
    let published = desk.published();
    let pack = found.record.form.as_ref().and_then(|form| published.packs.get(&form.pack));
    let now_ms = desk.app.clock.now_ms();
    if embargo::withheld(&found.record, pack.map(|signed| &signed.pack), &published.latest.pack, now_ms).is_some() {
        return Err(refuse(StatusCode::FORBIDDEN, "an embargo lies on this record"));
    }
    seen(&desk, &visitor, Seen::Station(found.record.station.clone().unwrap_or_default())).await?;
    let credentials = desk.app.ledger.credentials().await.map_err(trouble)?;
    let credential = credentials.into_iter().find(|credential| belongs(credential, found.kid));
    let mut files = vec![
        ("README.txt", README.as_bytes().to_vec()),
        ("record.cbor", found.bytes),
        ("genesis.cbor", desk.app.deployment.genesis_bytes().to_vec()),
    ];
    files.extend(found.receipt.map(|receipt| ("receipt.cbor", receipt)));
    files.extend(credential.map(|credential| ("credential.cbor", credential)));
    if let Some(statement) = found.fork {
        if let Some(other) = other(&statement, hash) {
            let other = held(&desk, other).await.map_err(trouble)?;
            if let Some(other) = other {
                files.push(("other-record.cbor", other.bytes));
                files.extend(other.receipt.map(|receipt| ("other-receipt.cbor", receipt)));
            }
        }
        files.push(("fork.cbor", statement));
    }
    let archive = packed(&files).map_err(|error| {
        tracing::error!(%error, "evidence cannot be packed");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    })?;
    let mut response = ([(header::CONTENT_TYPE, "application/zip")], archive).into_response();
    let short: String = hash.to_string().chars().take(16).collect();
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"record-{short}.zip\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

fn belongs(credential: &[u8], kid: Kid) -> bool {
    let read: Result<Credential, _> =
        Envelope::parse(credential, limits::CREDENTIAL).and_then(|envelope| envelope.statement());
    read.is_ok_and(|credential| credential.kid == kid)
}

/// The other record of a fork.
fn other(statement: &[u8], hash: RecordHash) -> Option<RecordHash> {
    use kuager_wire::cose::Statement;
    let fork: Fork = Envelope::parse(statement, Fork::LIMIT).and_then(|envelope| envelope.statement()).ok()?;
    [fork.first, fork.second].into_iter().find(|record| *record != hash)
}

fn packed(files: &[(&str, Vec<u8>)]) -> ZipResult<Vec<u8>> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        archive.start_file(*name, options(CompressionMethod::Stored))?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish()?.into_inner())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::io::Read;

    use axum::body::Body;
    use axum::extract::Request;
    use kuager_coordinator::testing::Fixture;
    use kuager_wire::cose;
    use zip::ZipArchive;

    use super::*;
    use crate::testing::Office;

    async fn files(office: &Office, hash: &str) -> BTreeMap<String, Vec<u8>> {
        let request = Request::get(format!("/evidence/{hash}")).header(header::HOST, "localhost:8080");
        let (status, _, body) = office.call(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(status, StatusCode::OK);
        let mut archive = ZipArchive::new(Cursor::new(body)).expect("is an archive");
        let mut files = BTreeMap::new();
        for at in 0..archive.len() {
            let mut file = archive.by_index(at).expect("is there");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("is whole");
            let name = file.name().expect("is text").into_owned();
            files.insert(name, bytes);
        }
        files
    }

    #[tokio::test]
    async fn both_records_of_a_fork_are_given_out_with_the_signed_word_about_them() {
        let office = Office::new().await;
        let fixture: &Fixture = &office.fixture;
        let (one, two) = (fixture.sign(1, &fixture.record(0, "one")), fixture.sign(1, &fixture.record(0, "two")));
        fixture.send(std::slice::from_ref(&one)).await;
        fixture.send(std::slice::from_ref(&two)).await;
        let (_, page) = office.open("/chains?lang=en").await;
        let link = page.split("href=\"/evidence/").nth(1).and_then(|rest| rest.split('"').next()).expect("is linked");
        let files = files(&office, link).await;
        assert!([&one, &two].contains(&&files["record.cbor"]) && [&one, &two].contains(&&files["other-record.cbor"]));
        assert_ne!(files["record.cbor"], files["other-record.cbor"]);
        let key = fixture.deployment.genesis().receipt_key;
        let fork: Fork = cose::open(&files["fork.cbor"], fixture.deployment.id(), &key).expect("holds");
        assert_eq!((fork.first, fork.second), (RecordHash::of(&one), RecordHash::of(&two)));
        for name in ["receipt.cbor", "credential.cbor", "genesis.cbor", "README.txt"] {
            assert!(files.contains_key(name), "{name}");
        }
        assert_eq!(office.open(&format!("/evidence/{}", "0".repeat(64))).await.0, StatusCode::NOT_FOUND);
    }
}
