//! A pack that is changed on the day: nobody is left without stations half way, and the older one never comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use kuager_coordinator::setup;
use kuager_core::queue::{FailureClass, Obstacle};
use kuager_core::time::KnownTime;
use kuager_core::transport::http::HttpTransport;
use kuager_core::transport::{BoxFuture, Call, Patch, Response, Transport, TransportError};
use kuager_core::{ObserverConfig, SystemClock};
use kuager_pack::{Built, PackSource};
use kuager_testing::{LONG, Phone, TestCoordinator};
use kuager_wire::pack::{Region, SignedPack, Station, StationShard};

const REGIONS: [&str; 2] = ["71", "75"];

/// The built-in pack with a directory of two regions, and this name for one station.
fn built(name: &str) -> Built {
    let mut built = kuager_pack::compile(&PackSource::BuiltIn).unwrap();
    let named = |text: &str| [("kk", text.to_owned())].into_iter().collect::<kuager_wire::text::Texts>();
    let region = |key: &str| Region { key: key.to_owned(), name: named(key), own_key: None, synonyms: None };
    built.pack.regions = Some(REGIONS.map(region).to_vec());
    built.pack.stations.clear();
    built.shards = REGIONS
        .map(|region| {
            let station = |number: u32| Station {
                key: format!("{region}-{number}"),
                region: region.to_owned(),
                number,
                name: named(if (region, number) == ("75", 7) { name } else { "мектеп" }),
                ..Station::default()
            };
            let stations = (1..=200).map(station).collect();
            StationShard { version: 1, pack: built.pack.id.clone(), region: region.to_owned(), stations }
        })
        .to_vec();
    built
}

fn publish(coordinator: &TestCoordinator, name: &str) -> SignedPack {
    setup::publish(&coordinator.deployment, &built(name)).unwrap()
}

/// A connection that breaks before the stations.
struct Breaks {
    inner: HttpTransport,
    /// How often it still does.
    left: AtomicU64,
    asked: AtomicU64,
}

impl Transport for Breaks {
    fn call(&self, call: Call) -> BoxFuture<'_, Result<Response, TransportError>> {
        if call.path.starts_with("/v1/stations/") {
            self.asked.fetch_add(1, Ordering::Relaxed);
            let less = |left: u64| left.checked_sub(1);
            if self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok() {
                let detail = "broke".to_owned();
                return Box::pin(async { Err(TransportError { class: FailureClass::Reset, detail }) });
            }
        }
        self.inner.call(call)
    }

    fn use_pass(&self, pass: &str) {
        self.inner.use_pass(pass);
    }

    fn patch(&self, patch: Patch) -> BoxFuture<'_, Result<Response, TransportError>> {
        self.inner.patch(patch)
    }
}

fn breaking(coordinator: &TestCoordinator, phone: &Phone) -> Arc<Breaks> {
    let server = format!("https://127.0.0.1:{}", coordinator.address.port());
    let (id, config) = (coordinator.deployment.id(), ObserverConfig::new("unused"));
    let time = Arc::new(KnownTime::new(Arc::new(SystemClock::new())));
    let inner = HttpTransport::new(&[server], coordinator.deployment.anchors_der(), id, &config, &time).unwrap();
    let breaks = Arc::new(Breaks { inner, left: AtomicU64::new(0), asked: AtomicU64::new(0) });
    phone.observer.use_transport(Arc::<Breaks>::clone(&breaks)).unwrap();
    breaks
}

fn stations(phone: &Phone) -> usize {
    phone.observer.station_book().unwrap().stations().len()
}

fn renamed(phone: &Phone) -> usize {
    phone.observer.station_book().unwrap().search("мектебі", 10).len()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_that_breaks_half_way_leaves_the_stations_there() {
    let coordinator = TestCoordinator::start();
    let first = publish(&coordinator, "мектеп");
    let phone = coordinator.phone();
    let breaks = breaking(&coordinator, &phone);
    phone.observer.choose_regions(&REGIONS.map(str::to_owned)).unwrap();
    // The server looks for newer packs now and then.
    while phone.observer.status().unwrap().pack != Some(first.hash) || stations(&phone) != 400 {
        phone.observer.sync_until(LONG).await.unwrap();
    }
    let second = publish(&coordinator, "мектебі");
    breaks.left.store(u64::MAX, Ordering::Relaxed);
    breaks.asked.store(0, Ordering::Relaxed);
    let summary = loop {
        let summary = phone.observer.sync_until(std::time::Duration::from_secs(1)).await.unwrap();
        if breaks.asked.load(Ordering::Relaxed) > 0 {
            break summary;
        }
    };
    assert_eq!((summary.completed, summary.obstacle), (false, Some(Obstacle::Network(FailureClass::Reset))));
    assert!(!phone.observer.outlook().unwrap().completed, "also when nobody is syncing");
    assert_eq!((stations(&phone), phone.observer.status().unwrap().pack), (400, Some(first.hash)), "as before");
    breaks.left.store(0, Ordering::Relaxed);
    breaks.asked.store(0, Ordering::Relaxed);
    let summary = phone.observer.sync_until(LONG).await.unwrap();
    assert!(summary.completed && summary.obstacle.is_none(), "{summary:?}");
    assert_eq!((stations(&phone), phone.observer.status().unwrap().pack), (400, Some(second.hash)));
    assert_eq!((renamed(&phone), breaks.asked.load(Ordering::Relaxed)), (1, 1), "what did not change is not fetched");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_pack_from_a_file_does_not_come_back() {
    let coordinator = TestCoordinator::start();
    let phone = coordinator.phone();
    assert!(phone.observer.sync_until(LONG).await.unwrap().completed);
    let (second, third) = (publish(&coordinator, "мектеп"), publish(&coordinator, "мектебі"));
    assert_eq!((second.pack.edition, third.pack.edition), (Some(2), Some(3)));
    assert_eq!(phone.observer.import_pack(third.bytes.clone()).unwrap(), third.hash);
    for older in [coordinator.pack().to_vec(), second.bytes] {
        assert_eq!(phone.observer.import_pack(older).unwrap(), third.hash, "the newer one stays");
        assert_eq!(phone.observer.pack().unwrap().hash, third.hash);
    }
}
