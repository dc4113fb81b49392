//! `parquet`: the flat tables as Parquet files. Needs the cargo feature `parquet`.
//!
//! Text is UTF-8, whole numbers are signed and of 64 bits, numbers are `DOUBLE`, dates are `DATE`; every column may be
//! null. Pages are compressed with Snappy.

use super::flat::{self, TABLES};
use super::packed::PackedRows;
use super::{Document, Format, Rendered};

/// One file for each of the flat tables.
pub(super) static FORMAT: Format = Format {
    name: "parquet",
    about: "the flat tables of csv as Parquet files",
    needs_text: false,
    built: cfg!(feature = "parquet"),
    render,
    #[cfg(feature = "parquet")]
    gather: |_| Box::new(file::Tables::new(TABLES)),
    #[cfg(not(feature = "parquet"))]
    gather: |_| super::files(),
};

fn render(document: &Document<'_>, out: &mut Rendered) {
    let mut rows = PackedRows::new(TABLES.len());
    flat::rows(document, &mut rows);
    // The digits as written stay in the table `fields`.
    out.losses.add("zeros at the end of a number", rows.inexact);
    out.shared.extend(rows.finish());
    flat::losses(document, &mut out.losses);
}

#[cfg(feature = "parquet")]
pub(super) mod file {
    //! Rows into Parquet files.

    use crate::export::packed::{self, Packed};
    use crate::export::{ColumnType, Folder, Gather, Rendered, Table};
    use parquet::basic::{Compression, ConvertedType, Repetition, Type as Physical};
    use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
    use parquet::errors::ParquetError;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
    use parquet::schema::types::Type;
    use std::fs::File;
    use std::io::{self, BufWriter};
    use std::sync::Arc;

    /// A row group is written when it has so many rows or bytes.
    const ROWS: usize = 100_000;
    const BYTES: usize = 32 << 20;

