//! The archive in a bucket: it does what one in a folder does, also while the server, the network and others do their worst.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::server::{BUCKET, Fault, KEY_ID, REGION, Request, SECRET, Server, fast, names};
use super::{FIRST, Limits, parts};
use crate::archive::samples::{counted, entries};
use crate::archive::storage::Storage as _;
use crate::archive::{Archive, Wanted, alike, layout};
use crate::error::StoreError;
use crate::trouble::Trouble;

/// What is wrong with a request, and whether the client is gone afterwards.
const ENDS: [(Fault, bool); 5] = [
    (Fault::Cut, true),
    (Fault::Unanswered, true),
    (Fault::Cut, false),
    (Fault::Unanswered, false),
    (Fault::Status(500, "InternalError"), false),
];

fn expect_all_once(archive: &Archive, runs: usize, what: &str) {
    let found = counted(archive);
    assert!(found.values().all(|counts| *counts == [1, 1, 1]) && found.len() == runs, "{what}: {found:?}");
}

/// A server with one day of four files and two appends that wait.
fn filled() -> (Server, usize) {
    let server = Server::start();
    let archive = server.archive();
    for run in 0..4 {
        archive.append(&entries(run)).unwrap();
        archive.tidy_all().unwrap();
    }
    for run in [4, 30] {
        archive.append(&entries(run)).unwrap();
    }
    (server, 6)
}

/// How many requests that takes.
fn requests(server: &Server, archive: &Archive, act: impl Fn(&Archive)) -> usize {
    let before = server.requests().len();
    act(archive);
    server.requests().len() - before
}

#[test]
fn it_lives_as_in_a_folder() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let there = alike::a_whole_life(&server.archive());
    assert_eq!(there, alike::a_whole_life(&Archive::at(folder.path().join("archive"))));
    assert!(there.iter().all(|series| !series.is_empty()));
    let methods: Vec<String> = server.requests().into_iter().map(|request| request.method).collect();
    assert!(["GET", "PUT", "POST"].iter().all(|method| methods.iter().any(|used| used == method)));
}

#[test]
fn baselines_are_found_as_in_a_folder() {
    alike::baselines(&Server::start().archive());
}

#[test]
fn other_versions_are_treated_as_in_a_folder() {
    let server = Server::start();
    let place = |name: &str, bytes: &[u8]| server.place(name, bytes);
    alike::other_versions(&server.archive(), place, |name| server.objects()[name].clone());
}

#[test]
fn many_writers_lose_nothing() {
    let server = Server::start();
    alike::many_writers(|| server.archive());
}

#[test]
fn nothing_is_lost_where_a_server_ignores_conditions_and_so_locks_nobody_out() {
    let server = Server::start();
    server.forget_conditions();
    std::thread::scope(|scope| {
        for writer in 0..3u32 {
            let server = &server;
            scope.spawn(move || {
                let archive = server.archive();
                for run in 0..5 {
                    archive.append(&entries(writer * 5 + run)).unwrap();
                    // It may find that somebody else has removed what it was about to sort.
                    let _ = archive.tidy_all();
                }
            });
        }
    });
    expect_all_once(&server.archive(), 15, "in the end");
}

