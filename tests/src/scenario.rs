//! Runs a phase of a scenario of `tests/scenarios` through the bridge, as the Kotlin and Swift runners do.
//!
//! What is tested is [`kuager_ffi`] as other languages see it: text ids, one error type, handles for long work. Comparing is done
//! on JSON, so that the file says what is expected and the runner only looks.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kuager_core::FileKeyVault;
use kuager_core::KeyVault as _;
use kuager_ffi::callbacks::{CallbackError, KeyVault, VaultReply};
use kuager_ffi::error::KuagerError;
use kuager_ffi::observer::{ObserverConfig, ObserverHandle, Setting};
use kuager_ffi::statement::{StatementCheck, check_statement};
use kuager_ffi::types::{self, MediaOrigin, NewDraft, Place};
use serde_json::{Map, Value, json};

/// The core's file vault, answering as a vault on the other side does.
struct BridgedVault(FileKeyVault);

fn reply(result: Result<Vec<u8>, kuager_core::VaultError>) -> Result<VaultReply, CallbackError> {
    use kuager_core::VaultError;
    Ok(match result {
        Ok(bytes) => VaultReply::Done { bytes },
        Err(VaultError::Locked) => VaultReply::Locked,
        Err(VaultError::Cancelled) => VaultReply::Cancelled,
        Err(VaultError::Lost) => VaultReply::Lost,
        Err(VaultError::Failed(reason)) => VaultReply::Failed { reason },
    })
}

impl KeyVault for BridgedVault {
    fn seal(&self, secret: Vec<u8>) -> Result<VaultReply, CallbackError> {
        reply(self.0.seal(&secret))
    }
    fn unseal(&self, sealed: Vec<u8>) -> Result<VaultReply, CallbackError> {
        reply(self.0.unseal(&sealed).map(|plain| plain.to_vec()))
    }
    fn destroy_key(&self) -> Result<VaultReply, CallbackError> {
        reply(self.0.destroy().map(|()| Vec::new()))
    }
}

/// A vault in a folder.
#[must_use]
pub fn vault(folder: &Path) -> Arc<dyn KeyVault> {
    Arc::new(BridgedVault(FileKeyVault::new(folder.join("vault"))))
}

/// How an observer is opened in a folder.
#[must_use]
pub fn options(folder: &Path) -> ObserverConfig {
    ObserverConfig {
        dir: folder.join("store").to_string_lossy().into_owned(),
        connect_timeout_ms: None,
        idle_timeout_ms: None,
        call_timeout_ms: None,
    }
}

/// Opens the observer of a folder through the bridge.
///
/// # Errors
/// As [`ObserverHandle::open`].
pub fn open(folder: &Path) -> Result<Arc<ObserverHandle>, KuagerError> {
    ObserverHandle::open(options(folder), vault(folder), None, None, None, None)
}

/// A phase that is being run.
pub struct Runner<'a> {
    folder: PathBuf,
    observer: Arc<ObserverHandle>,
    names: Map<String, Value>,
    sealed: Vec<String>,
    ready: Value,
    host: &'a mut dyn FnMut(&Value) -> Value,
}

/// Runs a phase; panics at what does not hold.
pub fn run(folder: &Path, phase: &Value, ready: &Value, host: &mut dyn FnMut(&Value) -> Value) {
    let names = std::fs::read_to_string(folder.join("names.json")).ok();
    let mut names: Map<String, Value> = names.map(|text| serde_json::from_str(&text).unwrap()).unwrap_or_default();
    for given in ["invite", "pack", "photo"] {
        names.insert(given.to_owned(), ready[given].clone());
    }
    let observer = open(folder).unwrap();
    let mut runner =
        Runner { folder: folder.to_owned(), observer, names, sealed: Vec::new(), ready: ready.clone(), host };
    for (number, step) in phase["steps"].as_array().unwrap().iter().enumerate() {
        if let Err(error) = runner.step(step) {
            panic!("step {number} of {}: {step}: {error:?}", phase["name"]);
        }
    }
    runner.observer.shutdown().unwrap();
}

