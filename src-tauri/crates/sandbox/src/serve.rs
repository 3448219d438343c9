//! The listener and its connections.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use crate::error::SandboxError;
use crate::misbehave::Dropped;
use crate::state::stopped;

/// The port that a sandbox tries first when nothing else is said.
const USUAL_PORT: u16 = 8417;
/// How long open connections may take to finish when the sandbox stops.
const STOP_GRACE: Duration = Duration::from_millis(500);

/// Binds the wanted port, else the kept one, else the usual one or any free one.
pub(crate) async fn listen(
    wanted: Option<u16>,
    kept: Option<u16>,
) -> Result<(TcpListener, u16), SandboxError> {
    let (first, second) = match wanted.or(kept) {
        Some(port) => (port, None),
        None => (USUAL_PORT, Some(0)),
    };
    let listener = match (TcpListener::bind(("127.0.0.1", first)).await, second) {
        (Ok(listener), _) => listener,
        (Err(_), Some(second)) => TcpListener::bind(("127.0.0.1", second))
            .await
            .map_err(SandboxError::Listen)?,
        (Err(error), None) if error.kind() == io::ErrorKind::AddrInUse => {
            return Err(SandboxError::PortInUse { port: first });
        }
        (Err(error), None) => return Err(SandboxError::Listen(error)),
    };
    let port = listener.local_addr().map_err(SandboxError::Listen)?.port();
    Ok((listener, port))
}

/// Accepts until the sandbox stops, then lets open requests finish for a moment.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    mut stopping: watch::Receiver<bool>,
) {
    let for_connections = stopping.clone();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stopped(&mut stopping) => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(serve_connection(stream, router.clone(), for_connections.clone()));
                }
                // Out of file descriptors, most likely: wait until some connection has gone.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
    drop(listener);
    let finish = async { while connections.join_next().await.is_some() {} };
    // What has not finished by then is aborted when the set is dropped.
    let _ = tokio::time::timeout(STOP_GRACE, finish).await;
}

/// Our own loop instead of `axum::serve`, because a lost answer needs a service that can fail:
/// hyper then closes the connection without a word.
async fn serve_connection(stream: TcpStream, router: Router, mut stopping: watch::Receiver<bool>) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let answer: Result<_, Infallible> = router.oneshot(request.map(Body::new)).await;
            match answer {
                Ok(response) if response.extensions().get::<Dropped>().is_some() => {
                    Err(io::Error::other("dropped on purpose"))
                }
                Ok(response) => Ok(response),
                Err(never) => match never {},
            }
        }
    });
    let _ = stream.set_nodelay(true);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(30))
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(connection);
    tokio::select! {
        // The peer's errors are the peer's affair.
        _ = connection.as_mut() => return,
        () = stopped(&mut stopping) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
