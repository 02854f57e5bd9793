//! `kuager certificate`

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use jiff::Timestamp;
use kuager_coordinator::clock::{Clock, SystemClock};

use crate::data::Data;
use crate::error::CliError;

/// Show for which hosts the server's certificate is, and add some.
#[derive(Debug, Args)]
pub(super) struct Certificate {
    /// Host name or IP address that phones will use as well; repeat for several. A running server shows it within seconds,
    /// and phones that are enrolled do not notice.
    #[arg(long = "add-host", value_name = "NAME")]
    hosts: Vec<String>,
}

impl Certificate {
    pub(super) fn run(self, data: &Data, out: &mut dyn Write) -> Result<ExitCode, CliError> {
        let deployment = data.open()?;
        let now_ms = SystemClock::default().now_ms();
        let summary = if self.hosts.is_empty() {
            deployment.certificates()?
        } else {
            deployment.renew_certificate(&self.hosts, now_ms)?.0
        };
        for host in &summary.hosts {
            writeln!(out, "host        {host}")?;
        }
        writeln!(out, "server      until {}", day(summary.server_ends_ms))?;
        writeln!(out, "authority   until {}", day(summary.authority_ends_ms))?;
        if summary.authority_ends_soon(now_ms) {
            writeln!(out, "\nThe authority ends soon, and phones will not connect after that. Make a new deployment.")?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn day(ms: u64) -> String {
    let timestamp = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    timestamp.map_or_else(|| "never".to_owned(), |at| at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}
