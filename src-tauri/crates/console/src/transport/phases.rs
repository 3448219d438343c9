//! Marks the moments of one request: name resolved, TLS begun, connected, body taken, headers in.
//!
//! The client gives its resolver, its connector and its TLS sessions no way to know which request
//! they work for. They are polled inside that request's own task, though, so a task-local carries
//! the marks to them.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;

use crate::{RequestId, Timing, failure::NameNotResolved};

tokio::task_local! {
    static MARKS: SharedMarks;
}

/// The moments of one request, shared between its parts.
#[derive(Clone, Default)]
pub(super) struct SharedMarks(Arc<Mutex<Marks>>);

#[derive(Default)]
pub(super) struct Marks {
    connecting: bool,
    resolved: Option<Instant>,
    tls_begun: Option<Instant>,
    connected: Option<Instant>,
    body_taken: Option<Instant>,
    /// When the response's headers were there.
    pub(super) answered: Option<Instant>,
    /// From those headers.
    pub(super) request_id: Option<RequestId>,
    /// Of a handshake that was made for this request.
    pub(super) tls_version: Option<&'static str>,
}

impl SharedMarks {
    /// Runs `work` so that resolver, connector and TLS find these marks.
    pub(super) async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        MARKS.scope(self.clone(), work).await
    }

    /// The marks of the request that is being polled, if any.
    fn current() -> Option<Self> {
        MARKS.try_with(Self::clone).ok()
    }

    /// Ends at `limit` if a connection is being made then; never otherwise.
    pub(super) async fn not_connected_by(&self, limit: Instant) {
        tokio::time::sleep_until(limit).await;
        let is_connecting = {
            let marks = self.lock();
            marks.connecting && marks.connected.is_none() && marks.answered.is_none()
        };
        if !is_connecting {
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Marks> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Turns moments into phases that follow each other without gaps.
    pub(super) fn timing(&self, started: Instant, ended: Instant) -> Timing {
        let marks = self.lock();
        let between = |from: Instant, to: Instant| to.saturating_duration_since(from);
        let connect_begun = marks.resolved.unwrap_or(started);
        let connect_ended = marks.tls_begun.or(marks.connected);
        let ready = marks.connected.unwrap_or(started);
        let sent = marks.body_taken.filter(|taken| *taken >= ready);
        Timing {
            total: between(started, ended),
            reused: !marks.connecting && marks.answered.is_some(),
            dns: marks.resolved.map(|resolved| between(started, resolved)),
            connect: connect_ended.map(|ended| between(connect_begun, ended)),
            tls: marks
                .tls_begun
                .zip(marks.connected)
                .map(|(from, to)| between(from, to)),
            send: sent.map(|taken| between(ready, taken)),
            waiting: marks
                .answered
                .map(|answered| between(sent.unwrap_or(ready), answered)),
            download: marks.answered.map(|answered| between(answered, ended)),
        }
    }
}

/// Notes that a TLS handshake begins: called when the first message is made.
pub(super) fn tls_begins() {
    if let Some(marks) = SharedMarks::current() {
        marks.lock().tls_begun.get_or_insert_with(Instant::now);
    }
}

/// Notes the version that the server chose.
pub(super) fn tls_version_is(version: &'static str) {
    if let Some(marks) = SharedMarks::current() {
        marks.lock().tls_version = Some(version);
    }
}

/// Looks names up as the system does, and marks when it is done.
pub(super) struct TimedResolver;

impl Resolve for TimedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        Box::pin(async move {
            // Port 0 means: the one of the URL.
            let found = tokio::net::lookup_host((host.as_str(), 0)).await;
            let addresses: Vec<_> = found.map(Iterator::collect).unwrap_or_default();
            if addresses.is_empty() {
                return Err(NameNotResolved { host }.into());
            }
            if let Some(marks) = SharedMarks::current() {
                marks.lock().resolved = Some(Instant::now());
            }
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

/// Marks begin and end of connecting. Wraps the client's connector.
#[derive(Clone)]
pub(super) struct TimedConnector<S = ()>(S);

impl TimedConnector {
    pub(super) const LAYER: Self = Self(());
}

impl<S> Layer<S> for TimedConnector {
    type Service = TimedConnector<S>;

    fn layer(&self, inner: S) -> Self::Service {
        TimedConnector(inner)
    }
}

impl<S, R> Service<R> for TimedConnector<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
    S::Response: 'static,
    S::Error: 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let connecting = self.0.call(request);
        let Some(marks) = SharedMarks::current() else {
            return Box::pin(connecting);
        };
        {
            let mut marks = marks.lock();
            // A second call means that the first connection was of no use.
            (marks.resolved, marks.tls_begun, marks.connected) = (None, None, None);
            marks.connecting = true;
        }
        Box::pin(async move {
            // The client may finish a connection in a task of its own.
            let result = marks.during(connecting).await;
            let mut marks = marks.lock();
            // One that is ready only after the answer was made for the pool, not for this request.
            if result.is_ok() && marks.answered.is_none() {
                marks.connected = Some(Instant::now());
            }
            result
        })
    }
}

/// A request body that marks when the connection has taken the last of it.
pub(super) struct TimedBody {
    rest: Bytes,
    marks: SharedMarks,
}

/// Small enough that taking it says something of how fast the connection takes.
const CHUNK: usize = 64 * 1024;

impl TimedBody {
    pub(super) fn new(bytes: Bytes, marks: SharedMarks) -> Self {
        Self { rest: bytes, marks }
    }
}

impl Body for TimedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let len = self.rest.len().min(CHUNK);
        let chunk = self.rest.split_to(len);
        if self.rest.is_empty() {
            self.marks.lock().body_taken = Some(Instant::now());
        }
        Poll::Ready(Some(Ok(Frame::data(chunk))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}

/// The deadline that `limit` sets, counted from now.
pub(super) fn deadline(limit: Duration) -> Instant {
    let now = Instant::now();
    // A limit beyond what the clock can count is no limit; a day is none either.
    now.checked_add(limit)
        .unwrap_or(now + Duration::from_hours(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_follow_each_other_without_gaps() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let marks = SharedMarks::default();
        {
            let mut marks = marks.lock();
            marks.connecting = true;
            marks.resolved = Some(at(3));
            marks.tls_begun = Some(at(10));
            marks.connected = Some(at(30));
            marks.body_taken = Some(at(32));
            marks.answered = Some(at(72));
        }
        let timing = marks.timing(start, at(100));
        assert!(!timing.reused);
        let phases = [
            timing.dns,
            timing.connect,
            timing.tls,
            timing.send,
            timing.waiting,
            timing.download,
        ];
        let millis: Vec<_> = phases
            .iter()
            .map(|phase| phase.map(|p| p.as_millis()))
            .collect();
        assert_eq!(
            millis,
            [Some(3), Some(7), Some(20), Some(2), Some(40), Some(28)]
        );
        assert_eq!(phases.into_iter().flatten().sum::<Duration>(), timing.total);
    }

    #[test]
    fn a_kept_connection_has_no_phases_before_waiting() {
        let start = Instant::now();
        let marks = SharedMarks::default();
        marks.lock().answered = Some(start + Duration::from_millis(5));
        let timing = marks.timing(start, start + Duration::from_millis(9));
        assert!(timing.reused);
        assert_eq!(
            (timing.dns, timing.connect, timing.tls, timing.send),
            (None, None, None, None)
        );
        assert_eq!(timing.waiting, Some(Duration::from_millis(5)));
        assert_eq!(timing.download, Some(Duration::from_millis(4)));
    }
}
