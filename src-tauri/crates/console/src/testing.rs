//! Servers for tests: exact bytes on the wire, and a record of what arrived.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
    sync::Notify,
};

/// What a server does with one request.
pub(crate) enum Reply {
    /// Writes and waits for the next request on the connection.
    Send(Vec<u8>),
    /// Writes and closes the connection.
    SendAndClose(Vec<u8>),
    /// Writes and then neither writes nor closes.
    SendAndHang(Vec<u8>),
}

impl Reply {
    /// A complete answer with these header lines and this body.
    pub(crate) fn answer(status: &str, headers: &str, body: &[u8]) -> Self {
        let mut bytes = format!(
            "HTTP/1.1 {status}\r\n{headers}content-length: {}\r\n\r\n",
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        Self::Send(bytes)
    }
}

/// A server on a free port of this computer.
#[derive(Clone, Default)]
pub(crate) struct Server {
    address: Option<SocketAddr>,
    requests: Arc<Mutex<Vec<String>>>,
    connections: Arc<AtomicUsize>,
    /// Told when a reply was written.
    pub(crate) replied: Arc<Notify>,
}

impl Server {
    pub(crate) async fn start(reply: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let server = Self {
            address: listener.local_addr().ok(),
            ..Self::default()
        };
        let (running, reply) = (server.clone(), Arc::new(reply));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                running.connections.fetch_add(1, Ordering::Relaxed);
                let (running, reply) = (running.clone(), Arc::clone(&reply));
                tokio::spawn(async move { running.serve(stream, &*reply).await });
            }
        });
        server
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address.expect("started")
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    /// Requests so far: head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().expect("no panic in a server").clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }

    pub(crate) async fn serve(
        &self,
        mut stream: impl AsyncRead + AsyncWrite + Unpin,
        reply: &(dyn Fn(&str) -> Reply + Send + Sync),
    ) {
        while let Some(request) = read_request(&mut stream).await {
            let reply = reply(&request);
            self.requests
                .lock()
                .expect("no panic in a server")
                .push(request);
            let (Reply::Send(bytes) | Reply::SendAndClose(bytes) | Reply::SendAndHang(bytes)) =
                &reply;
            let written = stream.write_all(bytes).await.is_ok() && stream.flush().await.is_ok();
            self.replied.notify_one();
            match reply {
                Reply::Send(_) if written => {}
                Reply::SendAndHang(_) => std::future::pending().await,
                _ => break,
            }
        }
        let _ = stream.shutdown().await;
    }
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(at) = bytes.windows(4).position(|part| part == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.parse().expect("a number"));
    while bytes.len() < head + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}
