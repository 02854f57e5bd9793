//! `kuager demo`: one observer's day, three times, on one machine, beside an evening that never was, with everything else real: a coordinator with TLS on
//! loopback, invites, phones as processes of their own with encrypted stores, a network that really refuses, a process
//! that is really killed, receipts that are really verified.
//!
//! The only place of this package that knows the phone's core.

mod day;
mod error;
mod network;
mod phone;

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use kuager_coordinator::app::App;
use kuager_coordinator::clock::{Clock, PlayedClock, SystemClock};
use kuager_coordinator::deployment::Deployment;
use kuager_coordinator::enrol::{InviteOptions, create_invite};
use kuager_coordinator::http::{Config, serve};
use kuager_coordinator::media::{Media, MediaPolicy};
use kuager_evidence::{MediaId, RecordId, verify_media_receipt, verify_receipt};
use kuager_rehearsal::evening;
use kuager_wire::cose::{Envelope, Statement, StatementError};
use kuager_wire::genesis;
use kuager_wire::ids::MediaHash;
use kuager_wire::record::Record;
use tokio::sync::oneshot;

use self::day::{Day, DayOf};
pub(crate) use self::error::DemoError;
use self::error::check;
pub(crate) use self::phone::DemoPhone;
use self::phone::{PAGES, Said, Synced};

/// Show one election day with three observers, from invites to receipts, at a desk where the evening has begun.
///
/// The coordinator is forgotten at the end, unless `--data` names a folder to make it in.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End when everything is done instead of keeping the page up; succeeds only if every check held.
    #[arg(long)]
    once: bool,
    /// Leave genesis, pack, records, receipts and keys in this folder, for others to verify.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Port of the page; 0 for any free one.
    #[arg(long, value_name = "PORT", default_value_t = 0)]
    port: u16,
}

/// Bytes after which the network breaks: enough for every record and preview, not for all photos.
const BREAKS_AFTER: u64 = 900 * 1024;

/// One phone of the story.
struct Actor<'a> {
    number: usize,
    dir: PathBuf,
    today: &'a DayOf,
    station: String,
}

struct Story<'a> {
    out: &'a mut dyn Write,
    work: tempfile::TempDir,
    deployment: Deployment,
    /// What time it is at the coordinator.
    clock: Arc<PlayedClock>,
}

impl Demo {
    pub(crate) fn run(&self, data: Option<&Path>, out: &mut dyn Write) -> Result<(), DemoError> {
        if let Some(folder) = self.out.as_deref().filter(|folder| folder.exists()) {
            // What an earlier run left there is of another deployment, and would not verify.
            let empty = std::fs::read_dir(folder)?.next().is_none();
            check(empty, "the folder given with --out is empty or does not exist yet")?;
        }
        let work = tempfile::tempdir()?;
        let folder = data.map_or_else(|| work.path().join("coordinator"), Path::to_path_buf);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let day = Day::read();
        let stations: Vec<(&str, u32)> =
            day.observers.iter().map(|observer| (observer.station.as_str(), observer.registered)).collect();
        let evening = runtime.block_on(evening(&folder, &stations))?;
        let mut story = Story { out, work, deployment: evening.deployment.clone(), clock: evening.clock.clone() };
        runtime.block_on(story.tell(self, &day, evening.records))
    }
}

