//! A wire to the test server of `PostgreSQL`, on which it can be taken away from one test without being touched.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

/// What becomes of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wire {
    /// They pass.
    Whole,
    /// Connections are accepted, and nothing ever comes back: a black hole.
    Silent,
    /// Connections are closed, those that were open and each new one.
    Cut,
    /// Nobody listens.
    Refused,
    /// The word of a commit reaches the server; its answer never comes back.
    CommitUnanswered,
}

/// What ends a transaction of the service; the settings of a connection hold the word alone.
const COMMIT: &[u8] = b"; commit";

/// A wire that lasts as long as this value.
pub(crate) struct Line {
    /// The address of the database, through the wire.
    pub(crate) url: String,
    here: SocketAddr,
    state: watch::Sender<Wire>,
}

impl Line {
    /// A wire to the database of that address, whole at first or not.
    pub(crate) async fn to(database: &str, state: Wire) -> Self {
        let mut url: Url = database.parse().unwrap();
        let server = (url.host_str().unwrap().to_owned(), url.port().unwrap_or(5432));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let here = listener.local_addr().unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(here.port())).unwrap();
        let (state, seen) = watch::channel(state);
        tokio::spawn(listen(listener, here, server, seen));
        Self { url: url.into(), here, state }
    }

    /// From now on the wire is like that.
    pub(crate) async fn becomes(&self, state: Wire) {
        self.state.send_replace(state);
        while TcpStream::connect(self.here).await.is_err() != (state == Wire::Refused) {
            tokio::task::yield_now().await;
        }
    }
}

async fn listen(first: TcpListener, here: SocketAddr, server: (String, u16), mut state: watch::Receiver<Wire>) {
    let mut listener = Some(first);
    loop {
        if *state.borrow_and_update() == Wire::Refused {
            drop(listener.take());
            if state.wait_for(|state| *state != Wire::Refused).await.is_err() {
                return;
            }
        }
        let open = match listener.take() {
            Some(open) => open,
            None => TcpListener::bind(here).await.unwrap(),
        };
        tokio::select! {
            accepted = open.accept() => {
                tokio::spawn(carry(accepted.unwrap().0, server.clone(), state.clone()));
            }
            changed = state.changed() => if changed.is_err() { return },
        }
        listener = Some(open);
    }
}

/// One connection, until either end or the wire gives up.
async fn carry(client: TcpStream, server: (String, u16), mut state: watch::Receiver<Wire>) {
    let gone = |state: &Wire| matches!(state, Wire::Cut | Wire::Refused);
    if gone(&state.borrow()) {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let committing = Arc::new(AtomicBool::new(false));
    let heard = committing.clone();
    let up = pump(from_client, to_server, state.clone(), move |state, bytes| {
        if state == Wire::CommitUnanswered && bytes.windows(COMMIT.len()).any(|part| part == COMMIT) {
            heard.store(true, Ordering::SeqCst);
        }
        state != Wire::Silent
    });
    let down = pump(from_server, to_client, state.clone(), move |state, _| {
        state != Wire::Silent && !committing.load(Ordering::SeqCst)
    });
    tokio::select! {
        _ = up => {}
        _ = down => {}
        _ = state.wait_for(gone) => {}
    }
}

/// Carries bytes one way while they may pass; bytes that may not are lost, and the connection with them once the wire is
/// whole again.
async fn pump(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<Wire>,
    passes: impl Fn(Wire, &[u8]) -> bool,
) -> io::Result<()> {
    let mut bytes = vec![0; 16 * 1_024];
    loop {
        let read = from.read(&mut bytes).await?;
        if read == 0 {
            return Ok(());
        }
        let now = *state.borrow();
        if !passes(now, &bytes[..read]) {
            let mended = state.wait_for(|state| *state == Wire::Whole).await.is_ok();
            return if mended { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) };
        }
        to.write_all(&bytes[..read]).await?;
    }
}
