//! Observers and their devices, as pseudonyms: who is who is not here.

use kuager_coordinator::ledger::{DeviceRow, Standing};
use kuager_coordinator::shelf::Published;
use kuager_tables::{Cell, Column, Kind, Row};

use super::table::{Look, Source, Table};

const OBSERVERS: &[Column] = &[
    Column::new("observer", Kind::Text, "Pseudonym of the observer."),
    Column::new("devices", Kind::Whole, "Devices that were enrolled.").in_unit("devices"),
    Column::new("trusted", Kind::Whole, "Those of them that are trusted in everything.").in_unit("devices"),
    Column::new("records", Kind::Whole, "Records received from all of them, those kept apart included.")
        .in_unit("records"),
    Column::new("apart", Kind::Whole, "Records kept apart because the device is revoked.").in_unit("records"),
    Column::new("first_enrolled_at", Kind::Moment, "When the first of them was enrolled."),
    Column::new("last_record_at", Kind::Moment, "When the last record arrived from any of them."),
];

pub(super) fn observers(_: &Published) -> Table {
    let about = "A row for each observer who has enrolled a device.";
    Table::new("observers", about, OBSERVERS, Source::Observers(Box::new(observer)))
}

fn observer(_: &Look<'_>, devices: &[DeviceRow], rows: &mut Vec<Row>) {
    let Some(first) = devices.first() else { return };
    let sum = |of: fn(&DeviceRow) -> u64| devices.iter().map(of).fold(0, u64::saturating_add);
    rows.push(vec![
        Cell::id(&first.observer),
        devices.len().into(),
        devices.iter().filter(|device| device.standing == Standing::Trusted).count().into(),
        sum(|device| device.records).into(),
        sum(|device| device.apart).into(),
        Cell::moment(devices.iter().map(|device| device.enrolled_ms).min().unwrap_or(0)),
        Cell::moment(devices.iter().filter_map(|device| device.last_ms).max().unwrap_or(0)),
    ]);
}

const DEVICES: &[Column] = &[
    Column::new("device", Kind::Text, "Id of the device's key."),
    Column::new("observer", Kind::Text, "Pseudonym of the observer."),
    Column::new("enrolled_at", Kind::Moment, "When it was enrolled."),
    Column::new("standing", Kind::Text, "trusted, or revoked."),
    Column::new("revoked_at", Kind::Moment, "Since when it is revoked."),
    Column::new("last_trusted", Kind::Whole, "The last number that is trusted of a revoked device; empty for none."),
    Column::new("succeeds", Kind::Text, "The device it goes on for, when its phone was put back from a copy."),
    Column::new("records", Kind::Whole, "Records received, those kept apart included.").in_unit("records"),
    Column::new("apart", Kind::Whole, "Records kept apart.").in_unit("records"),
    Column::new("head", Kind::Whole, "The highest number received."),
    Column::new("last_record_at", Kind::Moment, "When the record with that number arrived."),
    Column::new(
        "attested",
        Kind::Text,
        "What was found about what its platform said: holds, or the name of what does not; empty where it said nothing.",
    ),
    Column::new("attested_level", Kind::Text, "What keeps its attested key."),
];

pub(super) fn devices(_: &Published) -> Table {
    let about = "A row for each device that was enrolled.";
    Table::new("devices", about, DEVICES, Source::Observers(Box::new(device)))
}

fn device(_: &Look<'_>, devices: &[DeviceRow], rows: &mut Vec<Row>) {
    rows.extend(devices.iter().map(|device| {
        let (standing, since_ms, last) = match device.standing {
            Standing::Trusted => ("trusted", 0, None),
            Standing::Revoked { since_ms, last_seq } => ("revoked", since_ms, last_seq),
        };
        vec![
            Cell::id(&device.kid),
            Cell::id(&device.observer),
            Cell::moment(device.enrolled_ms),
            standing.into(),
            Cell::moment(since_ms),
            last.into(),
            device.succeeds.map(|kid| kid.to_string()).into(),
            device.records.into(),
            device.apart.into(),
            device.head.into(),
            Cell::moment(device.last_ms.unwrap_or(0)),
            device.attested.as_ref().map(|attested| attested.result.clone()).into(),
            device.attested.as_ref().and_then(|attested| attested.level.clone()).into(),
        ]
    }));
}
