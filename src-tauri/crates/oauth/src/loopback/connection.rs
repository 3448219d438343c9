//! One connection: read one head, write one answer, close.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use socket2::SockRef;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout_at;
use zeroize::Zeroize as _;

use super::deadline;
use super::head::{self, Head, MAX_HEAD_BYTES, Rejection};

/// How long a connection may take to send its head.
const READ_LIMIT: Duration = Duration::from_secs(5);

/// How long the browser is given to take the answer and close.
const CLOSE_LIMIT: Duration = Duration::from_secs(1);

/// The most bytes that are read and thrown away after an early answer.
const DRAIN_LIMIT: usize = 4 * 1024 * 1024;

pub(super) type Responding = Pin<Box<dyn Future<Output = ()> + Send>>;

/// What came over a connection.
pub(super) struct Received {
    pub(super) stream: TcpStream,
    /// `None` when it closed or stayed silent: nothing to answer.
    pub(super) request: Option<Result<Head, Rejection>>,
}

/// Reads one request head, for at most 5 s.
pub(super) async fn receive(mut stream: TcpStream) -> Received {
    // No TIME_WAIT may remain on the port, or it could not be bound again for a minute: the browser
    // closes first, and if it does not, the connection is reset.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    let mut bytes = Vec::with_capacity(2048);
    let request = timeout_at(deadline(READ_LIMIT), read_head(&mut stream, &mut bytes)).await;
    // The head holds the code.
    bytes.zeroize();
    Received {
        stream,
        request: request.unwrap_or(None),
    }
}

async fn read_head(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<Result<Head, Rejection>> {
    loop {
        if let Some(length) = head::head_length(bytes) {
            let (head, _) = bytes.split_at_checked(length)?;
            return Some(head::parse(head));
        }
        if bytes.len() >= MAX_HEAD_BYTES {
            return Some(Err(Rejection::TooLarge));
        }
        if !head::may_be_http(bytes) {
            return Some(Err(Rejection::Silent));
        }
        let room = MAX_HEAD_BYTES - bytes.len();
        let mut chunk = [0_u8; 2048];
        let part = chunk.get_mut(..room.min(2048))?;
        let count = stream.read(part).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(part.get(..count)?);
        chunk.zeroize();
    }
}

/// Writes an answer and waits, for at most 1 s, until the other side has closed.
pub(super) async fn respond(mut stream: TcpStream, response: Vec<u8>) {
    let exchange = async {
        if stream.write_all(&response).await.is_err() {
            return;
        }
        let mut waste = [0_u8; 8192];
        let mut drained = 0_usize;
        while let Ok(count) = stream.read(&mut waste).await {
            drained += count;
            if count == 0 || drained > DRAIN_LIMIT {
                break;
            }
        }
        waste.zeroize();
    };
    let _ = timeout_at(deadline(CLOSE_LIMIT), exchange).await;
}
