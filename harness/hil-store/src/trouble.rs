//! What can go wrong between the archive and an object store. Each message says what to do, and none holds a credential.

/// Why a request to an object store failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// There is no bucket of that name.
    #[error("there is no such bucket; create it, or check its name, AWS_REGION and AWS_ENDPOINT_URL")]
    NoBucket,
    /// The server knows who asks, and does not let them; or it does not know them.
    #[error(
        "access denied ({code}); check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, and that they may list the \
         bucket and get, put and delete its objects"
    )]
    Denied {
        /// The server's word for it.
        code: String,
    },
    /// Nothing says who asks.
    #[error("no credentials were found; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")]
    NoCredentials,
    /// The bucket is in another region.
    #[error("the bucket is in another region{}; set AWS_REGION to that of the bucket", named(region.as_deref()))]
    Region {
        /// Which, where the server says it.
        region: Option<String>,
    },
    /// Nobody answers there, or the connection broke.
    #[error("the server cannot be reached: {cause}; check AWS_ENDPOINT_URL and the network")]
    Unreachable {
        /// What the system says.
        cause: String,
    },
    /// There was no answer in time.
    #[error("no answer within {seconds} s; check AWS_ENDPOINT_URL and the network")]
    Slow {
        /// The time that it had.
        seconds: u64,
    },
    /// The server does not know conditional writes.
    #[error(
        "the server does not implement conditional writes (If-None-Match, If-Match), which keep writers apart; use one that does"
    )]
    Unconditional,
    /// The server could not, although it was asked again.
    #[error("the server answers {code}; try again later")]
    Server {
        /// Its word for it, or its status.
        code: String,
    },
    /// What came back is not what an S3-compatible server says.
    #[error("the answer cannot be understood: {why}; check that AWS_ENDPOINT_URL is that of an S3-compatible server")]
    Answer {
        /// What is wrong with it.
        why: String,
    },
    /// What the environment says of the server contradicts itself.
    #[error("the environment describes no server: {why}; check the variables AWS_*")]
    Settings {
        /// What is wrong.
        why: String,
    },
}

fn named(region: Option<&str>) -> String {
    region.map_or_else(String::new, |region| format!(", {region}"))
}
