//! `kuager rehearse`

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use kuager_coordinator::http::{self, Config};
use kuager_desk::Reach;
use kuager_rehearsal::{Rehearsal, Wish, clean, folder};
use tokio::sync::oneshot;

use crate::data::Data;
use crate::error::CliError;
use crate::serve::{interrupted, listen};

/// Practise the night at the desk, with simulated phones and your own pack.
///
/// A deployment of its own is made in the folder `rehearsal` of the data directory, with the newest pack, its stations, and the people
/// who have accounts. Simulated phones enrol there and send training records through the real intake while the day goes by,
/// sixty times as fast as on the wall; trouble is planted among them. The real deployment is only read, and may go on serving. Ctrl-C ends it: no device is
/// trusted any more, and a sheet says what there was to find and what was done about it. `--clean` removes the folder.
#[derive(Debug, Args)]
pub(super) struct Rehearse {
    /// Stations with observers, taken from all over the list.
    #[arg(long, value_name = "N", default_value_t = 120)]
    stations: usize,
    /// How often each kind of trouble is planted, as far as half of the stations go.
    #[arg(long, value_name = "N", default_value_t = 3)]
    each: usize,
    /// How many times as fast as the clock on the wall the day goes.
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    speed: u32,
    /// Let the whole day arrive at once, and go on from its evening.
    #[arg(long, conflicts_with = "speed")]
    at_once: bool,
    /// The same number gives the same day.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Where the desk of the rehearsal is served.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8090")]
    desk: SocketAddr,
    /// End when the day is over, instead of waiting for Ctrl-C.
    #[arg(long)]
    once: bool,
    /// Remove the rehearsal that is there, and do nothing else.
    #[arg(long, conflicts_with_all = ["stations", "each", "speed", "at_once", "seed", "desk", "once"])]
    clean: bool,
}

impl Rehearse {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        if self.clean {
            let was = clean(data.dir())?;
            writeln!(out, "{}", if was { "The rehearsal is removed." } else { "There is no rehearsal." })?;
            return Ok(ExitCode::SUCCESS);
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.play(data, out))
    }

    async fn play(&self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        // Before anything is made, so that a port that is taken leaves nothing behind.
        let desk = listen(self.desk)?;
        let phones = TcpListener::bind("127.0.0.1:0")?;
        let wish = Wish { stations: self.stations, each: self.each, seed: self.seed };
        let speed = self.speed;
        let rehearsal = Rehearsal::prepare(data.dir(), wish, speed, &mut said()).await?;
        let (devices, records, tasks, left_out) = rehearsal.planned();
        writeln!(out, "rehearsal   {}", folder(data.dir()).display())?;
        writeln!(out, "phones      {devices}, with {records} records to come")?;
        writeln!(out, "to find     {} things", tasks.len())?;
        if !left_out.is_empty() {
            let names: Vec<String> = left_out.iter().map(|trouble| format!("{trouble:?}")).collect();
            writeln!(out, "left out    {}: nothing in this pack shows it", names.join(", "))?;
        }
        writeln!(out, "desk        http://{}/", desk.local_addr()?)?;
        writeln!(out, "Ctrl-C ends it.")?;
        out.flush()?;
        let config = Config::new(rehearsal.app.clone(), Arc::clone(&rehearsal.media));
        let desk = kuager_desk::beside(desk, &config, Reach::default()).await?;
        let stop = interrupted()?;
        let (end, ended) = oneshot::channel::<()>();
        let server = tokio::spawn(http::serve(phones, Config { desk: Some(desk), ..config }, async {
            let _ = ended.await;
        }));
        let mut progress = said();
        let played = async {
            rehearsal.play(self.at_once, &mut progress).await?;
            if !self.once {
                let _ = writeln!(io::stderr(), "the day is over; the desk stays until Ctrl-C");
                std::future::pending::<()>().await;
            }
            Ok::<_, CliError>(())
        };
        tokio::select! {
            () = stop => {}
            played = played => played?,
        }
        let sheet = rehearsal.end().await?;
        let _ = end.send(());
        server.await.map_err(io::Error::other)??;
        write!(out, "\n{sheet}")?;
        writeln!(
            out,
            "\nIt is in {}, too. `kuager rehearse --clean` removes the rehearsal.",
            folder(data.dir()).join("sheet.txt").display()
        )?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Says on standard error how far something has come, ten times at most.
fn said() -> impl FnMut(&str, usize, usize) {
    let mut said = 0;
    move |what, done, all| {
        if done >= all || done.saturating_sub(said) >= all / 10 || done < said {
            said = done;
            let _ = writeln!(io::stderr(), "{what}: {done} of {all}");
        }
    }
}
