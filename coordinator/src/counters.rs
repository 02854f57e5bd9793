//! What is counted for monitoring as it happens: requests, by labels that nobody outside can make up.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;

/// Seconds that latencies are sorted by.
const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Who is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Listener {
    /// What phones ask.
    Phones,
    /// The desk.
    Desk,
}

impl Listener {
    const fn name(self) -> &'static str {
        match self {
            Self::Phones => "phones",
            Self::Desk => "desk",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Asked {
    listener: &'static str,
    route: String,
    method: &'static str,
    code: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Route {
    listener: &'static str,
    route: String,
}

/// What is counted as it happens.
#[derive(Clone)]
pub struct Metrics {
    pub(crate) requests: Family<Asked, Counter>,
    pub(crate) seconds: Family<Route, Histogram, fn() -> Histogram>,
}

impl fmt::Debug for Metrics {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let histogram: fn() -> Histogram = || Histogram::new(BUCKETS);
        Self { requests: Family::default(), seconds: Family::new_with_constructor(histogram) }
    }
}

impl Metrics {
    /// Counts a request and how long it took to answer.
    pub(crate) fn count(&self, listener: Listener, route: &str, method: &'static str, code: u16, took: Duration) {
        let (listener, route) = (listener.name(), route.to_owned());
        self.seconds.get_or_create(&Route { listener, route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Asked { listener, route, method, code }).inc();
    }
}
