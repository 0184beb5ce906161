//! The tables on the disk are those that the schema describes: same columns, order, types, and gaps only where allowed.

mod sample;

use hil_store::RunWriter;
use hil_store::schema::{KEY_FORMAT, KEY_TABLE, Kind, TABLES, TABLES_FORMAT, Table};
use polars::prelude::{DataType, ParquetReader, SerReader};

fn kind(dtype: &DataType) -> Option<Kind> {
    Some(match dtype {
        DataType::String => Kind::Text,
        DataType::UInt32 => Kind::U32,
        DataType::UInt64 => Kind::U64,
        DataType::Float64 => Kind::F64,
        DataType::Boolean => Kind::Bool,
        DataType::List(inner) if **inner == DataType::UInt32 => Kind::U32List,
        _ => return None,
    })
}

#[test]
fn written_tables_follow_the_schema_with_rows_and_without() {
    let out = tempfile::tempdir().unwrap();
    let mut run = sample::run().unwrap();
    let full = RunWriter::new(out.path().join("full")).write(&run, &sample::observations().unwrap(), &[]).unwrap();
    run.checks.clear();
    let empty = RunWriter::new(out.path().join("empty")).write(&run, &[], &[]).unwrap();
    for spec in TABLES {
        let mut gaps = 0;
        for (folder, has_rows) in [(&full, true), (&empty, false)] {
            let file = std::fs::File::open(folder.join(spec.table.file_name())).unwrap();
            let mut reader = ParquetReader::new(file);
            let pairs = reader.get_metadata().unwrap().key_value_metadata().clone().unwrap();
            let value = |key: &str| pairs.iter().find(|pair| pair.key == key).unwrap().value.clone().unwrap();
            assert_eq!((value(KEY_TABLE).as_str(), value(KEY_FORMAT)), (spec.table.name(), TABLES_FORMAT.to_string()));
            let frame = reader.finish().unwrap();
            assert_eq!(frame.height() > 0, has_rows, "{:?}", spec.table);
            let found: Vec<_> =
                frame.columns().iter().map(|column| (column.name().as_str(), kind(column.dtype()))).collect();
            let described: Vec<_> = spec.all_columns().map(|column| (column.name, Some(column.kind))).collect();
            assert_eq!(found, described, "{:?}", spec.table);
            for (column, described) in frame.columns().iter().zip(spec.all_columns()) {
                assert!(described.optional || column.null_count() == 0, "{:?} {}", spec.table, described.name);
                gaps += column.null_count();
            }
        }
        let without_gaps = matches!(
            spec.table,
            Table::Slices
                | Table::Peaks
                | Table::Answers
                | Table::Deviations
                | Table::Temperatures
                | Table::Heaps
                | Table::Shares
                | Table::Codes
        );
        assert_eq!(gaps == 0, without_gaps, "the sample shows gaps in {:?}", spec.table);
    }
}
