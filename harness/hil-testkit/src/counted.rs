//! Test devices whose instructions are counted, by a test that says what came out.

use std::sync::Arc;
use std::time::Duration;

use hil_bench::bench::{Bench, CountError, Counted, End, Life, Link, LinkGone, RigError};
use hil_bench::callgrind::Dump;
use hil_model::lab::BenchInfo;

use crate::device::TestBench;

/// What a test says of counts: the life that is counted, among all of the bench's, becomes a number of instructions, or none.
pub(crate) type Numbers = dyn Fn(u32) -> Option<u64> + Send + Sync;

/// A test bench whose agents are counted.
pub(crate) struct TestCounted {
    bench: TestBench,
    numbers: Arc<Numbers>,
    says_vectors: bool,
}

impl TestCounted {
    pub(crate) fn new(bench: TestBench, numbers: Arc<Numbers>, says_vectors: bool) -> Self {
        Self { bench, numbers, says_vectors }
    }
}

impl Bench for TestCounted {
    fn info(&self) -> &BenchInfo {
        self.bench.info()
    }

    fn start(&self) -> Result<Box<dyn Life>, RigError> {
        let news = self.says_vectors.then(|| "narrow".to_owned()).into_iter().collect();
        Ok(Box::new(TellingLife { life: self.bench.start()?, news }))
    }
}

impl Counted for TestCounted {
    fn count(&self, number: u32) -> Result<Dump, CountError> {
        let instructions = (self.numbers)(self.bench.starts() - 1).ok_or(CountError::NoDump(number))?;
        Ok(Dump { instructions, creator: "test-1".to_owned() })
    }

    fn timed_with(&self) -> &str {
        "wide"
    }
}

/// A life with news.
struct TellingLife {
    life: Box<dyn Life>,
    news: Vec<String>,
}

impl Link for TellingLife {
    fn send(&mut self, bytes: &[u8]) -> Result<(), LinkGone> {
        self.life.send(bytes)
    }

    fn receive(&mut self, buffer: &mut Vec<u8>, timeout: Duration) -> Result<(), LinkGone> {
        self.life.receive(buffer, timeout)
    }
}

impl Life for TellingLife {
    fn end(&mut self, grace: Duration) -> End {
        self.life.end(grace)
    }

    fn news(&mut self) -> Vec<String> {
        std::mem::take(&mut self.news)
    }
}
