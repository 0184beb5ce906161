//! An S3 server on loopback for tests: one bucket in memory, and whatever can go wrong with a request.
//!
//! It speaks as much of the protocol as the archive needs: objects with ranges, conditional puts, `ListObjectsV2` in pages, deleting
//! several objects. What is not signed, or signed for another region, is refused. Its clock stands still unless a test moves it.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use object_store::aws::AmazonS3ConfigKey;

use super::{Bucket, Limits};
use crate::archive::Archive;

pub(super) const BUCKET: &str = "figures";
pub(super) const REGION: &str = "eu-central-1";
pub(super) const KEY_ID: &str = "TESTKEYID";
pub(super) const SECRET: &str = "a-secret-that-nobody-may-see";

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The connection breaks in the middle of the request: nothing happens.
    Cut,
    /// The request is done, and the connection breaks before the answer.
    Unanswered,
    /// Nothing happens, and this is the answer.
    Status(u16, &'static str),
    /// Nothing happens, and there never is an answer.
    Silence,
}

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    /// Position among all requests.
    pub(super) number: usize,
    pub(super) method: String,
    /// The path behind the bucket, decoded; empty for the bucket itself.
    pub(super) key: String,
    query: BTreeMap<String, String>,
    headers: BTreeMap<String, String>,
}

impl Request {
    /// Whether it says who asks, and proves it.
    pub(super) fn is_signed(&self) -> bool {
        let signed = self.headers.get("authorization").map_or("", String::as_str);
        signed.starts_with("AWS4-HMAC-SHA256 ") && signed.contains("Signature=")
    }
}

type Plan = Box<dyn FnMut(&Request) -> Option<Fault> + Send>;

#[derive(Clone)]
struct Object {
    bytes: Vec<u8>,
    e_tag: String,
    hour: u64,
}

/// What a server held.
pub(super) struct Snapshot {
    objects: BTreeMap<String, Object>,
    hour: u64,
}

struct State {
    objects: BTreeMap<String, Object>,
    requests: Vec<Request>,
    written: u64,
    hour: u64,
    page: usize,
    conditional: bool,
}

/// A server; it stops serving when the test ends.
#[derive(Clone)]
pub(super) struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    plan: Arc<Mutex<Option<Plan>>>,
}

impl Server {
    /// One with an empty bucket, and three names to a page of a list.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let state =
            State { objects: BTreeMap::new(), requests: Vec::new(), written: 0, hour: 0, page: 3, conditional: true };
        let server =
            Self { address: listener.local_addr().unwrap(), state: Arc::new(Mutex::new(state)), plan: Arc::default() };
        let serving = server.clone();
        std::thread::spawn(move || {
            for connection in listener.incoming().flatten() {
                let serving = serving.clone();
                std::thread::spawn(move || serving.serve(connection));
            }
        });
        server
    }

    /// Decides before each request what is wrong with it.
    pub(super) fn plan(&self, plan: impl FnMut(&Request) -> Option<Fault> + Send + 'static) {
        *self.plan.lock().unwrap() = Some(Box::new(plan));
    }

    pub(super) fn heal(&self) {
        self.plan(|_| None);
    }

    /// An archive of a client of its own.
    pub(super) fn archive(&self) -> Archive {
        Archive::on(self.bucket(&format!("s3://{BUCKET}/lab/one"), REGION, fast()).unwrap())
    }

    pub(super) fn bucket(&self, address: &str, region: &str, limits: Limits) -> Result<Bucket, crate::StoreError> {
        let settings = [
            (AmazonS3ConfigKey::S3Endpoint, format!("http://{}", self.address)),
            (AmazonS3ConfigKey::AccessKeyId, KEY_ID.to_owned()),
            (AmazonS3ConfigKey::SecretAccessKey, SECRET.to_owned()),
            (AmazonS3ConfigKey::Region, region.to_owned()),
        ];
        Bucket::open(address, settings.to_vec(), limits)
    }

    /// A client that is told where the server is, and not in which region.
    pub(super) fn without_region(&self) -> Result<Bucket, crate::StoreError> {
        let settings = [
            (AmazonS3ConfigKey::Endpoint, format!("http://{}", self.address)),
            (AmazonS3ConfigKey::AccessKeyId, KEY_ID.to_owned()),
            (AmazonS3ConfigKey::SecretAccessKey, SECRET.to_owned()),
        ];
        Bucket::open(&format!("s3://{BUCKET}/lab/one"), settings.to_vec(), fast())
    }

    /// How many names make a page of a list.
    pub(super) fn page(&self, names: usize) {
        self.state.lock().unwrap().page = names;
    }

    /// Ignores conditions from now on, as old servers do.
    pub(super) fn forget_conditions(&self) {
        self.state.lock().unwrap().conditional = false;
    }

    pub(super) fn wait_hours(&self, hours: u64) {
        self.state.lock().unwrap().hour += hours;
    }

    pub(super) fn requests(&self) -> Vec<Request> {
        self.state.lock().unwrap().requests.clone()
    }

    /// Every object, by its path below the archive.
    pub(super) fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        let objects = self.state.lock().unwrap().objects.clone();
        objects
            .into_iter()
            .map(|(key, object)| (key.strip_prefix("lab/one/").unwrap().to_owned(), object.bytes))
            .collect()
    }

    /// Puts an object there behind everybody's back.
    pub(super) fn place(&self, below: &str, bytes: &[u8]) {
        self.state.lock().unwrap().put(&format!("lab/one/{below}"), bytes.to_vec());
    }

    /// Everything as it is now, to be put back.
    pub(super) fn snapshot(&self) -> Snapshot {
        let state = self.state.lock().unwrap();
        Snapshot { objects: state.objects.clone(), hour: state.hour }
    }

    pub(super) fn restore(&self, snapshot: &Snapshot) {
        let mut state = self.state.lock().unwrap();
        (state.objects, state.hour) = (snapshot.objects.clone(), snapshot.hour);
    }

    fn serve(&self, mut connection: TcpStream) {
        let mut reader = BufReader::new(connection.try_clone().unwrap());
        while let Some((request, length)) = self.head(&mut reader) {
            // What a plan does by itself has no plan.
            let plan = self.plan.lock().unwrap().take();
            let fault = plan.and_then(|mut plan| {
                let fault = plan(&request);
                self.plan.lock().unwrap().get_or_insert(plan);
                fault
            });
            let mut body = vec![0; if fault == Some(Fault::Cut) { length / 2 } else { length }];
            if reader.read_exact(&mut body).is_err() {
                return;
            }
            let answer = match fault {
                Some(Fault::Cut) => return,
                Some(Fault::Silence) => {
                    // Until the client goes.
                    let _ = reader.read(&mut [0]);
                    return;
                }
                Some(Fault::Status(status, code)) => Answer::error(status, code),
                Some(Fault::Unanswered) | None => self.state.lock().unwrap().answer(&request, &body),
            };
            if fault == Some(Fault::Unanswered) || connection.write_all(&answer.bytes(&request.method)).is_err() {
                return;
            }
        }
    }

    /// The next request and the length of its body; nothing when the client is gone.
    fn head(&self, reader: &mut BufReader<TcpStream>) -> Option<(Request, usize)> {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
        }
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let query = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(&value.replace('+', " ")))
        });
        let path = decoded(path);
        let (bucket, key) = path[1..].split_once('/').unwrap_or((&path[1..], ""));
        let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        let mut request = Request { number: 0, method, key: key.to_owned(), query: query.collect(), headers };
        if bucket != BUCKET {
            request.headers.insert("no-bucket".to_owned(), String::new());
        }
        let mut state = self.state.lock().unwrap();
        request.number = state.requests.len();
        state.requests.push(request.clone());
        Some((request, length))
    }
}

