//! No bytes make a reader panic, and what is accepted is finite.

use hil_import::imported::Imported;
use proptest::prelude::{any, proptest};

use crate::common::{FILES, fixture, read};

fn expect_sound(imported: &Imported) {
    for benchmark in &imported.benchmarks {
        assert!(!benchmark.name.is_empty());
        for sample in benchmark.sources.iter().flat_map(|source| &source.samples) {
            assert!(sample.iterations > 0 && sample.seconds >= 0.0 && sample.per_iteration().is_finite());
            assert!(sample.cpu_seconds.is_none_or(|seconds| seconds >= 0.0 && seconds.is_finite()));
        }
        for stated in &benchmark.stated {
            assert!(stated.value.is_finite() && stated.lower.is_none_or(f64::is_finite));
        }
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        for (format, _) in FILES {
            if let Ok(imported) = read(format, &bytes) {
                expect_sound(&imported);
            }
        }
    }

    #[test]
    fn good_files_with_a_few_bytes_changed(
        file in 0..FILES.len(),
        changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..6),
        words in proptest::collection::vec((any::<proptest::sample::Index>(), 0..7_usize), 0..3),
    ) {
        let (format, name) = FILES[file];
        let mut bytes = fixture(name);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        for (place, word) in words {
            let place = place.index(bytes.len());
            let word = ["NaN", "-1", "1e999", "null", "[", "\"", "\u{1b}"][word];
            bytes.splice(place..place, word.bytes());
        }
        if let Ok(imported) = read(format, &bytes) {
            expect_sound(&imported);
        }
    }
}
