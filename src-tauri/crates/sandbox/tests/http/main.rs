//! The sandbox as a client sees it: over real HTTP on a loopback port.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod consent;
mod documentation;
mod faults;
mod gateway;
mod portal;
mod refresh;
mod registration;
mod request_ids;
mod sockets;
mod storage;
mod support;
mod tokens;
