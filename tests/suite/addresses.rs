//! A server's name and what it stands for: two families of addresses of which one leads nowhere, names that are given
//! elsewhere, names that nobody knows.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use kuager_core::ObserverConfig;
use kuager_core::clock::SystemClock;
use kuager_core::queue::FailureClass;
use kuager_core::time::KnownTime;
use kuager_core::transport::BoxFuture;
use kuager_core::transport::http::HttpTransport;
use kuager_core::transport::names::Names;
use kuager_testing::{Fate, Phone, Proxy, TestCoordinator};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::JoinSet;

/// So long somebody looks at the phone after a tap on "send now".
const TAP: Duration = Duration::from_secs(6);
/// A connection is given up before a tap is over.
const CONNECT: Duration = Duration::from_secs(2);
const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

/// What the only name stands for, until somebody says otherwise.
enum Known {
    Addresses(Vec<IpAddr>),
    Nothing,
    /// Whoever is asked never answers.
    Silence,
}

#[derive(Clone)]
struct Directory(Arc<Mutex<Known>>);

impl Directory {
    fn of(addresses: &[IpAddr]) -> Self {
        Self(Arc::new(Mutex::new(Known::Addresses(addresses.to_vec()))))
    }

    fn say(&self, known: Known) {
        *self.0.lock().unwrap() = known;
    }
}

impl Names for Directory {
    fn addresses(&self, _: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
        match &*self.0.lock().unwrap() {
            Known::Addresses(addresses) => {
                let addresses = addresses.iter().map(|address| SocketAddr::new(*address, 0)).collect();
                Box::pin(async { Ok(addresses) })
            }
            Known::Nothing => Box::pin(async { Err(io::Error::other("no such name")) }),
            Known::Silence => Box::pin(std::future::pending()),
        }
    }
}

/// A phone whose server is `localhost` at this port, by this directory.
fn phone(coordinator: &TestCoordinator, port: u16, directory: &Directory) -> Phone {
    let server = format!("https://localhost:{port}");
    let phone = Phone::invited(&coordinator.invite_to(vec![server.clone()]), coordinator.pack());
    let config = ObserverConfig { connect_timeout: CONNECT, ..ObserverConfig::new("unused") };
    let (deployment, time) = (&coordinator.deployment, Arc::new(KnownTime::new(Arc::new(SystemClock::new()))));
    let names = Arc::new(directory.clone());
    let transport =
        HttpTransport::with_names(&[server], deployment.anchors_der(), deployment.id(), &config, &time, names).unwrap();
    phone.observer.use_transport(Arc::new(transport)).unwrap();
    phone
}

/// Taps on "send now" until everything is delivered. Returns how often.
async fn tap(phone: &Phone) -> usize {
    for taps in 1..=20 {
        if phone.observer.sync_until(TAP).await.unwrap().completed {
            return taps;
        }
    }
    panic!("nothing was delivered: {:?}", phone.observer.attempts(20).unwrap());
}

/// What an address does to whoever connects.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// To the coordinator.
    Leads,
    /// The first packet is never answered, as without a route.
    Swallows,
    /// Somebody in between takes the connection, and keeps it.
    Keeps,
}

fn serve_at(address: IpAddr, port: u16, coordinator: SocketAddr) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(serve(bind((address, Way::Leads), port).unwrap(), Way::Leads, coordinator));
    tasks
}

/// What listens at the addresses; ends when dropped.
struct Addresses(#[expect(dead_code, reason = "held")] JoinSet<()>, u16);

impl Addresses {
    /// Listens at one port of both families.
    fn listen(ways: [(IpAddr, Way); 2], coordinator: SocketAddr) -> Self {
        let mut tasks = JoinSet::new();
        let (first, port) = loop {
            let first = bind(ways[0], 0).unwrap();
            let port = first.local_addr().unwrap().port();
            if let Ok(second) = bind(ways[1], port) {
                tasks.spawn(serve(second, ways[1].1, coordinator));
                break (first, port);
            }
        };
        tasks.spawn(serve(first, ways[0].1, coordinator));
        Self(tasks, port)
    }
}

fn bind((address, way): (IpAddr, Way), port: u16) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(SocketAddr::new(address, port))?;
    socket.listen(if matches!(way, Way::Swallows) { 0 } else { 64 })
}

