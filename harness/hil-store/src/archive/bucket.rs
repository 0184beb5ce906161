//! An archive in a bucket of an S3-compatible server, reached through polars' cloud support.
//!
//! An object appears whole or not at all, and a list shows every object whose writing has ended: that is what the server promises
//! (Amazon's since December 2020). Figures are written by a conditional put (`If-None-Match: *`), so that no writer replaces what another
//! wrote; a put that may or may not have happened is asked for again, which is harmless because the name is the sum of the content.
//! The index is replaced only if it is still the one that was seen (`If-Match`).
//!
//! Guarantees: every request ends, after a bounded number of attempts and a bounded time; no error holds a credential.

mod told;

#[cfg(test)]
mod server;
#[cfg(test)]
mod tests;

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use futures::TryStreamExt as _;
use object_store::aws::AmazonS3ConfigKey;
use object_store::path::Path as Key;
use object_store::{
    GetOptions, GetRange, ObjectMeta, ObjectStore, ObjectStoreExt as _, PutMode, PutPayload, UpdateVersion,
};
use polars_io::cloud::{CloudOptions, CloudRetryConfig};
use polars_utils::pl_path::PlRefPath;
use polars_utils::total_ord::TotalOrdWrap;
use tokio::runtime::{Builder, Runtime};

use self::told::{Told, told};
use super::storage::{Lock, Parts, Storage};
use super::{S3, layout};
use crate::error::StoreError;
use crate::trouble::Trouble;

/// How often a write is tried whose answer was lost, or that met another one of the same name.
const ATTEMPTS: usize = 4;
/// Bytes that are read of an object of which parts are wanted, before any part is; small ones are whole then.
const FIRST: u64 = 256 << 10;
/// Bytes a second below which a transfer counts as stuck.
const SLOWEST: u64 = 64 << 10;
/// The object of whoever tidies.
const LOCK: &str = ".lock";
/// How many seconds older than the newest append the lock must be before whoever put it there counts as gone.
const LEFT_BEHIND: i64 = 3600;

/// What bounds a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How long it may take, besides the time for its bytes.
    pub(super) patience: Duration,
    /// How often it is asked again after an answer such as 500 or where nobody listens.
    pub(super) retries: usize,
    /// How long the first pause before that is; further ones are longer.
    pub(super) pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { patience: Duration::from_secs(60), retries: 4, pause: Duration::from_millis(100) }
    }
}

/// A prefix in a bucket.
pub(super) struct Bucket {
    address: PathBuf,
    prefix: Key,
    store: Box<dyn ObjectStore>,
    runtime: Runtime,
    limits: Limits,
}

impl fmt::Debug for Bucket {
    /// Its address alone: the client holds credentials.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bucket").field(&self.address).finish()
    }
}

/// An object that was read.
struct Got {
    bytes: Vec<u8>,
    meta: ObjectMeta,
}

impl Bucket {
    /// The prefix at `s3://BUCKET/PREFIX`; settings that are given come before those of the environment.
    pub(super) fn open(
        address: &str,
        settings: Vec<(AmazonS3ConfigKey, String)>,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        let (bucket, prefix) =
            parts(address).map_err(|why| StoreError::Address { address: address.to_owned(), why })?;
        let address = PathBuf::from(format!("{S3}{bucket}/{prefix}").trim_end_matches('/'));
        let failed = |why: String| StoreError::Remote {
            action: "open",
            path: address.clone(),
            trouble: Trouble::Settings { why },
        };
        let runtime = Builder::new_current_thread().enable_all().build().map_err(|error| failed(error.to_string()))?;
        let retry = CloudRetryConfig {
            max_retries: Some(limits.retries),
            retry_timeout: Some(limits.patience),
            retry_init_backoff: Some(limits.pause),
            retry_max_backoff: Some(limits.pause * 20),
            retry_base_multiplier: Some(TotalOrdWrap(2.0)),
        };
        let options = CloudOptions::default().with_aws(settings).with_retry_config(retry);
        // Where no region is set, polars asks for a path behind the bucket; which one decides nothing.
        let url = PlRefPath::new(format!("{S3}{bucket}/any"));
        // Without a region and an endpoint polars asks Amazon for the bucket's region, which must end as well.
        let built = runtime.block_on(async {
            tokio::time::timeout(limits.patience, options.build_aws(url, false)).await.map(|built| {
                let boxed = |store| Box::new(store) as Box<dyn ObjectStore>;
                built.map(boxed).map_err(|_| ())
            })
        });
        let store = match built {
            Ok(Ok(store)) => store,
            // What polars says may hold what it was given.
            Ok(Err(())) => return Err(failed("polars cannot make a client of it".to_owned())),
            Err(_) => return Err(failed("nothing says which region; set AWS_REGION".to_owned())),
        };
        Ok(Self { address, prefix, store, runtime, limits })
    }

