//! Listens and serves: the sockets of the house, and nothing of what is said over them.
//!
//! `axum::serve` lets a client dribble its headers for ever, keeps no count of connections and leaves Nagle's delay on;
//! each of these would be heard as silence on the telephone. Here a connection has a deadline for its headers (the same
//! deadline closes an idle one, so a proxy in front must keep its own idle connections a shorter time), there is a cap
//! beyond which callers wait in the kernel's queue, and a stop finishes the requests that are running.
//!
//! Never here: the deadline and the size of a body, which [`super::signed`] bounds, and what a failed webhook answers.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::Response;
use futures_util::FutureExt;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout};
use tower::ServiceExt;

/// What one listener bears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at once; further ones wait unaccepted.
    pub connections: usize,
    /// How long the headers of a request may take to arrive, and how long a connection may stay idle.
    pub header_read: Duration,
    /// How long running requests may take once the stop was asked for.
    pub grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections: 2_048, header_read: Duration::from_secs(5), grace: Duration::from_secs(9) }
    }
}

/// How a listener ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopped {
    /// Connections cut because their request was not finished within the grace.
    pub cut: usize,
}

/// Serves `router` until `stop` is ready: then lets in those who knocked before, nobody after, finishes the running
/// requests, and returns.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) -> Stopped {
    let connections = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let (stream, peer, permit) = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &connections) => accepted,
        };
        let router = router.clone();
        tokio::spawn(converse(stream, peer, router, limits, graceful.watcher(), permit));
    }
    for (stream, peer) in knocking(listener) {
        let permit = connections.clone().try_acquire_owned().ok();
        tokio::spawn(converse(stream, peer, router.clone(), limits, graceful.watcher(), permit));
    }
    let watched = limits.connections - connections.available_permits().min(limits.connections);
    tracing::info!(connections = watched, "stopping: running requests are finished first");
    if timeout(limits.grace, graceful.shutdown()).await.is_ok() {
        return Stopped { cut: 0 };
    }
    Stopped { cut: limits.connections - connections.available_permits().min(limits.connections) }
}

/// Ready when the operating system asks for a stop: SIGTERM (a service manager) or SIGINT (the keyboard).
pub async fn stop_signal() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

/// The next connection, once there is room for one.
async fn accept(
    listener: &TcpListener,
    connections: &Arc<Semaphore>,
) -> (TcpStream, SocketAddr, Option<OwnedSemaphorePermit>) {
    let permit = connections.clone().acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, permit),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // No file descriptor left: trying again at once would only burn the processor.
                tracing::error!(%error, "no connection can be accepted");
                sleep_until(Instant::now() + Duration::from_millis(200)).await;
            }
        }
    }
}

/// Those whom the kernel let in already: closing the listener would hang up on them, and one may carry a webhook.
fn knocking(listener: TcpListener) -> Vec<(TcpStream, SocketAddr)> {
    let Ok(listener) = listener.into_std() else { return Vec::new() };
    let accepted = std::iter::from_fn(|| listener.accept().ok());
    accepted
        .filter_map(|(stream, peer)| {
            stream.set_nonblocking(true).ok()?;
            Some((TcpStream::from_std(stream).ok()?, peer))
        })
        .collect()
}

/// Whether an error of accept concerns the connection that was being accepted, not the listener.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionRefused | ConnectionAborted | ConnectionReset)
}

/// One connection, from its first request to its last.
async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    limits: Limits,
    watcher: Watcher,
    _permit: Option<OwnedSemaphorePermit>,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps the delay of Nagle");
    }
    let service = hyper::service::service_fn(move |request: Request<Incoming>| answer(router.clone(), peer, request));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.header_read);
    // hyper hangs up at a stop on whoever it has read nothing from, though her webhook is on its way: it is told of the
    // stop only once it has read something.
    if !matches!(timeout(limits.header_read, stream.peek(&mut [0])).await, Ok(Ok(1))) {
        return;
    }
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    if (&mut connection).now_or_never().is_some() {
        return;
    }
    if let Err(error) = watcher.watch(connection).await {
        // A client that leaves or dawdles is its own affair; only the number of such lines would matter.
        tracing::debug!(%error, "a connection ended early");
    }
}