/// Does something with something wrong at every single request, and looks at what is left.
fn stop_everywhere(act: impl Fn(&Archive) -> Result<(), StoreError>, more: usize) -> usize {
    let (server, runs) = filled();
    let (before, archive) = (server.snapshot(), server.archive());
    let all = requests(&server, &archive, |archive| act(archive).unwrap());
    for (fault, is_end) in ENDS {
        for at in 0..all {
            let what = format!("{fault:?} at request {at}, the end: {is_end}");
            server.restore(&before);
            let seen = AtomicUsize::new(0);
            server.plan(move |_| match seen.fetch_add(1, Ordering::SeqCst) {
                now if now == at => Some(fault),
                now if now > at && is_end => Some(Fault::Cut),
                _ => None,
            });
            let done = act(&archive);
            server.heal();
            assert!(is_end || done.is_ok(), "{what}: {done:?}");
            for (name, bytes) in server.objects().iter().filter(|(name, _)| name.ends_with(".parquet")) {
                assert!(name.ends_with(&layout::name_of(bytes)), "{what}: {name} is not whole");
            }
            let kept = counted(&archive).len();
            assert!(
                if done.is_ok() { kept == runs + more } else { (runs..=runs + more).contains(&kept) },
                "{what}: {kept}"
            );
            expect_all_once(&archive, kept, &what);
            // Whoever comes two hours later finishes the work, lock or not.
            server.wait_hours(2);
            archive.append(&entries(31)).unwrap();
            act(&archive).unwrap();
            archive.tidy_all().unwrap();
            assert!(names(&server, layout::NEW).is_empty() && names(&server, ".lock").is_empty(), "{what}");
            expect_all_once(&archive, runs + more + 1, &format!("after {what}"));
        }
    }
    all
}

#[test]
fn an_append_with_something_wrong_at_any_request_happens_whole_or_not_at_all() {
    assert_eq!(stop_everywhere(|archive| archive.append(&entries(40)), 1), 1);
}

#[test]
fn tidying_with_something_wrong_at_any_request_loses_nothing_and_counts_nothing_twice() {
    let all = stop_everywhere(|archive| archive.tidy_all().map(|_| ()), 0);
    assert!(all > 30, "all of it must have happened: {all}");
}

/// Does `other` before each single request of `act` in turn, each time with the filled server.
fn at_every_moment(act: fn(&Archive), other: fn(&Archive), check: impl Fn(&Archive, usize, &str)) {
    let (server, runs) = filled();
    server.page(1);
    let (before, archive) = (server.snapshot(), server.archive());
    let all = requests(&server, &archive, act);
    for moment in 0..all {
        server.restore(&before);
        let beside = archive.clone();
        let seen = AtomicUsize::new(0);
        server.plan(move |_| {
            if seen.fetch_add(1, Ordering::SeqCst) == moment {
                other(&beside);
            }
            None
        });
        act(&archive);
        check(&archive, runs, &format!("before request {moment} of {all}"));
    }
}

fn tidy(archive: &Archive) {
    archive.tidy_all().unwrap();
}

#[test]
fn a_history_reads_the_whole_while_others_tidy_between_any_two_pages() {
    let whole = |archive: &Archive| expect_all_once(archive, 6, "in the middle");
    at_every_moment(whole, tidy, |archive, runs, what| {
        expect_all_once(archive, runs, what);
    });
}

#[test]
fn an_append_at_any_moment_of_tidying_is_kept() {
    let append = |archive: &Archive| archive.append(&entries(12)).unwrap();
    at_every_moment(tidy, append, |archive, runs, what| {
        expect_all_once(archive, runs + 1, what);
        archive.tidy_all().unwrap();
        expect_all_once(archive, runs + 1, &format!("after {what}"));
    });
}

#[test]
fn every_state_of_tidying_reads_as_the_whole() {
    let (server, runs) = filled();
    let reader = server.archive();
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let archive = server.archive();
    server.plan(move |request: &Request| {
        if request.method != "GET" {
            counted.fetch_add(1, Ordering::SeqCst);
            expect_all_once(&reader, runs, &format!("before {} {}", request.method, request.key));
        }
        None
    });
    archive.tidy_all().unwrap();
    assert!(looks.load(Ordering::SeqCst) > 10);
}

#[test]
fn whoever_tidies_keeps_others_away_until_two_hours_later() {
    let (server, _) = filled();
    server.place(".lock", b"somebody");
    let archive = server.archive();
    assert_eq!(archive.tidy_all().unwrap().sorted, 0);
    server.wait_hours(2);
    assert_eq!(archive.tidy_all().unwrap().sorted, 0, "nothing newer shows that they are gone");
    archive.append(&entries(31)).unwrap();
    assert_eq!(archive.tidy_all().unwrap().sorted, 3);
    assert!(names(&server, ".lock").is_empty());
}