    fn key(&self, below: &Path) -> Key {
        let names = below.components().filter_map(|part| match part {
            Component::Normal(name) => name.to_str(),
            _ => None,
        });
        let all: Vec<&str> =
            Some(self.prefix.as_ref()).filter(|prefix| !prefix.is_empty()).into_iter().chain(names).collect();
        // Names are what `layout` makes of ids; none has an empty part or a control character.
        Key::parse(all.join("/")).unwrap_or_default()
    }

    /// Waits for an answer; so many bytes go there or back.
    fn ask<T>(&self, bytes: u64, request: impl Future<Output = object_store::Result<T>>) -> Result<T, Told> {
        let patience = self.limits.patience + Duration::from_secs(bytes / SLOWEST);
        let answered = self.runtime.block_on(async { tokio::time::timeout(patience, request).await });
        match answered {
            Ok(answer) => answer.map_err(|error| told(&error)),
            Err(_) => Err(Told::Trouble(Trouble::Slow { seconds: patience.as_secs() })),
        }
    }

    /// Asks again while nobody knows what became of it.
    fn again<T>(mut once: impl FnMut() -> Result<T, Told>) -> Result<T, Told> {
        for _ in 1..ATTEMPTS {
            match once() {
                Err(Told::Broken(_)) => {}
                done => return done,
            }
        }
        once()
    }

    fn get(&self, key: &Key, range: Option<GetRange>) -> Result<Got, Told> {
        Self::again(|| {
            let options = GetOptions { range: range.clone(), ..GetOptions::default() };
            let answer = self.ask(0, self.store.get_opts(key, options))?;
            let meta = answer.meta.clone();
            let length = answer.range.end - answer.range.start;
            let bytes = self.ask(length, answer.bytes())?.to_vec();
            Ok(Got { bytes, meta })
        })
    }

    fn put(&self, key: &Key, bytes: &[u8], mode: PutMode) -> Result<(), Told> {
        let payload = PutPayload::from(bytes.to_vec());
        self.ask(bytes.len() as u64, self.store.put_opts(key, payload, mode.into())).map(|_| ())
    }

    fn list(&self, folder: &Path) -> Result<Vec<ObjectMeta>, Told> {
        Self::again(|| self.ask(0, self.store.list(Some(&self.key(folder))).try_collect()))
    }

    fn failed(&self, action: &'static str, below: &Path, why: Told) -> StoreError {
        let path = self.address.join(below);
        match why {
            Told::Missing => StoreError::NotFound { path },
            other => StoreError::Remote { action, path, trouble: other.trouble() },
        }
    }

    /// Whether the object that is locked was put there so long before the newest append that whoever did is gone.
    fn is_left_behind(&self, lock: &ObjectMeta) -> Result<bool, Told> {
        let appends = self.list(Path::new(layout::NEW))?;
        let newest = appends.iter().map(|append| append.last_modified.timestamp()).max();
        Ok(newest.is_some_and(|newest| newest.saturating_sub(lock.last_modified.timestamp()) >= LEFT_BEHIND))
    }
}

/// The object of that version.
fn version(meta: &ObjectMeta) -> PutMode {
    PutMode::Update(UpdateVersion { e_tag: meta.e_tag.clone(), version: meta.version.clone() })
}

/// Bucket and prefix of an address.
fn parts(address: &str) -> Result<(&str, Key), &'static str> {
    let rest = address.get(S3.len()..).unwrap_or_default();
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(|c| is_plain(c) || c == '-' || c == '.') {
        return Err("a bucket has 3 to 63 lower-case letters, digits, '-' and '.'");
    }
    if !bucket.starts_with(is_plain) || !bucket.ends_with(is_plain) {
        return Err("a bucket begins and ends with a letter or a digit");
    }
    if prefix.chars().any(|c| !c.is_ascii_alphanumeric() && !"/-_.=+".contains(c)) {
        return Err("use letters, digits, '-', '_', '.', '=', '+' and '/' in a prefix");
    }
    let prefix = Key::parse(prefix).map_err(|_| "a part of its prefix is empty, '.' or '..'")?;
    Ok((bucket, prefix))
}

impl Storage for Bucket {
    fn root(&self) -> &Path {
        &self.address
    }

    fn names(&self, folder: &Path) -> Result<Vec<String>, StoreError> {
        let listed = Self::again(|| self.ask(0, self.store.list_with_delimiter(Some(&self.key(folder)))));
        let listed = listed.map_err(|why| self.failed("list", folder, why))?;
        let files = listed.objects.iter().map(|object| &object.location);
        let all = files.chain(&listed.common_prefixes);
        Ok(all.filter_map(|key| key.filename().map(str::to_owned)).collect())
    }

    /// One list of everything below, instead of one a day.
    fn days(&self, folder: &Path) -> Result<Vec<PathBuf>, StoreError> {
        let above = self.key(folder);
        let listed = self.list(folder).map_err(|why| self.failed("list", folder, why))?;
        let below =
            listed.iter().filter_map(|object| object.location.as_ref().strip_prefix(above.as_ref())?.strip_prefix('/'));
        Ok(below.filter(|below| below.starts_with(layout::DATE)).map(PathBuf::from).collect())
    }

