//! What is attached. Without a lab file that is this computer.

use hil_model::lab::{BenchInfo, Board, Evidence, Lab, Reach};

use crate::environment;

/// The built-in lab: this computer, as the kind of machine that is reached by starting a process.
#[must_use]
pub fn built_in() -> Lab {
    let here = boards().into_iter().filter(|board| board.reach == Reach::Process);
    let benches =
        here.map(|board| BenchInfo { platform: board.platform, evidence: Evidence::Host, cores: environment::cores() });
    Lab { benches: benches.collect() }
}

/// The kinds of machine that are known. The built-in facts are checked by a test, so none is left out here.
#[must_use]
pub fn boards() -> Vec<Board> {
    hil_scenario::BOARDS.iter().filter_map(|(file, text)| hil_scenario::board(text, file).ok()).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_built_in_board_is_readable() {
        assert_eq!(super::boards().len(), hil_scenario::BOARDS.len());
        assert_eq!(super::built_in().benches.len(), 1);
    }
}