#[test]
fn an_object_of_that_name_with_other_content_is_never_written_over() {
    let server = Server::start();
    let archive = server.archive();
    archive.append(&entries(1)).unwrap();
    let name = names(&server, layout::NEW).remove(0);
    server.place(&name, b"nonsense");
    for error in [archive.append(&entries(1)).unwrap_err(), archive.history(&Wanted::default()).unwrap_err()] {
        assert!(matches!(&error, StoreError::DamagedArchive { path } if path.ends_with(&name)), "{error}");
    }
    assert_eq!(server.objects()[&name], b"nonsense");
}

#[test]
fn an_index_that_a_newer_version_writes_in_between_is_not_written_over() {
    let (server, runs) = filled();
    let newer = b"hilbench.index 12\nwhatever";
    let beside = server.clone();
    server.plan(move |request: &Request| {
        let is_index = request.method == "PUT" && request.key.ends_with(layout::INDEX);
        if is_index {
            beside.place(request.key.strip_prefix("lab/one/").unwrap(), newer);
        }
        None
    });
    server.archive().tidy_all().unwrap();
    let objects = server.objects();
    let mut indexes = objects.iter().filter(|(name, _)| name.ends_with(layout::INDEX));
    assert!(
        indexes.all(|(_, bytes)| bytes == newer) && objects.contains_key("platform=desktop-cpu/scenario=a/index.hil")
    );
    expect_all_once(&server.archive(), runs, "without the index");
}

#[test]
fn parts_of_a_large_object_are_read_from_it_and_no_more_than_there_is() {
    let server = Server::start();
    let bucket = server.bucket(&format!("s3://{BUCKET}/lab/one"), REGION, fast()).unwrap();
    let bytes: Vec<u8> = (0..FIRST + 1000).map(|at| (at % 251) as u8).collect();
    server.place("large", &bytes);
    let mut parts = bucket.open(Path::new("large")).unwrap();
    assert_eq!(parts.length(), FIRST + 1000);
    for (offset, length) in [(0, 10), (FIRST - 5, 10), (FIRST + 900, 100), (17, 0)] {
        let expected = &bytes[offset as usize..(offset + length) as usize];
        assert_eq!(parts.read(offset, length).unwrap(), expected, "{length} bytes from {offset}");
    }
    assert!(parts.read(FIRST + 900, 101).is_none() && parts.read(u64::MAX, 2).is_none());
    assert!(bucket.open(Path::new("none")).is_none());
}

