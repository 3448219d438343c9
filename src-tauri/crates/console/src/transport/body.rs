//! Reads a response's body: decoded, counted on both sides of the decoder, and capped.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use futures_util::StreamExt as _;
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    time::{Instant, timeout_at},
};
use tokio_util::io::StreamReader;

use crate::BodyEnd;

/// The codings that are understood, as `Accept-Encoding` names them.
pub(super) const ACCEPT_ENCODING: &str = "gzip, deflate, br, zstd";

/// A server that wraps a body more often than this has no good in mind.
const MAX_CODINGS: usize = 4;
const READ: usize = 16 * 1024;

/// A body as far as it was read.
pub(super) struct ReadBody {
    pub(super) bytes: Vec<u8>,
    pub(super) end: BodyEnd,
    pub(super) size_on_wire: u64,
    pub(super) size_decoded: u64,
}

/// Reads until the end, `limit` decoded bytes, or `deadline`.
pub(super) async fn read(response: reqwest::Response, limit: usize, deadline: Instant) -> ReadBody {
    let codings = codings(&response);
    let announced = response
        .content_length()
        .and_then(|len| usize::try_from(len).ok());
    let wire = Arc::new(Wire::default());
    let chunks = Box::pin(response.bytes_stream().map({
        let wire = Arc::clone(&wire);
        move |chunk| {
            if let Ok(chunk) = &chunk {
                wire.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
            } else {
                wire.broken.store(true, Ordering::Relaxed);
            }
            chunk.map_err(|_| io::Error::from(io::ErrorKind::ConnectionAborted))
        }
    }));
    let reader = decoder(Box::pin(StreamReader::new(chunks)), &codings, deadline).await;
    let most = limit as u64 + 1;
    let mut reader = reader.take(most);
    let mut bytes = Vec::with_capacity(announced.unwrap_or(READ).min(limit).min(1 << 20));
    let end = loop {
        bytes.reserve(READ);
        match timeout_at(deadline, reader.read_buf(&mut bytes)).await {
            Err(_) => break BodyEnd::TimedOut,
            Ok(Ok(0)) => break BodyEnd::Complete,
            Ok(Ok(_)) if bytes.len() > limit => break BodyEnd::CutAtLimit,
            Ok(Ok(_)) => {}
            Ok(Err(_)) if wire.broken.load(Ordering::Relaxed) => break BodyEnd::ConnectionLost,
            // An answer to HEAD names a coding and has no body at all.
            Ok(Err(_)) if wire.bytes.load(Ordering::Relaxed) == 0 => break BodyEnd::Complete,
            Ok(Err(_)) => break BodyEnd::BadEncoding,
        }
    };
    let size_decoded = bytes.len() as u64;
    bytes.truncate(limit);
    ReadBody {
        bytes,
        end,
        size_on_wire: wire.bytes.load(Ordering::Relaxed),
        size_decoded,
    }
}

#[derive(Default)]
struct Wire {
    bytes: AtomicU64,
    broken: AtomicBool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Coding {
    Gzip,
    Deflate,
    Brotli,
    Zstd,
}

/// The codings in the order in which they are to be undone (RFC 9110 §8.4). Empty when one of
/// them is not known: then the body is shown as it came.
fn codings(response: &reqwest::Response) -> Vec<Coding> {
    let values = response.headers().get_all(http::header::CONTENT_ENCODING);
    let mut codings = Vec::new();
    for name in values
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','))
    {
        codings.push(match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Coding::Gzip,
            "deflate" => Coding::Deflate,
            "br" => Coding::Brotli,
            "zstd" => Coding::Zstd,
            "" | "identity" => continue,
            _ => return Vec::new(),
        });
    }
    if codings.len() > MAX_CODINGS {
        return Vec::new();
    }
    codings.reverse();
    codings
}

type Reader = Pin<Box<dyn AsyncBufRead + Send>>;

async fn decoder(mut reader: Reader, codings: &[Coding], deadline: Instant) -> Reader {
    for coding in codings {
        reader = match coding {
            Coding::Gzip => {
                let mut decoder = GzipDecoder::new(reader);
                // RFC 1952 §2.2: a file is a series of members.
                decoder.multiple_members(true);
                buffered(decoder)
            }
            Coding::Brotli => buffered(BrotliDecoder::new(reader)),
            Coding::Zstd => buffered(ZstdDecoder::new(reader)),
            Coding::Deflate => {
                // RFC 9110 §8.4.1.2 means zlib; some servers send the bare format.
                let first = timeout_at(deadline, reader.fill_buf()).await;
                let zlib = !matches!(first, Ok(Ok([byte, ..])) if byte & 0x0f != 8);
                if zlib {
                    buffered(ZlibDecoder::new(reader))
                } else {
                    buffered(DeflateDecoder::new(reader))
                }
            }
        };
    }
    reader
}

fn buffered(decoder: impl AsyncRead + Send + 'static) -> Reader {
    Box::pin(BufReader::with_capacity(READ, decoder))
}
