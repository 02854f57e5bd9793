//! Parquet: columns with their types, some ten thousand rows at a time, packed with gzip.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, TimestampType, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use serde_json::json;

use crate::error::WriteError;
use crate::layout::{Cell, Column, Kind, Layout, Row};
use crate::write::{Options, TableWriter};

/// Rows that are packed together.
const GROUP: usize = 20_000;
/// Bytes of text of rows that are packed together, as soon as there are so many.
const BYTES: usize = 16 << 20;

/// Written so far.
pub(crate) struct Parquet<W: Write + Send> {
    out: SerializedFileWriter<W>,
    columns: Vec<Kind>,
    waiting: Vec<Row>,
    bytes: usize,
}

impl<W: Write + Send> Parquet<W> {
    pub(crate) fn begin(layout: &Layout, options: &Options, out: W) -> Result<Self, WriteError> {
        let fields = layout.columns.iter().map(|column| field(column).map(Arc::new)).collect::<Result<_, _>>()?;
        let schema = Type::group_type_builder(&layout.name).with_fields(fields).build()?;
        let columns = layout.columns.iter().map(|column| {
            json!({ "name": column.name, "kind": column.kind.name(), "unit": column.unit, "about": column.about })
        });
        let about = json!({
            "table": layout.name,
            "about": layout.about,
            "columns": columns.collect::<Vec<_>>(),
            "made_ms": options.made_ms,
        });
        let properties = WriterProperties::builder()
            .set_compression(Compression::GZIP(parquet::basic::GzipLevel::default()))
            .set_created_by("kuager".to_owned())
            .set_key_value_metadata(Some(vec![KeyValue::new("kuager".to_owned(), about.to_string())]))
            .build();
        let out = SerializedFileWriter::new(out, Arc::new(schema), Arc::new(properties))?;
        let columns = layout.columns.iter().map(|column| column.kind).collect();
        Ok(Self { out, columns, waiting: Vec::new(), bytes: 0 })
    }

    fn pack(&mut self) -> Result<(), WriteError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let mut group = self.out.next_row_group()?;
        let mut at = 0_usize;
        while let Some(mut column) = group.next_column()? {
            let cells = self.waiting.iter().filter_map(|row| row.get(at));
            pack(column.untyped(), cells)?;
            column.close()?;
            at = at.saturating_add(1);
        }
        group.close()?;
        self.waiting.clear();
        self.bytes = 0;
        Ok(())
    }
}

impl<W: Write + Send> TableWriter for Parquet<W> {
    fn rows(&mut self, rows: &[Row]) -> Result<(), WriteError> {
        for row in rows {
            let wanted = self.columns.len();
            if row.len() != wanted {
                return Err(WriteError::Width { found: row.len(), wanted });
            }
            let text = |cell: &Cell| if let Cell::Text(text) = cell { text.len() } else { 0 };
            self.bytes = row.iter().map(text).fold(self.bytes, usize::saturating_add);
            self.waiting.push(row.clone());
            if self.waiting.len() >= GROUP || self.bytes >= BYTES {
                self.pack()?;
            }
        }
        Ok(())
    }

    fn end(mut self: Box<Self>) -> Result<(), WriteError> {
        self.pack()?;
        self.out.finish()?;
        Ok(self.out.inner_mut().flush()?)
    }
}

fn field(column: &Column) -> Result<Type, parquet::errors::ParquetError> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Whole => (Physical::INT64, None),
        Kind::Decimal => (Physical::DOUBLE, None),
        Kind::Flag => (Physical::BOOLEAN, None),
        Kind::Moment => {
            let utc = TimestampType { is_adjusted_to_u_t_c: true, unit: TimeUnit::MILLIS };
            (Physical::INT64, Some(LogicalType::Timestamp(utc)))
        }
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}

/// Writes what stands in one column; a cell of another kind than its column's is a number in a column of text, or nothing.
fn pack<'a>(column: &mut ColumnWriter<'_>, cells: impl Iterator<Item = &'a Cell>) -> Result<(), WriteError> {
    let mut there = Vec::new();
    macro_rules! put {
        ($writer:expr, $read:expr) => {{
            let mut values = Vec::new();
            for cell in cells {
                let value = $read(cell);
                there.push(i16::from(value.is_some()));
                values.extend(value);
            }
            $writer.write_batch(&values, Some(&there), None)?;
        }};
    }
    match column {
        ColumnWriter::ByteArrayColumnWriter(writer) => put!(writer, |cell: &Cell| match cell {
            Cell::Text(text) => Some(ByteArray::from(text.as_str())),
            Cell::Whole(number) => Some(ByteArray::from(number.to_string().as_str())),
            _ => None,
        }),
        ColumnWriter::Int64ColumnWriter(writer) => put!(writer, |cell: &Cell| match cell {
            Cell::Whole(number) => Some(*number),
            Cell::Moment(ms) => i64::try_from(*ms).ok(),
            _ => None,
        }),
        ColumnWriter::DoubleColumnWriter(writer) => put!(writer, |cell: &Cell| match cell {
            Cell::Decimal(number, _) => Some(*number),
            _ => None,
        }),
        ColumnWriter::BoolColumnWriter(writer) => put!(writer, |cell: &Cell| match cell {
            Cell::Flag(flag) => Some(*flag),
            _ => None,
        }),
        _ => {}
    }
    Ok(())
}
