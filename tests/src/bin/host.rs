//! A coordinator for the scenarios of `tests/scenarios`, told what to do by lines of JSON; see the README there.
#![allow(clippy::print_stdout, reason = "answering on standard output is what this program is for")]

use std::error::Error;
use std::io::{BufRead, Write};
use std::path::PathBuf;

use kuager_coordinator::inbox::ask_retake;
use kuager_pack::testing::{KAZAKHSTAN, folder};
use kuager_testing::files::page_jpeg;
use kuager_testing::{Fate, Proxy, TestCoordinator, now};
use serde_json::{Value, json};

/// Far more connections than a scenario makes.
const ALWAYS: usize = 10_000;

struct Host {
    coordinator: TestCoordinator,
    proxy: Proxy,
    dir: tempfile::TempDir,
}

impl Host {
    async fn start() -> Result<Self, Box<dyn Error>> {
        let coordinator = TestCoordinator::start_from(&folder(KAZAKHSTAN));
        let proxy = Proxy::start(coordinator.address).await;
        Ok(Self { coordinator, proxy, dir: tempfile::tempdir()? })
    }

    fn file(&self, name: &str, bytes: &[u8]) -> Result<PathBuf, Box<dyn Error>> {
        let path = self.dir.path().join(name);
        std::fs::write(&path, bytes)?;
        Ok(path)
    }

    fn invite(&self) -> Result<String, Box<dyn Error>> {
        Ok(self.coordinator.invite_through(self.proxy.address).to_url()?)
    }

    fn ready(&self) -> Result<Value, Box<dyn Error>> {
        let deployment = &self.coordinator.deployment;
        let genesis = kuager_wire::genesis::Deployment::open(deployment.genesis_bytes())?;
        Ok(json!({
            "invite": self.invite()?,
            "pack": self.file("election.pack", self.coordinator.pack())?,
            "photo": self.file("page.jpg", &page_jpeg(2400, 3200))?,
            "deployment": genesis.id.to_string(),
            "receipt_key": genesis.genesis.receipt_key.to_string(),
        }))
    }

    fn answer(&self, command: &Value) -> Result<Value, Box<dyn Error>> {
        let text = |field: &str| command[field].as_str().ok_or_else(|| format!("{field} is missing"));
        match text("do")? {
            "invite" => Ok(json!({ "invite": self.invite()? })),
            "network" => {
                let fates = match text("fate")? {
                    "fine" => vec![],
                    "silent" => vec![Fate::HalfOpen; ALWAYS],
                    "down" => vec![Fate::Refused; ALWAYS],
                    other => return Err(format!("no such fate: {other}").into()),
                };
                self.proxy.plan(fates);
                Ok(json!({}))
            }
            "message" => {
                let app = self.coordinator.app();
                let (about, media) = (text("about")?.parse()?, text("media")?.parse()?);
                now(async {
                    let observers = app.ledger.observers(None).await?;
                    for observer in &observers {
                        ask_retake(&app, *observer, text("text")?, about, media).await?;
                    }
                    app.ledger.close().await;
                    Ok::<_, Box<dyn Error>>(json!({ "sent": observers.len() }))
                })
            }
            "records" => Ok(json!({ "records": self.coordinator.records() })),
            "media" => {
                let ledger = self.coordinator.ledger();
                let file = text("file")?.parse()?;
                now(async {
                    let whole = ledger.media(file).await?.is_some();
                    ledger.close().await;
                    Ok::<_, Box<dyn Error>>(json!({ "whole": whole }))
                })
            }
            other => Err(format!("no such command: {other}").into()),
        }
    }
}

fn say(line: &Value) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut host = Host::start().await?;
    say(&host.ready()?)?;
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let answer = tokio::task::block_in_place(|| {
            let command = serde_json::from_str(&line)?;
            host.answer(&command)
        });
        say(&answer.unwrap_or_else(|error| json!({ "error": error.to_string() })))?;
    }
    // Before its folder goes.
    host.coordinator.stop().await;
    Ok(())
}
