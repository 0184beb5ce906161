//! The remote protocol on a TCP port.
//!
//! One client at a time: a second one is accepted by the operating system and waits until the first has gone. Nothing
//! that a client sends, or does not send, ends the server or grows its memory. It listens on the loopback interface
//! unless told otherwise, because the protocol knows no passwords.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::debug::blackmagic::session::Session;
use crate::host::Board;

/// Where and how to listen.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether other machines may connect.
    pub allow_remote: bool,
    /// The level of the protocol that is claimed, 1 to 4. With 1, probe-rs asks least.
    pub level: u8,
}

impl Options {
    /// A free port of the loopback interface.
    #[must_use]
    pub fn loopback() -> Self {
        Self { listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), allow_remote: false, level: 1 }
    }
}

/// Why there is no server.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Other machines could connect.
    #[error("{0} can be reached from other machines, and whoever connects controls the board; allow it explicitly")]
    Remote(SocketAddr),
    /// The operating system refused.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    /// The connection that is served, so that it can be cut.
    client: Mutex<Option<TcpStream>>,
}

impl Shared {
    fn client(&self) -> MutexGuard<'_, Option<TcpStream>> {
        self.client.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// Starts to serve `board`.
    ///
    /// # Errors
    /// When the address is not a loopback address and that is not allowed, or cannot be listened on.
    pub fn start(board: Board, options: Options) -> Result<Self, ServerError> {
        if !options.listen.ip().is_loopback() && !options.allow_remote {
            return Err(ServerError::Remote(options.listen));
        }
        let failed = |source| ServerError::Listen { address: options.listen, source };
        let listener = TcpListener::bind(options.listen).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared::default());
        let thread = {
            let shared = Arc::clone(&shared);
            let name = "debug server".to_owned();
            let serve = move || accept(&listener, &board, options.level, &shared);
            std::thread::Builder::new().name(name).spawn(serve).map_err(failed)?
        };
        Ok(Self { address, shared, thread: Some(thread) })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How probe-rs is told to use it: the address of a Black Magic probe, and where this one listens.
    #[must_use]
    pub fn selector(&self) -> String {
        format!("1d50:6018:{}", self.reachable())
    }

    /// An address of this machine at which the server answers.
    fn reachable(&self) -> SocketAddr {
        let ip = match self.address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
            ip => ip,
        };
        SocketAddr::new(ip, self.address.port())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::SeqCst);
        if let Some(client) = self.shared.client().as_ref() {
            // It may be gone already.
            let _gone = client.shutdown(Shutdown::Both);
        }
        // Ends a wait for the next client. Without a connection the thread waits for one, so it is not joined then.
        let woken = TcpStream::connect(self.reachable()).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            let _panicked = thread.join();
        }
    }
}

fn accept(listener: &TcpListener, board: &Board, level: u8, shared: &Shared) {
    for client in listener.incoming() {
        if shared.stop.load(Ordering::SeqCst) {
            return;
        }
        // A client that is gone before it is served is not the server's problem.
        let Ok(client) = client else { continue };
        let Ok(handle) = client.try_clone() else { continue };
        *shared.client() = Some(handle);
        // The stop may have come before the connection could be cut.
        if !shared.stop.load(Ordering::SeqCst) {
            serve(client, board, level);
        }
        *shared.client() = None;
    }
}

/// Serves until the client goes or the connection is cut.
fn serve(mut client: TcpStream, board: &Board, level: u8) {
    // Answers are short and the client waits for each.
    let _unsupported = client.set_nodelay(true);
    let mut session = Session::new(level);
    let mut input = [0; 2048];
    let mut out = Vec::new();
    loop {
        match client.read(&mut input) {
            Ok(0) => return,
            Ok(len) => {
                out.clear();
                session.feed(input.get(..len).unwrap_or_default(), board, &mut out);
                if client.write_all(&out).is_err() {
                    return;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return,
        }
    }
}