fn answer_of(value: &Value) -> Option<types::Value> {
    let of = |value| answer_of(value).unwrap();
    match value {
        Value::Null => None,
        Value::Number(number) => Some(types::Value::Int { value: number.as_i64().unwrap() }),
        Value::String(text) => Some(types::Value::Text { value: text.clone() }),
        Value::Array(values) => Some(types::Value::List { values: values.iter().map(of).collect() }),
        Value::Object(fields) => {
            let answers = fields.iter().map(|(key, value)| (key.clone(), of(value))).collect();
            Some(types::Value::Group { answers })
        }
        Value::Bool(_) => panic!("answers have no booleans"),
    }
}

fn json_of(answer: &types::Value) -> Value {
    match answer {
        types::Value::Int { value } => json!(value),
        types::Value::Text { value } => json!(value),
        types::Value::List { values } => values.iter().map(json_of).collect(),
        types::Value::Group { answers } => json_map(answers),
    }
}

fn json_map(answers: &HashMap<String, types::Value>) -> Value {
    Value::Object(answers.iter().map(|(key, answer)| (key.clone(), json_of(answer))).collect())
}

/// The name of an enum's variant as the scenario writes it.
fn snake(debug: &impl std::fmt::Debug) -> String {
    let name = format!("{debug:?}");
    let name = name.split([' ', '{', '(']).next().unwrap();
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

impl Runner<'_> {
    /// The text of a field, with names replaced.
    fn text(&self, step: &Value, field: &str) -> String {
        self.maybe(step, field).unwrap_or_else(|| panic!("{field} is missing in {step}"))
    }

    fn maybe(&self, step: &Value, field: &str) -> Option<String> {
        let text = step[field].as_str()?;
        Some(match text.strip_prefix('$') {
            Some(name) => self.names.get(name).unwrap_or_else(|| panic!("no name {name}")).as_str().unwrap().to_owned(),
            None => text.to_owned(),
        })
    }

    fn keep(&mut self, step: &Value, value: &str) {
        if let Some(name) = step["as"].as_str() {
            self.names.insert(name.to_owned(), json!(value));
            std::fs::write(self.folder.join("names.json"), Value::Object(self.names.clone()).to_string()).unwrap();
        }
    }

    /// Every text in a value, with names replaced.
    fn named(&self, value: &Value) -> Value {
        match value {
            Value::String(_) => json!(self.text(&json!({ "v": value }), "v")),
            Value::Object(fields) => {
                Value::Object(fields.iter().map(|(key, value)| (key.clone(), self.named(value))).collect())
            }
            Value::Array(values) => values.iter().map(|value| self.named(value)).collect(),
            other => other.clone(),
        }
    }

    fn setting(&self, step: &Value) -> Setting {
        Setting { station: self.text(step, "station"), language: self.text(step, "language"), training: false }
    }

    fn step(&mut self, step: &Value) -> Result<(), KuagerError> {
        let observer = Arc::clone(&self.observer);
        match step["do"].as_str().unwrap() {
            "host" => {
                let command = self.named(&step["command"]);
                let said = (self.host)(&command);
                assert_eq!(said["error"], Value::Null, "{step}");
                for (name, field) in step["as"].as_object().into_iter().flatten() {
                    self.keep(&json!({ "as": name }), said[field.as_str().unwrap()].as_str().unwrap());
                }
                self.compare(step, &said);
            }
            "accept_invite" => drop(observer.accept_invite(self.text(step, "invite"))?),
            "import_pack" => drop(observer.import_pack(self.text(step, "path"))?),
            "new_draft" => {
                let new = NewDraft {
                    form: self.maybe(step, "form"),
                    station: self.maybe(step, "station"),
                    language: self.maybe(step, "language"),
                    text: self.maybe(step, "text"),
                    training: step["training"] == true,
                };
                self.keep(step, &observer.new_draft(new)?);
            }
            "new_turnout" => self.keep(step, &observer.new_turnout(self.text(step, "hour"), self.setting(step))?),
            "new_incident" => {
                let codes = step["codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
                self.keep(step, &observer.new_incident(codes.collect(), self.setting(step))?);
            }
            "answer" => {
                let answer = answer_of(&step["value"]);
                observer.set_answer(self.text(step, "draft"), self.text(step, "question"), answer)?;
            }
            "answer_in" => {
                let place = Place {
                    question: self.text(step, "question"),
                    group: self.maybe(step, "group"),
                    entry: step["entry"].as_i64(),
                };
                observer.set_answer_at(self.text(step, "draft"), place, answer_of(&step["value"]))?;
            }
            "add_entry" => {
                observer.add_entry(self.text(step, "draft"), self.text(step, "group"))?;
            }
            "remove_entry" => {
                let entry = step["entry"].as_i64().unwrap();
                observer.remove_entry(self.text(step, "draft"), self.text(step, "group"), entry)?;
            }
            "capture" => {
                let (draft, label) = (self.text(step, "draft"), self.maybe(step, "label"));
                observer.capture_allowed(draft.clone(), label.clone())?;
                let origin = MediaOrigin::Captured { token: observer.begin_capture()? };
                let attached = observer.attach(draft, self.text(step, "path"), origin, label)?;
                self.keep(step, &attached.hash);
            }
            "detach" => observer.detach(self.text(step, "draft"), self.text(step, "media"), None)?,
            "correct" => self.keep(step, &observer.correct(self.text(step, "record"))?),
            "seal" => {
                let sealed = observer.seal(self.text(step, "draft"))?;
                self.sealed.push(sealed.hash.clone());
                self.keep(step, &sealed.hash);
            }
            "tap" => {
                let heads = i32::try_from(step["heads"].as_i64().unwrap()).unwrap();
                observer.tap(self.text(step, "station"), heads)?;
            }
            "sync" => {
                let task = observer.start_sync(step["seconds"].as_i64().unwrap() * 1000)?;
                runtime().block_on(task.finished())?;
            }
            "cancelled_sync" => {
                let task = observer.start_sync(60_000)?;
                std::thread::sleep(Duration::from_millis(step["after_ms"].as_u64().unwrap()));
                assert!(!task.is_finished()?, "the network is silent, so it cannot have ended");
                task.cancel()?;
                assert_eq!(runtime().block_on(task.finished()).unwrap_err().code(), "cancelled");
            }
            "paused_sync" => {
                let task = observer.start_sync(60_000)?;
                std::thread::sleep(Duration::from_millis(step["after_ms"].as_u64().unwrap()));
                observer.pause()?;
                assert_eq!(runtime().block_on(task.finished()).unwrap_err().code(), "store_paused");
                assert_eq!(observer.drafts().unwrap_err().code(), "store_paused");
                observer.resume()?;
            }
            "network_changed" => observer.network_changed()?,
            "mark_read" => observer.mark_read(observer.messages()?.last().unwrap().number)?,
            "wipe" => {
                observer.wipe()?;
                assert_eq!(observer.status().unwrap_err().code(), "store_closed");
                assert!(!self.folder.join("store/kuager.db").exists());
            }
            "kill" => kill_myself(),
            "fails" => {
                let error = self.step(&step["step"]).expect_err("it should fail");
                assert_eq!(error.code(), step["code"], "{error}");
            }
            "expect" => {
                let found = self.look(step)?;
                self.compare(step, &found);
            }
            other => panic!("no such action: {other}"),
        }
        Ok(())
    }

    /// Compares the fields that the step names.
    fn compare(&self, step: &Value, found: &Value) {
        for (field, expected) in step["equals"].as_object().into_iter().flatten() {
            let expected = self.named(expected);
            match (&expected, &found[field]) {
                // Of a map, only what is named is compared.
                (Value::Object(wanted), Value::Object(all)) => {
                    for (key, value) in wanted {
                        assert_eq!(all.get(key), Some(value), "{field}.{key} in {step}");
                    }
                }
                (expected, found) => assert_eq!(found, expected, "{field} in {step}"),
            }
        }
    }

    fn look(&self, step: &Value) -> Result<Value, KuagerError> {
        let observer = &self.observer;
        Ok(match step["what"].as_str().unwrap() {
            "status" => {
                let status = observer.status()?;
                json!({ "delivered": status.delivered, "waiting": status.waiting, "refused": status.refused,
                        "enrolled": status.enrolled })
            }
            "outlook" => {
                let outlook = observer.outlook()?;
                json!({ "completed": outlook.completed, "left": outlook.left,
                        "media_left": outlook.media_left,
                        "obstacle": outlook.obstacle.as_ref().map(snake) })
            }
            "drafts" => json!({ "count": observer.drafts()?.len() }),
            "draft" => {
                let draft = observer.draft(self.text(step, "draft"))?;
                json!({ "answers": json_map(&draft.answers), "attachments": draft.attachments.len() })
            }
            "form" => {
                let state = observer.form_state(self.text(step, "draft"))?.expect("a form");
                let relations = state.relations.iter();
                let relations = relations.map(|relation| (relation.id.clone(), json!(snake(&relation.standing))));
                let missing: Vec<_> = state.missing.iter().map(|place| place.question.clone()).collect();
                json!({ "asked": state.asked.len(), "missing": missing,
                        "relations": Value::Object(relations.collect()) })
            }
            "records" => {
                let mut records = observer.recent(1000)?;
                records.reverse();
                let states: Vec<_> = records.iter().map(|record| snake(&record.state)).collect();
                json!({ "count": records.len(), "states": states })
            }
            "receipts" => {
                let (mut count, mut valid) = (0, 0);
                for record in observer.recent(1000)? {
                    let Some(receipt) = observer.record(record.hash)?.receipt else { continue };
                    count += 1;
                    let (deployment, key) = (self.ready["deployment"].as_str(), self.ready["receipt_key"].as_str());
                    let (deployment, key) = (deployment.unwrap().to_owned(), key.unwrap().to_owned());
                    let check = check_statement("receipt".to_owned(), receipt.bytes, deployment, key)?;
                    valid += i32::from(matches!(check, StatementCheck::Valid { .. }));
                }
                json!({ "count": count, "valid": valid })
            }
            "media" => {
                let media = observer.media()?;
                let states: Vec<_> = media.iter().map(|file| snake(&file.state)).collect();
                json!({ "count": media.len(), "states": states })
            }
            "messages" => {
                let messages = observer.messages()?;
                let last = messages.last();
                json!({ "count": messages.len(), "unread": messages.iter().filter(|message| !message.read).count(),
                        "ask": last.and_then(|message| message.ask.as_ref().map(snake)),
                        "about": last.and_then(|message| message.about.clone()) })
            }
            "tally" => json!({ "total": observer.tally(self.text(step, "station"))?.total }),
            "chain" => {
                let report = observer.verify()?;
                json!({ "records": report.records, "faults": report.faults.len() })
            }
            "stations" => {
                let found = observer.search_stations(self.text(step, "query"), 5, self.text(step, "language"))?;
                json!({ "first": found.first().map(|station| station.key.clone()) })
            }
            other => panic!("nothing to look at: {other}"),
        })
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// SIGKILL, as the system does it: nothing is flushed, nothing is closed.
fn kill_myself() -> ! {
    let pid = std::process::id().to_string();
    std::process::Command::new("kill").args(["-9", &pid]).status().unwrap();
    unreachable!("SIGKILL cannot be caught");
}