async fn serve(listener: TcpListener, way: Way, coordinator: SocketAddr) {
    let mut kept = Vec::new();
    if matches!(way, Way::Swallows) {
        // With its queue full, the system answers nobody any more.
        let address = listener.local_addr().unwrap();
        while let Ok(connected) = tokio::time::timeout(Duration::from_millis(300), TcpStream::connect(address)).await {
            kept.push(connected.unwrap());
        }
        return std::future::pending().await;
    }
    loop {
        let (mut phone, _) = listener.accept().await.unwrap();
        match way {
            Way::Keeps => kept.push(phone),
            _ => {
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(coordinator).await.unwrap();
                    let _ = tokio::io::copy_bidirectional(&mut phone, &mut server).await;
                });
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_family_that_leads_nowhere_keeps_nobody_from_the_other() {
    let coordinator = TestCoordinator::start();
    let mut expected = 0;
    for way in [Way::Swallows, Way::Keeps] {
        for (dead, alive) in [(V6, V4), (V4, V6)] {
            let listening = Addresses::listen([(dead, way), (alive, Way::Leads)], coordinator.address);
            for order in [[dead, alive], [alive, dead]] {
                let phone = phone(&coordinator, listening.1, &Directory::of(&order));
                phone.notes(1);
                let taps = tap(&phone).await;
                expected += 1;
                assert_eq!(coordinator.records(), expected, "{way:?}, {order:?}");
                // What answers nothing is passed over at once; what takes the connection, with the next one.
                let most = if matches!(way, Way::Swallows) || order[0] == alive { 1 } else { 3 };
                assert!(taps <= most, "{way:?}, {order:?}: {taps} taps");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_was_an_old_address_at_first_is_asked_again() {
    let coordinator = TestCoordinator::start();
    let listening = Addresses::listen([(V6, Way::Keeps), (V4, Way::Leads)], coordinator.address);
    let directory = Directory::of(&[V6]);
    let phone = phone(&coordinator, listening.1, &directory);
    phone.notes(1);
    assert!(!phone.observer.sync_until(TAP).await.unwrap().completed, "an address of yesterday");
    directory.say(Known::Addresses(vec![V4]));
    assert!(tap(&phone).await <= 3);
    assert_eq!(coordinator.records(), 1);
}

/// What the phone is connected to goes silent, and whoever connects there is kept: the server has moved.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_moved_while_a_phone_was_connected_is_found() {
    let coordinator = TestCoordinator::start();
    let (before, directory) = (Proxy::start(coordinator.address).await, Directory::of(&[V4]));
    let phone = phone(&coordinator, before.address.port(), &directory);
    phone.notes(1);
    assert_eq!(tap(&phone).await, 1);
    let _after = serve_at(V6, before.address.port(), coordinator.address);
    before.plan([Fate::HalfOpen; 100]);
    before.silence();
    directory.say(Known::Addresses(vec![V6]));
    phone.notes(1);
    assert!(tap(&phone).await <= 4);
    assert_eq!(coordinator.records(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_nobody_knows_or_tells_are_asked_again() {
    let coordinator = TestCoordinator::start();
    let directory = Directory::of(&[]);
    let phone = phone(&coordinator, coordinator.address.port(), &directory);
    phone.notes(1);
    for (known, class) in [
        (Known::Nothing, FailureClass::Dns),
        (Known::Silence, FailureClass::Timeout),
        (Known::Addresses(Vec::new()), FailureClass::Offline),
    ] {
        directory.say(known);
        let summary = phone.observer.sync_until(TAP).await.unwrap();
        assert!(!summary.completed, "{summary:?}");
        let outcomes: Vec<_> = phone.observer.attempts(1).unwrap().into_iter().filter_map(|it| it.outcome).collect();
        assert_eq!(outcomes, [class.name()]);
    }
    directory.say(Known::Addresses(vec![V4]));
    assert!(tap(&phone).await <= 3);
    assert_eq!(coordinator.records(), 1);
}