    fn read(&self, below: &Path) -> Result<Vec<u8>, StoreError> {
        self.get(&self.key(below), None).map(|got| got.bytes).map_err(|why| self.failed("read", below, why))
    }

    fn open(&self, below: &Path) -> Option<Box<dyn Parts + '_>> {
        let key = self.key(below);
        let Got { bytes, meta } = self.get(&key, Some(GetRange::Bounded(0..FIRST))).ok()?;
        Some(Box::new(Opened { bucket: self, key, first: bytes, length: meta.size }))
    }

    fn put(&self, below: &Path, bytes: &[u8]) -> Result<(), StoreError> {
        let key = self.key(below);
        let mut last = Told::Exists;
        for _ in 0..ATTEMPTS {
            last = match Self::put(self, &key, bytes, PutMode::Create) {
                Ok(()) => return Ok(()),
                Err(Told::Exists) => match self.get(&key, None) {
                    Ok(there) if there.bytes == bytes => return Ok(()),
                    Ok(_) => return Err(StoreError::DamagedArchive { path: self.address.join(below) }),
                    // It was removed just now, or somebody is writing it.
                    Err(Told::Missing) => Told::Exists,
                    Err(why) => return Err(self.failed("write", below, why)),
                },
                Err(why @ Told::Broken(_)) => why,
                Err(why) => return Err(self.failed("write", below, why)),
            };
        }
        Err(self.failed("write", below, last))
    }

    fn replace(&self, below: &Path, bytes: &[u8], stays: fn(&[u8]) -> bool) -> Result<(), StoreError> {
        let key = self.key(below);
        let mut last = Told::Changed;
        for _ in 0..ATTEMPTS {
            let mode = match self.get(&key, Some(GetRange::Bounded(0..24))) {
                Ok(there) if stays(&there.bytes) => return Ok(()),
                Ok(there) => version(&there.meta),
                Err(Told::Missing) => PutMode::Create,
                Err(why) => return Err(self.failed("read", below, why)),
            };
            last = match Self::put(self, &key, bytes, mode) {
                Ok(()) => return Ok(()),
                // Somebody else wrote one in between, which is as good, or ours was written and the answer lost: look again.
                Err(why @ (Told::Exists | Told::Changed | Told::Broken(_))) => why,
                Err(why) => return Err(self.failed("write", below, why)),
            };
        }
        Err(self.failed("write", below, last))
    }

    fn remove(&self, below: &Path) -> Result<(), StoreError> {
        let key = self.key(below);
        match Self::again(|| self.ask(0, self.store.delete(&key))) {
            Ok(()) | Err(Told::Missing) => Ok(()),
            Err(why) => Err(self.failed("remove", below, why)),
        }
    }

    /// An object that is put there unless there is one. One that was left behind is taken over by whoever replaces it first.
    fn lock(&self) -> Result<Option<Box<dyn Lock + '_>>, StoreError> {
        let below = Path::new(LOCK);
        let key = self.key(below);
        let failed = |why| self.failed("lock", below, why);
        // What is ours is known by it even where the answer was lost.
        let token = format!("{:016x}", RandomState::new().hash_one(LOCK));
        let taken = match Self::put(self, &key, token.as_bytes(), PutMode::Create) {
            Err(Told::Exists | Told::Broken(_)) => match self.get(&key, None) {
                Ok(there) if there.bytes == token.as_bytes() => Ok(()),
                Ok(there) if self.is_left_behind(&there.meta).map_err(failed)? => {
                    Self::put(self, &key, token.as_bytes(), version(&there.meta))
                }
                Ok(_) | Err(Told::Missing) => Err(Told::Exists),
                Err(why) => Err(why),
            },
            done => done,
        };
        match taken {
            Ok(()) => Ok(Some(Box::new(Held(self)))),
            Err(Told::Exists | Told::Changed) => Ok(None),
            Err(why) => Err(failed(why)),
        }
    }

    /// Nothing: an object that is not whole is not there.
    fn sweep(&self) -> Result<usize, StoreError> {
        Ok(0)
    }
}

/// The lock while it is held.
struct Held<'a>(&'a Bucket);

impl Lock for Held<'_> {}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Where this fails, tidying waits until the lock counts as left behind.
        let _ = self.0.remove(Path::new(LOCK));
    }
}

/// An object of which the beginning was read.
struct Opened<'a> {
    bucket: &'a Bucket,
    key: Key,
    first: Vec<u8>,
    length: u64,
}

impl Parts for Opened<'_> {
    fn length(&self) -> u64 {
        self.length
    }

    fn read(&mut self, offset: u64, length: u64) -> Option<Vec<u8>> {
        let end = offset.checked_add(length).filter(|end| *end <= self.length)?;
        if length == 0 {
            return Some(Vec::new());
        }
        if let (Ok(from), Ok(to)) = (usize::try_from(offset), usize::try_from(end))
            && let Some(bytes) = self.first.get(from..to)
        {
            return Some(bytes.to_vec());
        }
        let bytes = self.bucket.get(&self.key, Some(GetRange::Bounded(offset..end))).ok()?.bytes;
        (bytes.len() as u64 == length).then_some(bytes)
    }
}