impl Story<'_> {
    fn say(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")?;
        self.out.flush()
    }

    async fn tell(&mut self, options: &Demo, day: &Day, come: usize) -> Result<(), DemoError> {
        let clock = SystemClock::default();
        let results = match &options.out {
            Some(out) => out.clone(),
            None => self.work.path().join("out"),
        };
        let pack = self.deployment.latest_pack().clone();

        self.say("1. The coordinator")?;
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let coordinator = listener.local_addr()?;
        let desk = TcpListener::bind(("127.0.0.1", options.port))?;
        let page = desk.local_addr()?;
        let app = App::open(self.deployment.clone(), self.clock.clone())?;
        let media = Arc::new(Media::open(app.clone(), MediaPolicy::default())?);
        let mut config = Config::new(app, media);
        config.desk = Some(kuager_desk::beside(desk, &config, kuager_desk::Reach::default()).await?);
        let (stop, stopped) = oneshot::channel::<()>();
        let server = tokio::spawn(serve(listener, config, async {
            let _ = stopped.await;
        }));
        self.say(&format!("   deployment {}", self.deployment.id()))?;
        self.say(&format!("   {} ({} stations)", pack.pack.text(&pack.pack.title, "en"), pack.pack.stations.len()))?;
        self.say(&format!("   phones connect with TLS; the page is at http://{page}/"))?;
        self.say(&format!("   it is eleven at night there, and {come} records of simulated phones have come"))?;

        self.say("\n2. Three observers get an invite each. There is no network: connections are refused.")?;
        let port = network::closed_port()?;
        let pack_file = self.work.path().join("pack.cbor");
        std::fs::write(&pack_file, &pack.bytes)?;
        let mut actors = Vec::new();
        for (number, today) in day.observers.iter().enumerate() {
            let station = pack.pack.station(&today.station);
            let name = station.map_or(today.station.as_str(), |station| pack.pack.text(&station.name, "en"));
            let dir = self.work.path().join(format!("phone-{}", number + 1));
            actors.push(Actor { number, dir, today, station: name.to_owned() });
        }
        for actor in &actors {
            self.offline_day(actor, port, &pack_file).await?;
        }

        self.say("\n4. The network comes back, and breaks in the middle of a photo.")?;
        let started = clock.elapsed();
        let mut accepted = 0;
        let mut files = 0;
        let broken = network::open(port, coordinator, Some(BREAKS_AFTER)).await?;
        let first = self.sync(&actors[0], 4).await?;
        let before = broken.passed().0;
        broken.close();
        check(first.left == 0 && first.media_left > 0, "the records are there, some of the photos are not")?;
        self.say(&format!(
            "   phone 1: {} receipts; {} of the photos and previews are there, {} are not: the network broke",
            first.accepted, first.media_stored, first.media_left
        ))?;
        accepted += first.accepted;
        files += first.media_stored;
        let open = network::open(port, coordinator, None).await?;
        for actor in &actors {
            let synced = self.sync(actor, 60).await?;
            check(synced.completed && synced.left == 0 && synced.media_left == 0, "everything is delivered")?;
            accepted += synced.accepted;
            files += synced.media_stored;
            let verb = if actor.number == 0 { "goes on where it broke" } else { "sends" };
            self.say(&format!(
                "   phone {}: {verb}; {} receipts for records and {} for photos, each verified on the phone",
                actor.number + 1,
                synced.accepted,
                synced.media_stored
            ))?;
        }
        let took = clock.elapsed().checked_sub(started).unwrap_or_default();
        let (up, down) = open.passed();
        self.say(&format!(
            "   {accepted} records and {files} photos and previews in {:.1} s; on the wire with TLS: {} KB up, {} KB down",
            took.as_secs_f64(),
            (before + up) / 1024,
            down / 1024
        ))?;

        self.say("\n5. A third party checks.")?;
        let (records, photos) = self.examine(&actors, &results).await?;
        check(photos == files, "every photo has a receipt")?;
        check(records == accepted, "the files are as many as the receipts")?;
        let day_records: usize = day.observers.iter().map(|observer| observer.forms.len()).sum();
        check(accepted == day_records as u64, "every filled form arrived, once")?;
        self.look_at_page(&actors, page).await?;
        self.nothing_readable(&actors)?;
        if options.out.is_some() {
            self.say(&format!("   written to {}", results.display()))?;
        }

        if options.once {
            self.say("\nEverything held.")?;
        } else {
            self.say(&format!("\nThe page stays up at http://{page}/ until Ctrl-C."))?;
            tokio::signal::ctrl_c().await?;
        }
        let _ = stop.send(());
        server.await.map_err(io::Error::other)??;
        Ok(())
    }

    /// An observer's day without network, from the invite to the sealed protocol.
    async fn offline_day(&mut self, actor: &Actor<'_>, port: SocketAddr, pack: &Path) -> Result<(), DemoError> {
        let app = App::open(self.deployment.clone(), self.clock.clone())?;
        let mut options = InviteOptions::new(format!("https://127.0.0.1:{}", port.port()));
        options.stations = vec![actor.today.station.clone()];
        let invite = create_invite(&app, options).await?;
        app.ledger.close().await;
        let invite = invite.to_url().map_err(StatementError::Malformed)?;
        if actor.number == 0 {
            self.say("\n3. They work offline, each on an encrypted store of its own.")?;
        }
        self.say(&format!("   phone {}: {}", actor.number + 1, actor.station))?;

        let mut first = self.command(actor, "work");
        first.arg("--invite").arg(&invite).arg("--pack").arg(pack);
        if let Some(answers) = actor.today.killed_after {
            first.arg("--hesitate-after").arg(answers.to_string());
            self.kill_while_hesitating(first, answers).await?;
            first = self.command(actor, "work");
        }
        let said = listen(first).await?;
        let mut sealed = Vec::new();
        for said in &said {
            match said {
                Said::DraftFound { answers } => {
                    check(Some(*answers) == actor.today.killed_after, "the killed phone kept every answer")?;
                    self.say(&format!("      opened again: the draft is there with its {answers} answers"))?;
                }
                Said::Photographed { pages, bytes } => {
                    self.say(&format!("      photographs the protocol: {pages} pages, {} KB", bytes / 1024))?;
                }
                Said::Sealed { form, seq, size } => sealed.push(format!("{form} (no. {seq}, {size} bytes)")),
                _ => {}
            }
        }
        check(sealed.len() == actor.today.forms.len(), "every form is sealed")?;
        self.say(&format!("      sealed: {}", sealed.join(", ")))?;
        let synced = self.sync(actor, 1).await?;
        check(synced.obstacle.as_deref() == Some("offline"), "the network is refused")?;
        check(synced.accepted == 0 && synced.left == sealed.len() as u64, "nothing is sent and nothing is lost")?;
        self.say(&format!("      tries to send: offline, {} waiting", synced.left))?;
        Ok(())
    }

    async fn kill_while_hesitating(&mut self, mut command: Command, wanted: usize) -> Result<(), DemoError> {
        let killed = tokio::task::spawn_blocking(move || {
            let mut child = command.stdout(Stdio::piped()).spawn()?;
            let stdout = child.stdout.take().ok_or_else(|| io::Error::other("the phone has no output"))?;
            let mut reached = false;
            for line in BufReader::new(stdout).lines() {
                if let Said::Hesitates { answers } = serde_json::from_str(&line?)? {
                    reached = answers == wanted;
                    break;
                }
            }
            child.kill()?;
            let status = child.wait()?;
            Ok::<_, io::Error>(reached && !status.success())
        });
        check(killed.await.map_err(io::Error::other)??, "the phone is killed in the middle of a checklist")?;
        self.say(&format!("      killed (SIGKILL) after {wanted} answers of the checklist"))?;
        Ok(())
    }

    async fn sync(&mut self, actor: &Actor<'_>, seconds: u64) -> Result<Synced, DemoError> {
        let mut command = self.command(actor, "sync");
        command.arg("--seconds").arg(seconds.to_string());
        let said = listen(command).await?;
        let synced =
            said.into_iter().find_map(|said| if let Said::Synced(synced) = said { Some(synced) } else { None });
        synced.ok_or_else(|| DemoError::Check("the phone said how its sync ended".to_owned()))
    }

    fn command(&self, actor: &Actor<'_>, task: &str) -> Command {
        // Where the running program cannot be found, starting it fails with the system's own word.
        let program = std::env::current_exe().unwrap_or_default();
        let mut command = Command::new(program);
        command.arg("demo-phone").arg(task).arg(&actor.dir).arg(actor.number.to_string());
        command
    }

    /// Exports everything and verifies it from the genesis statement alone.
    async fn examine(&mut self, actors: &[Actor<'_>], results: &Path) -> Result<(u64, u64), DemoError> {
        for folder in ["records", "receipts", "media", "media-receipts"] {
            std::fs::create_dir_all(results.join(folder))?;
        }
        std::fs::write(results.join("genesis.cbor"), self.deployment.genesis_bytes())?;
        std::fs::write(results.join("pack.cbor"), &self.deployment.latest_pack().bytes)?;
        let mut devices = serde_json::Map::new();
        for actor in actors {
            let mut command = self.command(actor, "export");
            command.arg("--out").arg(results);
            for said in listen(command).await? {
                if let Said::About { kid, public_key, records, delivered, faults } = said {
                    check(faults == 0, "every chain is whole")?;
                    check(records == delivered, "every record has a receipt")?;
                    devices.insert(kid, public_key.into());
                }
            }
        }
        let genesis = self.deployment.genesis();
        let keys = serde_json::json!({
            "deployment_id": self.deployment.id().to_string(),
            "root": genesis.root_key.to_string(),
            "receipt": genesis.receipt_key.to_string(),
            "log": genesis.log_key.to_string(),
            "devices": devices,
        });
        std::fs::write(results.join("keys.json"), format!("{keys:#}\n"))?;

        let deployment = genesis::Deployment::open(&std::fs::read(results.join("genesis.cbor"))?)?;
        let mut verified = 0;
        let mut listed = HashMap::new();
        for entry in std::fs::read_dir(results.join("receipts"))? {
            let path = entry?.path();
            let bytes = std::fs::read(results.join("records").join(path.file_name().unwrap_or_default()))?;
            let id = RecordId::of(&bytes)?;
            verify_receipt(&std::fs::read(&path)?, &id, &deployment)?;
            let record: Record = Envelope::parse(&bytes, Record::LIMIT)?.statement()?;
            listed.extend(record.attachments.into_iter().flatten().map(|file| (file.hash, id.kid)));
            verified += 1;
        }
        let mut photos = 0;
        for entry in std::fs::read_dir(results.join("media-receipts"))? {
            let path = entry?.path();
            let file = std::fs::read(results.join("media").join(path.file_stem().unwrap_or_default()))?;
            let hash = MediaHash::of(&file);
            let listing = listed.get(&hash).copied();
            let kid = listing.ok_or_else(|| DemoError::Check("each photo is listed by a record".to_owned()))?;
            verify_media_receipt(&std::fs::read(&path)?, &MediaId { hash, size: file.len() as u64, kid }, &deployment)?;
            photos += 1;
        }
        self.say(&format!(
            "   {verified} records and {photos} photos verify from the genesis statement alone; every chain is whole"
        ))?;
        Ok((verified, photos))
    }

    async fn look_at_page(&mut self, actors: &[Actor<'_>], page: SocketAddr) -> Result<(), DemoError> {
        let get = async |path: String| {
            let html = tokio::task::spawn_blocking(move || fetch(page, &path)).await;
            html.map_err(io::Error::other)?
        };
        for actor in actors {
            let (region, number) = actor.today.station.split_once('-').unwrap_or_default();
            let html = get(format!("/?lang=en&region={region}&q={number}")).await?;
            check(html.contains(&actor.station), "the page finds every station that reported")?;
            let station = get(format!("/station?key={}&lang=en", actor.today.station)).await?;
            check(
                station.matches("<img").count() >= PAGES,
                "the station's page shows its protocol beside the numbers",
            )?;
        }
        self.say(&format!(
            "   the page finds all {} stations of these phones, and shows the photos beside the numbers",
            actors.len()
        ))?;
        Ok(())
    }

    /// Looks for answers in everything the phones wrote to disk.
    fn nothing_readable(&mut self, actors: &[Actor<'_>]) -> Result<(), DemoError> {
        let mut searched = 0;
        for actor in actors {
            let mut wanted: Vec<Vec<u8>> = vec![actor.today.station.clone().into_bytes()];
            wanted.extend(actor.today.forms.iter().map(|form| form.form.clone().into_bytes()));
            wanted.extend([b"O08.seals".to_vec(), b"SQLite format 3".to_vec()]);
            for bytes in files_in(&actor.dir)? {
                searched += bytes.len();
                let found = wanted.iter().any(|wanted| bytes.windows(wanted.len()).any(|window| window == wanted));
                check(!found, "no answer lies readable on a phone's disk")?;
            }
        }
        self.say(&format!("   no answer is readable in the {} KB the phones wrote", searched / 1024))?;
        Ok(())
    }
}

/// Runs a phone to its end and returns what it said.
async fn listen(mut command: Command) -> Result<Vec<Said>, DemoError> {
    let output = tokio::task::spawn_blocking(move || command.stderr(Stdio::inherit()).output());
    let output = output.await.map_err(io::Error::other)??;
    check(output.status.success(), "the phone ends well")?;
    let said = output.stdout.lines().map(|line| Ok(serde_json::from_str(&line?)?));
    Ok(said.collect::<Result<Vec<Said>, io::Error>>()?)
}

/// The page as a browser would get it.
fn fetch(page: SocketAddr, path: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(page)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {page}\r\nConnection: close\r\n\r\n")?;
    let mut html = String::new();
    stream.read_to_string(&mut html)?;
    Ok(html)
}

fn files_in(dir: &Path) -> io::Result<Vec<Vec<u8>>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_in(&path)?);
        } else {
            files.push(std::fs::read(path)?);
        }
    }
    Ok(files)
}