    /// Several tables, each into a file of its own.
    pub(in crate::export) struct Tables {
        tables: &'static [&'static Table],
        files: Vec<TableFile>,
    }

    impl Tables {
        pub(in crate::export) fn new(tables: &'static [&'static Table]) -> Self {
            Tables { tables, files: Vec::new() }
        }

        /// Adds rows of one table.
        pub(in crate::export) fn rows<'c>(
            &mut self,
            table: usize,
            cells: impl Iterator<Item = Packed<'c>>,
        ) -> io::Result<()> {
            self.files[table].rows(cells)
        }
    }

    impl Gather for Tables {
        fn begin(&mut self, folder: &mut Folder) -> io::Result<()> {
            for table in self.tables {
                self.files.push(TableFile::new(table, folder.file(&format!("{}.parquet", table.name))?)?);
            }
            Ok(())
        }

        fn take(&mut self, rendered: &Rendered, _: &mut Folder) -> io::Result<()> {
            rendered
                .shared
                .iter()
                .try_for_each(|(table, bytes)| self.files[*table].rows(packed::cells(bytes)))
        }

        fn finish(&mut self, _: &mut Folder) -> io::Result<()> {
            self.files.drain(..).try_for_each(TableFile::finish)
        }
    }

    struct TableFile {
        writer: SerializedFileWriter<BufWriter<File>>,
        columns: Vec<Values>,
        rows: usize,
        bytes: usize,
    }

    /// The values of one column that are there, and for each row whether it has one.
    struct Values {
        levels: Vec<i16>,
        typed: Typed,
    }

    enum Typed {
        /// All texts in a row, and where each ends: hundreds of thousands need no memory of their own.
        Text(Vec<u8>, Vec<usize>),
        Integers(Vec<i64>),
        Numbers(Vec<f64>),
        Flags(Vec<bool>),
        Days(Vec<i32>),
    }

    impl Values {
        fn new(kind: ColumnType) -> Self {
            let typed = match kind {
                ColumnType::Text => Typed::Text(Vec::new(), Vec::new()),
                ColumnType::Integer => Typed::Integers(Vec::new()),
                ColumnType::Number => Typed::Numbers(Vec::new()),
                ColumnType::Flag => Typed::Flags(Vec::new()),
                ColumnType::Date => Typed::Days(Vec::new()),
            };
            Values { levels: Vec::new(), typed }
        }

        fn push(&mut self, cell: Packed<'_>) {
            let there = match (&mut self.typed, cell) {
                (Typed::Text(all, ends), Packed::Text(text)) => {
                    all.extend_from_slice(text);
                    ends.push(all.len());
                    true
                }
                (Typed::Integers(all), Packed::Integer(number)) => {
                    all.push(number);
                    true
                }
                (Typed::Numbers(all), Packed::Number(number)) => {
                    all.push(number.to_f64());
                    true
                }
                (Typed::Flags(all), Packed::Flag(flag)) => {
                    all.push(flag);
                    true
                }
                (Typed::Days(all), Packed::Text(text)) => {
                    let day = std::str::from_utf8(text).ok().and_then(days);
                    day.map(|day| all.push(day)).is_some()
                }
                _ => false,
            };
            self.levels.push(there.into());
        }

        fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
            let levels = Some(&self.levels[..]);
            match &mut self.typed {
                Typed::Text(all, ends) => {
                    let whole = ByteArray::from(std::mem::take(all));
                    let mut start = 0;
                    let pieces = ends.drain(..).map(|end| {
                        let piece = whole.slice(start, end - start);
                        start = end;
                        piece
                    });
                    let pieces: Vec<ByteArray> = pieces.collect();
                    column.typed::<ByteArrayType>().write_batch(&pieces, levels, None)?;
                }
                Typed::Integers(all) => {
                    column.typed::<Int64Type>().write_batch(all, levels, None)?;
                    all.clear();
                }
                Typed::Numbers(all) => {
                    column.typed::<DoubleType>().write_batch(all, levels, None)?;
                    all.clear();
                }
                Typed::Flags(all) => {
                    column.typed::<BoolType>().write_batch(all, levels, None)?;
                    all.clear();
                }
                Typed::Days(all) => {
                    column.typed::<Int32Type>().write_batch(all, levels, None)?;
                    all.clear();
                }
            }
            self.levels.clear();
            Ok(())
        }
    }

    impl TableFile {
        fn new(table: &Table, file: BufWriter<File>) -> io::Result<Self> {
            let fields = table.columns.iter().map(|column| {
                let (physical, converted) = match column.kind {
                    ColumnType::Text => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
                    ColumnType::Integer => (Physical::INT64, ConvertedType::NONE),
                    ColumnType::Number => (Physical::DOUBLE, ConvertedType::NONE),
                    ColumnType::Flag => (Physical::BOOLEAN, ConvertedType::NONE),
                    ColumnType::Date => (Physical::INT32, ConvertedType::DATE),
                };
                let builder = Type::primitive_type_builder(column.name, physical);
                let builder = builder.with_repetition(Repetition::OPTIONAL).with_converted_type(converted);
                builder.build().map(Arc::new)
            });
            let fields = fields.collect::<Result<Vec<_>, _>>().map_err(io::Error::other)?;
            let schema = Type::group_type_builder(table.name).with_fields(fields).build();
            let properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_created_by(concat!("casegrain ", env!("CARGO_PKG_VERSION")).to_owned())
                .build();
            let writer = SerializedFileWriter::new(
                file,
                Arc::new(schema.map_err(io::Error::other)?),
                Arc::new(properties),
            );
            let columns = table.columns.iter().map(|column| Values::new(column.kind)).collect();
            Ok(TableFile { writer: writer.map_err(io::Error::other)?, columns, rows: 0, bytes: 0 })
        }

        fn rows<'c>(&mut self, cells: impl Iterator<Item = Packed<'c>>) -> io::Result<()> {
            let mut at = 0;
            for cell in cells {
                if let Packed::Text(text) = cell {
                    self.bytes += text.len();
                }
                self.columns[at].push(cell);
                at += 1;
                if at == self.columns.len() {
                    at = 0;
                    self.rows += 1;
                }
            }
            if self.rows >= ROWS || self.bytes >= BYTES {
                self.group().map_err(io::Error::other)
            } else {
                Ok(())
            }
        }

        fn group(&mut self) -> Result<(), ParquetError> {
            let mut group = self.writer.next_row_group()?;
            for values in &mut self.columns {
                let Some(mut column) = group.next_column()? else { break };
                values.write(&mut column)?;
                column.close()?;
            }
            group.close()?;
            (self.rows, self.bytes) = (0, 0);
            Ok(())
        }

        fn finish(mut self) -> io::Result<()> {
            if self.rows > 0 {
                self.group().map_err(io::Error::other)?;
            }
            self.writer.close().map(drop).map_err(io::Error::other)
        }
    }

    /// Days from 1970-01-01 to a day such as `2024-05-17`.
    fn days(text: &str) -> Option<i32> {
        let mut parts = text.splitn(3, '-').map(str::parse::<i32>);
        let (year, month, day) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
        // Years begin in March, so that the leap day is their last; 400 years are 146,097 days.
        let year = if month <= 2 { year - 1 } else { year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Some(era * 146_097 + day_of_era - 719_468)
    }

    #[cfg(test)]
    mod tests {
        use super::days;

        #[test]
        fn days_count_from_1970() {
            for (text, day) in [
                ("1970-01-01", 0),
                ("1970-03-01", 59),
                ("2000-02-29", 11_016),
                ("2024-05-17", 19_860),
                ("1969-12-31", -1),
            ] {
                assert_eq!(days(text), Some(day), "{text}");
            }
            assert_eq!(days("2024"), None);
        }
    }
}