/// Everything that is said of a failure, which names no credential.
fn told(archive: &Archive) -> Trouble {
    let told = Mutex::new(Vec::new());
    let failures = [
        archive.append(&entries(1)).unwrap_err(),
        archive.history(&Wanted::default()).unwrap_err(),
        archive.tidy_all().unwrap_err(),
        archive.exists().unwrap_err(),
    ];
    for error in failures {
        let text = format!("{error} {error:?} {archive:?}");
        assert!(!text.contains(SECRET) && !text.contains(KEY_ID) && text.contains("s3://"), "{text}");
        match error {
            StoreError::Remote { trouble, .. } => told.lock().unwrap().push(trouble),
            other => panic!("{other:?}"),
        }
    }
    let mut told = told.into_inner().unwrap();
    told.dedup();
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

#[test]
fn every_failure_says_what_to_do() {
    let server = Server::start();
    let at = |address: &str, region: &str| Archive::on(server.bucket(address, region, fast()).unwrap());
    assert_eq!(told(&at("s3://other-bucket/lab", REGION)), Trouble::NoBucket);
    let wrong = told(&at(&format!("s3://{BUCKET}/lab/one"), "us-east-1"));
    assert_eq!(wrong, Trouble::Region { region: Some(REGION.to_owned()) });
    let archive = server.archive();
    let answers = [
        (403, "AccessDenied", Trouble::Denied { code: "AccessDenied".to_owned() }),
        (403, "InvalidAccessKeyId", Trouble::Denied { code: "InvalidAccessKeyId".to_owned() }),
        (401, "", Trouble::Denied { code: "401 Unauthorized".to_owned() }),
        (503, "SlowDown", Trouble::Server { code: "SlowDown".to_owned() }),
        (501, "NotImplemented", Trouble::Unconditional),
        (301, "PermanentRedirect", Trouble::Region { region: None }),
    ];
    for (status, code, expected) in answers {
        server.plan(move |_| Some(Fault::Status(status, code)));
        assert_eq!(told(&archive), expected, "{status} {code}");
    }
    server.plan(|_| Some(Fault::Cut));
    assert!(matches!(told(&archive), Trouble::Unreachable { .. }));
    server.plan(|_| Some(Fault::Silence));
    let impatient = Limits { patience: Duration::from_millis(50), ..fast() };
    let archive = Archive::on(server.bucket(&format!("s3://{BUCKET}/lab/one"), REGION, impatient).unwrap());
    assert_eq!(told(&archive), Trouble::Slow { seconds: 0 });
}

#[test]
fn an_endpoint_needs_no_region() {
    let server = Server::start();
    let archive = Archive::on(server.without_region().unwrap());
    // The server asks for one, as Amazon's do; others take what polars says.
    if let Err(error) = archive.append(&entries(1)) {
        assert!(matches!(error, StoreError::Remote { trouble: Trouble::Region { .. }, .. }), "{error}");
    }
    assert_eq!(server.requests().len(), 1, "it was asked");
}

#[test]
fn attempts_are_bounded() {
    let server = Server::start();
    let archive = server.archive();
    server.plan(|_| Some(Fault::Status(500, "InternalError")));
    archive.append(&entries(1)).unwrap_err();
    assert_eq!(server.requests().len(), 1 + fast().retries);
}

#[test]
fn an_unsigned_request_would_have_been_refused() {
    let server = Server::start();
    let archive = server.archive();
    archive.append(&entries(1)).unwrap();
    assert!(server.requests().iter().all(Request::is_signed));
}

#[test]
fn addresses_are_buckets_with_prefixes_or_refused() {
    let read = |address: &str| parts(address).map(|(bucket, prefix)| (bucket.to_owned(), prefix.to_string()));
    let is = |bucket: &str, prefix: &str| Ok((bucket.to_owned(), prefix.to_owned()));
    assert_eq!(read("s3://figures"), is("figures", ""));
    assert_eq!(read("s3://figures/"), is("figures", ""));
    assert_eq!(read("S3://my.figures-1/a/b_c/"), is("my.figures-1", "a/b_c"));
    for odd in
        ["s3://", "s3:///x", "s3://ab", "s3://Figures", "s3://-figures", "s3://figures/a//b", "s3://figures/../x"]
    {
        assert!(read(odd).is_err(), "{odd}");
    }
    for odd in ["s3://figures/a b", "s3://figures/a?b", "s3://key:secret@figures/a", "s3://figures/a%2Fb"] {
        assert!(read(odd).is_err(), "{odd}");
    }
    assert!(matches!(Archive::named("s3://no".as_ref()), Err(StoreError::Address { .. })));
    assert_eq!(Archive::named("folder/s3".as_ref()).unwrap().root(), Path::new("folder/s3"));
}

#[test]
fn a_bucket_without_a_prefix_holds_an_archive_too() {
    let server = Server::start();
    let archive = Archive::on(server.bucket(&format!("s3://{BUCKET}"), REGION, fast()).unwrap());
    archive.append(&entries(1)).unwrap();
    archive.tidy_all().unwrap();
    archive.append(&entries(2)).unwrap();
    expect_all_once(&archive, 2, "at the root");
    assert_eq!(archive.root(), Path::new("s3://figures"));
}