/// One request, with the peer's address for whoever limits by it.
async fn answer(router: Router, peer: SocketAddr, request: Request<Incoming>) -> Result<Response, Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(peer));
    router.oneshot(request).await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::{Notify, oneshot};
    use tokio::task::JoinHandle;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: ligne\r\nConnection: close\r\n\r\n";

    struct Running {
        address: SocketAddr,
        stop: oneshot::Sender<()>,
        ended: JoinHandle<Stopped>,
    }

    async fn start(router: Router, limits: Limits) -> Running {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, asked) = oneshot::channel::<()>();
        let ended = tokio::spawn(async move { serve(listener, router, limits, async { drop(asked.await) }).await });
        Running { address, stop, ended }
    }

    async fn send(address: SocketAddr, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    async fn hear(mut stream: TcpStream) -> String {
        let mut answer = Vec::new();
        // A reset after the answer is as good an end as a closed connection.
        drop(stream.read_to_end(&mut answer).await);
        String::from_utf8(answer).unwrap()
    }

    fn hello() -> Router {
        Router::new().route("/", get(async || "bonjour"))
    }

    /// A route that says when it was entered and waits to be let go.
    fn slow(entered: &Arc<Notify>, go: &Arc<Notify>) -> Router {
        let (entered, go) = (entered.clone(), go.clone());
        let handler = async move || {
            entered.notify_one();
            go.notified().await;
            "bonjour"
        };
        Router::new().route("/", get(handler))
    }

    #[tokio::test]
    async fn clients_that_dribble_their_headers_lose_their_place_to_a_caller() {
        let limits = Limits { connections: 2, header_read: Duration::from_millis(100), ..Limits::default() };
        let running = start(hello(), limits).await;
        let first = send(running.address, b"GET / HTTP/1.1\r\nHost: lig").await;
        let second = send(running.address, b"POST / HT").await;
        let caller = hear(send(running.address, REQUEST).await).await;
        assert!(caller.starts_with("HTTP/1.1 200 OK") && caller.ends_with("bonjour"), "{caller}");
        assert!(!hear(first).await.contains("200") && !hear(second).await.contains("200"));
        running.stop.send(()).unwrap();
        assert_eq!(running.ended.await.unwrap(), Stopped { cut: 0 });
    }

    #[tokio::test]
    async fn a_request_running_at_the_stop_is_finished_and_no_new_one_is_accepted() {
        let (entered, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let running = start(slow(&entered, &go), Limits::default()).await;
        let call = send(running.address, REQUEST).await;
        entered.notified().await;
        running.stop.send(()).unwrap();
        while TcpStream::connect(running.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        go.notify_one();
        let heard = hear(call).await;
        assert!(heard.starts_with("HTTP/1.1 200 OK") && heard.ends_with("bonjour"), "{heard}");
        assert_eq!(running.ended.await.unwrap(), Stopped { cut: 0 });
    }

    #[tokio::test]
    async fn a_caller_who_is_connected_at_the_stop_is_answered_though_she_speaks_after_it() {
        let running = start(hello(), Limits::default()).await;
        let mut call = TcpStream::connect(running.address).await.unwrap();
        running.stop.send(()).unwrap();
        while TcpStream::connect(running.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        call.write_all(REQUEST).await.unwrap();
        let heard = hear(call).await;
        assert!(heard.starts_with("HTTP/1.1 200 OK") && heard.ends_with("bonjour"), "{heard}");
        assert_eq!(running.ended.await.unwrap(), Stopped { cut: 0 });
    }

    #[tokio::test]
    async fn a_request_that_never_ends_does_not_hold_the_stop() {
        let (entered, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let limits = Limits { grace: Duration::from_millis(100), ..Limits::default() };
        let running = start(slow(&entered, &go), limits).await;
        let _call = send(running.address, REQUEST).await;
        entered.notified().await;
        running.stop.send(()).unwrap();
        assert_eq!(running.ended.await.unwrap(), Stopped { cut: 1 });
    }

    #[tokio::test]
    async fn an_idle_connection_does_not_hold_the_stop() {
        let running = start(hello(), Limits::default()).await;
        let mut idle = send(running.address, b"GET / HTTP/1.1\r\nHost: ligne\r\n\r\n").await;
        let mut start_of_answer = [0; 15];
        idle.read_exact(&mut start_of_answer).await.unwrap();
        running.stop.send(()).unwrap();
        assert_eq!(running.ended.await.unwrap(), Stopped { cut: 0 });
    }

    #[tokio::test]
    async fn a_route_learns_the_address_of_its_peer() {
        let router = Router::new().route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()));
        let running = start(router, Limits::default()).await;
        let call = send(running.address, REQUEST).await;
        let own = call.local_addr().unwrap().to_string();
        assert!(hear(call).await.ends_with(&own));
    }
}