/// Limits under which tests need not wait.
pub(super) fn fast() -> Limits {
    Limits { patience: Duration::from_secs(60), retries: 2, pause: Duration::from_millis(1) }
}

struct Answer {
    status: u16,
    headers: String,
    body: Vec<u8>,
}

impl Answer {
    fn of(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: String::new(), body: body.into() }
    }

    fn error(status: u16, code: &str) -> Self {
        Self::of(status, format!("<Error><Code>{code}</Code><AWSAccessKeyId>{KEY_ID}</AWSAccessKeyId></Error>"))
    }

    fn bytes(self, method: &str) -> Vec<u8> {
        let mut all = format!("HTTP/1.1 {} Answer\r\n", self.status);
        write!(all, "{}Content-Length: {}\r\n\r\n", self.headers, self.body.len()).unwrap();
        let mut all = all.into_bytes();
        if method != "HEAD" {
            all.extend(self.body);
        }
        all
    }
}

impl State {
    fn put(&mut self, key: &str, bytes: Vec<u8>) -> String {
        self.written += 1;
        let e_tag = format!("\"{:x}\"", self.written);
        self.objects.insert(key.to_owned(), Object { bytes, e_tag: e_tag.clone(), hour: self.hour });
        e_tag
    }

    fn answer(&mut self, request: &Request, body: &[u8]) -> Answer {
        let signed = request.headers.get("authorization").map_or("", String::as_str);
        let Some(scope) = signed.strip_prefix(&format!("AWS4-HMAC-SHA256 Credential={KEY_ID}/")) else {
            return Answer::error(403, "AccessDenied");
        };
        let date = request.headers.get("x-amz-date").map_or("", |date| date.get(..8).unwrap_or(""));
        if !scope.starts_with(&format!("{date}/{REGION}/s3/aws4_request")) {
            let wrong = format!("<Error><Code>AuthorizationHeaderMalformed</Code><Region>{REGION}</Region></Error>");
            return Answer::of(400, wrong);
        }
        if !request.is_signed() {
            return Answer::error(403, "SignatureDoesNotMatch");
        }
        if request.headers.contains_key("no-bucket") {
            return Answer::error(404, "NoSuchBucket");
        }
        match (request.method.as_str(), request.key.is_empty()) {
            ("GET", true) => self.list(&request.query),
            ("POST", true) if request.query.contains_key("delete") => self.delete_all(&String::from_utf8_lossy(body)),
            ("GET" | "HEAD", false) => self.get(request),
            ("PUT", false) => self.conditional_put(request, body),
            ("DELETE", false) => {
                self.objects.remove(&request.key);
                Answer::of(204, "")
            }
            _ => Answer::error(501, "NotImplemented"),
        }
    }

