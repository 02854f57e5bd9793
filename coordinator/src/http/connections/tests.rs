use std::task::Waker;

use super::*;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn connections(all: usize, per_network: usize, per_address: usize) -> Arc<Connections> {
    let limits = Limits {
        connections: all,
        connections_per_network: per_network,
        connections_per_address: per_address,
        ..Limits::default()
    };
    Arc::new(Connections::new(&limits))
}

fn gone(place: &Place) -> bool {
    place.link.deadline(Waker::noop()).is_none()
}

fn many(connections: &Arc<Connections>, address: &str, count: usize) -> Vec<Place> {
    (0..count).map(|_| connections.admit(ip(address)).expect("has room")).collect()
}

#[tokio::test(start_paused = true)]
async fn an_address_makes_room_for_itself_only() {
    let connections = connections(100, 50, 3);
    let others = many(&connections, "198.51.100.1", 3);
    let mine = many(&connections, "192.0.2.1", 3);
    let at_work = mine[0].link().begin();
    tokio::time::advance(Duration::from_secs(1)).await;
    // The second one is idle and the third has not asked yet: the idle one goes first.
    drop(mine[1].link().begin());
    let fourth = connections.admit(ip("192.0.2.1")).expect("in the place of the second");
    assert_eq!(mine.iter().map(gone).collect::<Vec<_>>(), [false, true, false]);
    let fifth = connections.admit(ip("192.0.2.1")).expect("in the place of the third");
    assert_eq!(mine.iter().map(gone).collect::<Vec<_>>(), [false, true, true]);
    let more = [fourth.link().begin(), fifth.link().begin()];
    assert_eq!(connections.admit(ip("192.0.2.1")).expect_err("all are at work"), Full::Address);
    connections.admit(ip("192.0.2.2")).expect("a neighbour has room");
    assert!(others.iter().all(|place| !gone(place)));
    drop((at_work, more));
    connections.admit(ip("192.0.2.1")).expect("and so has whoever waits for nothing");
}

#[tokio::test]
async fn no_network_has_more_than_half_whatever_the_bounds_say() {
    for (one, address) in [("v4", "192.0.2."), ("v6", "2001:db8:7:")] {
        let connections = connections(10, 1000, 1000);
        let name =
            |number: usize| if one == "v4" { format!("{address}{number}") } else { format!("{address}{number}::1") };
        let mut places = Vec::new();
        let mut at_work = Vec::new();
        for number in 0..5 {
            places.push(connections.admit(ip(&name(number))).expect("has room"));
            at_work.push(places[number].link().begin());
        }
        assert_eq!(connections.admit(ip(&name(6))).expect_err("has its share"), Full::Network, "{one}");
        connections.admit(ip("203.0.113.1")).expect("somebody else has room");
    }
}

#[tokio::test(start_paused = true)]
async fn whoever_has_most_gives_way_and_known_devices_last() {
    let connections = connections(8, 4, 4);
    let crowd = many(&connections, "192.0.2.1", 4);
    let few = many(&connections, "198.51.100.1", 3);
    let _one = connections.admit(ip("203.0.113.1")).expect("has room");
    crowd[0].link().known();
    tokio::time::advance(Duration::from_secs(1)).await;
    let stranger = connections.admit(ip("203.0.114.1")).expect("the crowd gives one");
    assert_eq!(
        crowd.iter().map(gone).collect::<Vec<_>>(),
        [false, true, false, false],
        "not the known one, though it is the oldest"
    );
    assert!(few.iter().all(|place| !gone(place)) && !gone(&stranger));
    // The crowd has three now, as many as the others; the known one of it is still the last to go.
    let work: Vec<Underway> = crowd[2..].iter().map(|place| place.link().begin()).collect();
    connections.admit(ip("203.0.115.1")).expect("the few give one");
    assert!(!gone(&crowd[0]) && few.iter().filter(|place| gone(place)).count() == 1);
    drop(work);
}

#[tokio::test(start_paused = true)]
async fn whoever_came_first_with_many_does_not_lock_out_who_comes_later() {
    let connections = connections(8, 4, 4);
    let (first, second) = (many(&connections, "192.0.2.1", 4), many(&connections, "198.51.100.1", 4));
    let mut work: Vec<Underway> = Vec::new();
    for place in first.iter().chain(&second) {
        tokio::time::advance(Duration::from_millis(1)).await;
        work.push(place.link().begin());
    }
    tokio::time::advance(Duration::from_millis(1)).await;
    work[4].moved();
    let late = connections.admit(ip("203.0.113.1")).expect("one at work gives way");
    let late_work = late.link().begin();
    assert_eq!(first.iter().chain(&second).filter(|place| gone(place)).count(), 1);
    assert!(!gone(&second[0]), "not the one that moved last");
    // Now the others have three and four: nobody has more than twice what a further one of the newcomer would make.
    let another = connections.admit(ip("203.0.113.2")).expect("four is more than twice one");
    let another_work = another.link().begin();
    assert_eq!(connections.admit(ip("203.0.113.3")).expect_err("three is not more than twice two"), Full::All);
    drop((late_work, another_work, work));
}

#[tokio::test(start_paused = true)]
async fn something_must_happen_until_a_moment() {
    let connections = connections(8, 4, 4);
    let limits = Limits::default();
    let place = connections.admit(ip("192.0.2.1")).expect("has room");
    let start = Instant::now();
    let deadline = || place.link.deadline(Waker::noop()).expect("may stay");
    assert_eq!(deadline(), start + limits.opening_time, "the first request");
    tokio::time::advance(Duration::from_secs(5)).await;
    let (slow, quick) = (place.link.begin(), place.link.begin());
    tokio::time::advance(Duration::from_secs(5)).await;
    quick.moved();
    assert_eq!(deadline(), start + Duration::from_secs(5) + limits.idle_time, "the one that stands still counts");
    slow.moved();
    assert_eq!(deadline(), start + Duration::from_secs(10) + limits.idle_time);
    drop((slow, quick));
    tokio::time::advance(Duration::from_secs(5)).await;
    assert_eq!(deadline(), start + Duration::from_secs(10) + limits.idle_time, "the next request");
}

#[tokio::test]
async fn what_is_gone_is_not_counted_twice() {
    let connections = connections(4, 2, 2);
    let places = many(&connections, "192.0.2.1", 2);
    let _new = connections.admit(ip("192.0.2.1")).expect("in the place of one");
    drop(places);
    let table = connections.table.lock();
    assert_eq!((table.links.len(), table.near.len(), table.wide.len()), (1, 1, 1));
    assert_eq!(table.near.values().sum::<usize>(), 1);
}
