//! The loopback listener that receives the browser's answer (RFC 8252 §7.3, §8.3, App. B).
//!
//! Nothing runs in the background: connections live in the [`Listener`] and move while
//! [`next_callback`](Listener::next_callback) or [`finish`](Listener::finish) is awaited. Dropping
//! the listener closes every socket at once and frees the port.

mod bind;
mod connection;
mod head;
mod page;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

pub use bind::{BindError, PortChoice};

use crate::callback::CallbackParameters;
use crate::redirect_uri::LoopbackHost;
use connection::{Received, Responding};
use head::{Rejection, Target};
use page::Page;

/// Connections that may be open at once; the oldest silent one gives way to a new one.
const MAX_CONNECTIONS: usize = 64;

/// How long [`Listener::finish`] waits for the browser to fetch the last page.
const FINISH_LIMIT: Duration = Duration::from_secs(2);

/// How long accepting rests after the system refused it.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What is to be done with an answer that reached the listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It belongs to no sign-in here: a neutral page, and the listener keeps waiting.
    NotOurs,
    /// It ends the sign-in, well so far: "You can close this tab".
    Accepted,
    /// It ends the sign-in badly: "Sign-in did not finish".
    Failed,
}

/// Listens on a loopback address for one authorization answer.
pub struct Listener {
    sockets: Vec<TcpListener>,
    redirect_uri: String,
    port: u16,
    route: Route,
    got_choice: bool,
    reading: Vec<Connection<Received>>,
    responding: Vec<Connection<()>>,
    outcome: Option<Page>,
    last_page_sent: bool,
}

/// What requests are measured against.
#[derive(Debug, Clone)]
struct Route {
    /// The one accepted `Host` value.
    authority: String,
    path: String,
}

struct Connection<T> {
    future: Pin<Box<dyn Future<Output = T> + Send>>,
    /// Marks the answer that shows the last page, after which the listener may go.
    is_last_page: bool,
}

impl Listener {
    /// Binds 127.0.0.1 (or `[::1]` where IPv4 is missing) without `SO_REUSEADDR`, and starts to
    /// listen. Bind **before** the sign-in begins and keep the listener until it ends; never close
    /// and bind again.
    ///
    /// `path` is where the answer comes to, unique per authorization server (see [`path_for`]).
    /// Must be called within a tokio runtime.
    ///
    /// Errors: [`BindError`].
    pub fn bind(choice: PortChoice, path: &str) -> Result<Self, BindError> {
        match Self::bind_host(choice, LoopbackHost::Ipv4, path) {
            Err(BindError::NoAddress) => Self::bind_host(choice, LoopbackHost::Ipv6, path),
            other => other,
        }
    }

    /// The same for a named host: `localhost` for servers that take nothing else, `[::1]` for a
    /// redirect URI that was registered so.
    ///
    /// Errors: [`BindError`].
    pub fn bind_host(
        choice: PortChoice,
        host: LoopbackHost,
        path: &str,
    ) -> Result<Self, BindError> {
        if !is_plain_path(path) {
            return Err(BindError::Path);
        }
        let bound = bind::bind(choice, host)?;
        let name = match host {
            LoopbackHost::Ipv4 => "127.0.0.1",
            LoopbackHost::Ipv6 => "[::1]",
            LoopbackHost::Localhost => "localhost",
        };
        let authority = format!("{name}:{}", bound.port);
        Ok(Self {
            sockets: bound.sockets,
            redirect_uri: format!("http://{authority}{path}"),
            port: bound.port,
            route: Route {
                authority,
                path: path.to_owned(),
            },
            got_choice: bound.got_choice,
            reading: Vec::new(),
            responding: Vec::new(),
            outcome: None,
            last_page_sent: false,
        })
    }

    /// The redirect URI to register and to send, with the bound port.
    pub fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    /// The bound port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// `false` when [`PortChoice::Prefer`] had to give way: the new port may not be registered, so
    /// say so or register it.
    pub fn has_preferred_port(&self) -> bool {
        self.got_choice
    }

    /// Waits for the answer that `judge` does not turn away, and returns it. Everything else that
    /// reaches the port is answered and forgotten.
    ///
    /// It waits without end: put a time limit around it. Dropping the future loses nothing; calling
    /// again goes on. After an answer, run [`finish`](Self::finish) beside the token exchange so
    /// that the browser gets its last page. Later calls never return.
    pub async fn next_callback(
        &mut self,
        judge: impl Fn(&CallbackParameters) -> Verdict + Send,
    ) -> CallbackParameters {
        poll_fn(|context| self.poll_callback(context, &judge)).await
    }

    /// Serves the last page until the browser has it, for at most 2 s, then closes the port.
    pub async fn finish(mut self) {
        let wait = poll_fn(|context| self.poll_last_page(context));
        // The limit is the ordinary end when a browser never asks for the page.
        let _ = tokio::time::timeout(FINISH_LIMIT, wait).await;
    }

    fn poll_callback(
        &mut self,
        context: &mut Context<'_>,
        judge: &dyn Fn(&CallbackParameters) -> Verdict,
    ) -> Poll<CallbackParameters> {
        loop {
            self.poll_responding(context);
            self.poll_accept(context);
            let Poll::Ready(received) = poll_any(&mut self.reading, context) else {
                return Poll::Pending;
            };
            if let Some(answer) = self.handle(received, judge, context) {
                return Poll::Ready(answer);
            }
        }
    }