    fn conditional_put(&mut self, request: &Request, body: &[u8]) -> Answer {
        let there = self.objects.get(&request.key);
        let none = request.headers.get("if-none-match").is_some_and(|condition| condition == "*");
        let same = request.headers.get("if-match");
        let differs = same.is_some_and(|e_tag| there.is_none_or(|there| there.e_tag != *e_tag));
        if self.conditional && ((none && there.is_some()) || differs) {
            return Answer::error(412, "PreconditionFailed");
        }
        let e_tag = self.put(&request.key, body.to_vec());
        Answer { headers: format!("ETag: {e_tag}\r\n"), ..Answer::of(200, "") }
    }

    fn get(&self, request: &Request) -> Answer {
        let Some(object) = self.objects.get(&request.key) else { return Answer::error(404, "NoSuchKey") };
        let length = object.bytes.len();
        let range = request.headers.get("range").map(|range| {
            let (from, to) = range.strip_prefix("bytes=").unwrap().split_once('-').unwrap();
            (from.parse::<usize>().unwrap(), to.parse::<usize>().unwrap_or(usize::MAX).min(length.saturating_sub(1)))
        });
        let (status, bytes, place) = match range {
            None => (200, &object.bytes[..], String::new()),
            Some((from, _)) if from >= length => return Answer::error(416, "InvalidRange"),
            Some((from, to)) => {
                (206, &object.bytes[from..=to], format!("Content-Range: bytes {from}-{to}/{length}\r\n"))
            }
        };
        let headers = format!("ETag: {}\r\nLast-Modified: {}\r\n{place}", object.e_tag, http_date(object.hour));
        Answer { headers, ..Answer::of(status, bytes) }
    }

    /// A page of `ListObjectsV2`; the token is the last name of the page before.
    fn list(&self, query: &BTreeMap<String, String>) -> Answer {
        let asked = |name: &str| query.get(name).map_or("", String::as_str);
        let (prefix, delimiter, after) = (asked("prefix"), asked("delimiter"), asked("continuation-token"));
        assert_eq!(asked("list-type"), "2");
        // A name, or what several names have in common up to a delimiter.
        let mut entries: BTreeMap<String, Option<&Object>> = BTreeMap::new();
        for (key, object) in self.objects.iter().filter(|(key, _)| key.starts_with(prefix)) {
            let cut = (!delimiter.is_empty()).then(|| key[prefix.len()..].find(delimiter)).flatten();
            match cut {
                Some(at) => entries.insert(key[..=prefix.len() + at].to_owned(), None),
                None => entries.insert(key.clone(), Some(object)),
            };
        }
        let rest: Vec<_> = entries.iter().filter(|(name, _)| name.as_str() > after).collect();
        let is_cut = rest.len() > self.page;
        let mut text = format!("<ListBucketResult><IsTruncated>{is_cut}</IsTruncated>");
        for (name, object) in rest.iter().take(self.page) {
            match object {
                None => write!(text, "<CommonPrefixes><Prefix>{name}</Prefix></CommonPrefixes>").unwrap(),
                Some(Object { bytes, e_tag, hour }) => write!(
                    text,
                    "<Contents><Key>{name}</Key><Size>{}</Size><ETag>{e_tag}</ETag><LastModified>{}</LastModified></Contents>",
                    bytes.len(),
                    iso_date(*hour)
                )
                .unwrap(),
            }
        }
        if is_cut {
            write!(text, "<NextContinuationToken>{}</NextContinuationToken>", rest[self.page - 1].0).unwrap();
        }
        Answer::of(200, text + "</ListBucketResult>")
    }

    fn delete_all(&mut self, body: &str) -> Answer {
        let mut text = "<DeleteResult>".to_owned();
        for key in body.split("<Key>").skip(1).filter_map(|rest| rest.split("</Key>").next()) {
            self.objects.remove(key);
            write!(text, "<Deleted><Key>{key}</Key></Deleted>").unwrap();
        }
        Answer::of(200, text + "</DeleteResult>")
    }
}

/// That many hours after the beginning of March 2026, a Sunday.
fn http_date(hour: u64) -> String {
    let day = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"][(hour / 24 % 7) as usize];
    format!("{day}, {:02} Mar 2026 {:02}:00:00 GMT", 1 + hour / 24, hour % 24)
}

fn iso_date(hour: u64) -> String {
    format!("2026-03-{:02}T{:02}:00:00.000Z", 1 + hour / 24, hour % 24)
}

/// Without the escapes of a URL.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digits = if byte == b'%' { [rest.next(), rest.next()] } else { [None; 2] };
        match digits {
            [Some(high), Some(low)] => {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&[high, low]).unwrap(), 16).unwrap());
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// The names of objects below the archive whose path begins like that.
pub(super) fn names(server: &Server, begin: &str) -> Vec<String> {
    server.objects().into_keys().filter(|name| Path::new(name).starts_with(begin)).collect()
}
