//! JSON: an object for each row, alone or as features on a map.

use std::io::Write;

use serde_json::{Map, Number, Value, json};

use crate::error::WriteError;
use crate::layout::{Cell, LATITUDE, LONGITUDE, Layout, Row};
use crate::plain::moment;
use crate::write::{Options, TableWriter};

/// A row as an object, nulls included.
///
/// # Errors
/// [`WriteError::Width`].
pub fn object(layout: &Layout, row: &[Cell], utc_offset: i16) -> Result<Map<String, Value>, WriteError> {
    let wanted = layout.columns.len();
    if row.len() != wanted {
        return Err(WriteError::Width { found: row.len(), wanted });
    }
    let fields = layout.columns.iter().zip(row);
    Ok(fields.map(|(column, cell)| (column.name.clone().into_owned(), value(cell, utc_offset))).collect())
}

fn value(cell: &Cell, utc_offset: i16) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) => Value::String(text.clone()),
        Cell::Whole(number) => Value::Number((*number).into()),
        Cell::Decimal(number, _) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        Cell::Flag(flag) => Value::Bool(*flag),
        Cell::Moment(ms) => Value::String(moment(*ms, utc_offset)),
    }
}

/// What stands before the first row, between rows, and after the last one.
struct Lines<W: Write> {
    out: W,
    layout: Layout,
    utc_offset: i16,
    any: bool,
}

impl<W: Write> Lines<W> {
    fn begin(layout: &Layout, options: &Options, mut out: W, head: &Value, list: &str) -> Result<Self, WriteError> {
        // The head is an object; its list is left open.
        let head = head.to_string();
        let head = head.strip_suffix('}').unwrap_or(&head);
        write!(out, "{head},\"{list}\":[")?;
        Ok(Self { out, layout: layout.clone(), utc_offset: options.utc_offset, any: false })
    }

    fn put(&mut self, value: &Value) -> Result<(), WriteError> {
        self.out.write_all(if self.any { b",\n" } else { b"\n" })?;
        self.any = true;
        Ok(serde_json::to_writer(&mut self.out, value)?)
    }

    fn end(mut self) -> Result<(), WriteError> {
        self.out.write_all(b"\n]}\n")?;
        Ok(self.out.flush()?)
    }
}

/// An object with what the table is, and `rows`.
pub(crate) struct Json<W: Write>(Lines<W>);

impl<W: Write> Json<W> {
    pub(crate) fn begin(layout: &Layout, options: &Options, out: W) -> Result<Self, WriteError> {
        let head = json!({ "table": layout.name, "made_at": moment(options.made_ms, options.utc_offset) });
        Lines::begin(layout, options, out, &head, "rows").map(Self)
    }
}

impl<W: Write + Send> TableWriter for Json<W> {
    fn rows(&mut self, rows: &[Row]) -> Result<(), WriteError> {
        for row in rows {
            let object = object(&self.0.layout, row, self.0.utc_offset)?;
            self.0.put(&Value::Object(object))?;
        }
        Ok(())
    }

    fn end(self: Box<Self>) -> Result<(), WriteError> {
        self.0.end()
    }
}

/// A collection of features: points where the place is known, and nowhere on the map where it is not (RFC 7946, section 3.2).
pub(crate) struct GeoJson<W: Write> {
    lines: Lines<W>,
    latitude: usize,
    longitude: usize,
}

impl<W: Write> GeoJson<W> {
    pub(crate) fn begin(layout: &Layout, options: &Options, out: W) -> Result<Self, WriteError> {
        let places = layout.place(LATITUDE).zip(layout.place(LONGITUDE));
        let (latitude, longitude) = places.ok_or(WriteError::NoPlaces)?;
        let head = json!({
            "type": "FeatureCollection",
            "table": layout.name,
            "made_at": moment(options.made_ms, options.utc_offset),
        });
        Ok(Self { lines: Lines::begin(layout, options, out, &head, "features")?, latitude, longitude })
    }

    fn feature(&self, row: &[Cell]) -> Result<Value, WriteError> {
        let mut properties = object(&self.lines.layout, row, self.lines.utc_offset)?;
        let at = |place: usize| match row.get(place) {
            Some(Cell::Decimal(number, _)) => Some(*number),
            _ => None,
        };
        let geometry = match (at(self.longitude), at(self.latitude)) {
            (Some(longitude), Some(latitude)) => json!({ "type": "Point", "coordinates": [longitude, latitude] }),
            _ => Value::Null,
        };
        properties.remove(LATITUDE);
        properties.remove(LONGITUDE);
        Ok(json!({ "type": "Feature", "geometry": geometry, "properties": properties }))
    }
}

impl<W: Write + Send> TableWriter for GeoJson<W> {
    fn rows(&mut self, rows: &[Row]) -> Result<(), WriteError> {
        for row in rows {
            let feature = self.feature(row)?;
            self.lines.put(&feature)?;
        }
        Ok(())
    }

    fn end(self: Box<Self>) -> Result<(), WriteError> {
        self.lines.end()
    }
}