    fn poll_last_page(&mut self, context: &mut Context<'_>) -> Poll<()> {
        loop {
            self.poll_responding(context);
            if self.last_page_sent || self.outcome.is_none() {
                return Poll::Ready(());
            }
            self.poll_accept(context);
            let Poll::Ready(received) = poll_any(&mut self.reading, context) else {
                return Poll::Pending;
            };
            self.handle(received, &|_| Verdict::NotOurs, context);
        }
    }

    fn poll_responding(&mut self, context: &mut Context<'_>) {
        let mut last_page_sent = false;
        self.responding.retain_mut(|connection| {
            let done = connection.future.as_mut().poll(context).is_ready();
            last_page_sent |= done && connection.is_last_page;
            !done
        });
        self.last_page_sent |= last_page_sent;
    }

    fn poll_accept(&mut self, context: &mut Context<'_>) {
        for socket in &self.sockets {
            // Bounded, so that a flood of connections cannot keep the loop here.
            for _ in 0..MAX_CONNECTIONS {
                let Poll::Ready(accepted) = socket.poll_accept(context) else {
                    break;
                };
                let Ok((stream, _)) = accepted else {
                    // Out of descriptors, most likely: try again a little later.
                    let mut pause: Responding = Box::pin(tokio::time::sleep(ACCEPT_PAUSE));
                    if pause.as_mut().poll(context).is_pending() {
                        self.responding.push(Connection {
                            future: pause,
                            is_last_page: false,
                        });
                    }
                    break;
                };
                if self.reading.len() >= MAX_CONNECTIONS {
                    self.reading.remove(0);
                }
                let future = Box::pin(connection::receive(stream));
                self.reading.push(Connection {
                    future,
                    is_last_page: false,
                });
            }
        }
    }

    /// Decides about one request; an answer that ends the sign-in comes back.
    fn handle(
        &mut self,
        received: Received,
        judge: &dyn Fn(&CallbackParameters) -> Verdict,
        context: &mut Context<'_>,
    ) -> Option<CallbackParameters> {
        let Received { stream, request } = received;
        let request = request?;
        let target = request.and_then(|head| head::route(&head, &self.route));
        let mut answer = None;
        let (response, is_last_page) = match target {
            Err(Rejection::Silent) => return None,
            Err(rejection) => (page::rejected(rejection), false),
            Ok(Target::LastPage(page)) => (page.response(), self.outcome == Some(page)),
            // A browser that delivers twice sees the same quiet page; nothing is judged again.
            Ok(Target::Callback(query)) => {
                if self.outcome.is_none() {
                    answer = judged(&query, judge);
                    self.outcome = answer.as_ref().map(|(last, _)| *last);
                }
                let response = self.outcome.map_or_else(page::neutral, page::to_last_page);
                (response, false)
            }
        };
        self.respond(stream, response, is_last_page, context);
        answer.map(|(_, parameters)| parameters)
    }

    fn respond(
        &mut self,
        stream: TcpStream,
        response: Vec<u8>,
        is_last_page: bool,
        context: &mut Context<'_>,
    ) {
        if self.responding.len() >= MAX_CONNECTIONS {
            self.responding.remove(0);
        }
        let future: Responding = Box::pin(connection::respond(stream, response));
        let mut connection = Connection {
            future,
            is_last_page,
        };
        // Polled at once, so that the page is on its way even if the caller takes its time.
        if connection.future.as_mut().poll(context).is_pending() {
            self.responding.push(connection);
        } else {
            self.last_page_sent |= is_last_page;
        }
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Listener")
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

/// A path that is the same at every sign-in with `issuer` and different for every other issuer, so
/// that answers of two servers can never be confused (RFC 8252 §8.10): `/callback/` and 16
/// characters.
pub fn path_for(issuer: &crate::issuer::Issuer) -> String {
    let digest = Sha256::digest(issuer.as_str().as_bytes());
    let (short, _) = digest.split_at(12);
    format!("/callback/{}", URL_SAFE_NO_PAD.encode(short))
}

/// A path that needs no encoding and is not one of the last pages.
fn is_plain_path(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= 200
        && path
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"/-._~".contains(&b))
        && !path.split('/').any(|part| part == "." || part == "..")
        && Page::at(path).is_none()
}

/// An answer that ends the sign-in, with the page that it leads to.
fn judged(
    query: &str,
    judge: &dyn Fn(&CallbackParameters) -> Verdict,
) -> Option<(Page, CallbackParameters)> {
    let parameters = CallbackParameters::parse(query).ok()?;
    let last = match judge(&parameters) {
        Verdict::NotOurs => return None,
        Verdict::Accepted => Page::Done,
        Verdict::Failed => Page::Stopped,
    };
    Some((last, parameters))
}

/// The first connection that has something to say; it is removed.
fn poll_any<T>(connections: &mut Vec<Connection<T>>, context: &mut Context<'_>) -> Poll<T> {
    let mut index = 0;
    while let Some(connection) = connections.get_mut(index) {
        if let Poll::Ready(value) = connection.future.as_mut().poll(context) {
            connections.remove(index);
            return Poll::Ready(value);
        }
        index += 1;
    }
    Poll::Pending
}

/// The end of a wait that began now.
fn deadline(limit: Duration) -> Instant {
    Instant::now() + limit
}

#[cfg(test)]
#[path = "loopback_tests.rs"]
mod tests;
