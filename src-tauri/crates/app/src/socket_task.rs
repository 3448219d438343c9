//! The task that owns one open WebSocket: it sends, receives, and tells the page in batches.

use std::sync::{Arc, Weak};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use inchkeep_console::websocket::{Closed, ClosedBy, Content, Message, SocketEvent, WebSocket};
use inchkeep_console::{Redactor, TransportFailure};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::app::App;
use crate::contract::{AppEvent, Direction, EndedBy, SocketEnd, SocketId, SocketMessage};
use crate::error::{ApiError, ErrorCode};

/// The page hears of messages at most this often.
const BATCH: Duration = Duration::from_millis(50);
/// A batch that is this large does not wait for its time.
const LARGEST_BATCH: usize = 1_000;
/// How long the server is given to answer a close at a lock.
const LAST_WORD: Duration = Duration::from_millis(100);
/// The longest close reason that is shown, in characters.
const LONGEST_REASON: usize = 200;

/// What a connection is told to do.
pub(crate) enum Command {
    /// Send a text.
    Text(String, Sent),
    /// Send bytes.
    Binary(Vec<u8>, Sent),
    /// Close with 1000.
    Close,
}

/// Where the outcome of sending goes.
pub(crate) type Sent = oneshot::Sender<Result<SocketMessage, ApiError>>;

/// The task's state.
pub(crate) struct SocketTask {
    app: Weak<App>,
    id: SocketId,
    socket: WebSocket,
    commands: mpsc::Receiver<Command>,
    cancel: CancellationToken,
    /// Received, numbered, not told yet.
    batch: Vec<(u64, Message)>,
    due: Option<Instant>,
    number: u64,
}

enum Next {
    Event(SocketEvent),
    Command(Option<Command>),
    BatchIsDue,
    Cancelled,
}

impl SocketTask {
    pub(crate) fn new(
        app: &Arc<App>,
        id: SocketId,
        socket: WebSocket,
        commands: mpsc::Receiver<Command>,
        cancel: CancellationToken,
    ) -> Self {
        Self {
            app: Arc::downgrade(app),
            id,
            socket,
            commands,
            cancel,
            batch: Vec::new(),
            due: None,
            number: 0,
        }
    }

    /// Runs until the connection ends, the vault is locked, or the app is gone.
    pub(crate) async fn run(mut self) {
        let end = loop {
            match self.next().await {
                Next::Cancelled => {
                    let _ = tokio::time::timeout(LAST_WORD, self.socket.close(1000, "")).await;
                    break SocketEnd {
                        by: EndedBy::You,
                        code: None,
                        reason: String::new(),
                    };
                }
                Next::BatchIsDue => self.tell().await,
                Next::Event(SocketEvent::Message(message)) => {
                    self.number += 1;
                    self.batch.push((self.number, message));
                    self.due.get_or_insert_with(|| Instant::now() + BATCH);
                    if self.batch.len() >= LARGEST_BATCH {
                        self.tell().await;
                    }
                }
                Next::Event(SocketEvent::Closed(closed)) => break end_of(closed),
                Next::Event(SocketEvent::Dropped(failure)) => break lost(&failure),
                Next::Command(Some(Command::Text(text, sent))) => {
                    let outcome = self.socket.send_text(&text).await;
                    self.answer(outcome, sent).await;
                }
                Next::Command(Some(Command::Binary(bytes, sent))) => {
                    let outcome = self.socket.send_binary(&bytes).await;
                    self.answer(outcome, sent).await;
                }
                // The list of sockets holds the other end for as long as this one is on it.
                Next::Command(Some(Command::Close) | None) => self.socket.close(1000, "").await,
            }
        };
        self.tell().await;
        let Some(app) = self.app.upgrade() else {
            return;
        };
        app.live.sockets.remove(&self.id);
        let end = match app.redactor().await {
            Ok(redactor) => SocketEnd {
                reason: clean(&redactor.text(&end.reason)),
                ..end
            },
            Err(_) => SocketEnd {
                reason: String::new(),
                ..end
            },
        };
        app.emit(&AppEvent::SocketEnded {
            socket_id: self.id,
            end,
        });
    }

    async fn next(&mut self) -> Next {
        let due = self.due;
        let batch_is_due = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => Next::Cancelled,
            () = batch_is_due => Next::BatchIsDue,
            command = self.commands.recv(), if !self.commands.is_closed() => Next::Command(command),
            event = self.socket.next_event() => Next::Event(event),
        }
    }

    /// Tells the page what came, masked.
    async fn tell(&mut self) {
        self.due = None;
        let batch = std::mem::take(&mut self.batch);
        let Some(app) = self.app.upgrade() else {
            return;
        };
        if batch.is_empty() {
            return;
        }
        // Locked: nobody may see them, and nothing is kept.
        let Ok(redactor) = app.redactor().await else {
            return;
        };
        let messages = batch
            .into_iter()
            .map(|(number, message)| view(number, &message, &redactor));
        let messages = messages.collect();
        app.emit(&AppEvent::SocketMessages {
            socket_id: self.id.clone(),
            messages,
        });
    }

    /// Answers a command that sent something. It takes its place in the numbering.
    async fn answer(&mut self, outcome: Result<Message, TransportFailure>, sent: Sent) {
        let redactor = match self.app.upgrade() {
            Some(app) => app.redactor().await,
            None => return,
        };
        let answer = match (outcome, redactor) {
            (Ok(message), Ok(redactor)) => {
                self.number += 1;
                Ok(view(self.number, &message, &redactor))
            }
            (Ok(_), Err(error)) => Err(error),
            (Err(failure), _) => Err(ApiError::new(ErrorCode::SocketClosed, failure.to_string())),
        };
        // Nobody listens when the caller is gone.
        let _ = sent.send(answer);
    }
}

fn view(number: u64, message: &Message, redactor: &Redactor) -> SocketMessage {
    let (text, binary, size) = match &message.content {
        Content::Text(text) => (redactor.text(text).into_owned(), false, text.len()),
        Content::Binary(bytes) => (STANDARD.encode(redactor.bytes(bytes)), true, bytes.len()),
    };
    SocketMessage {
        number,
        at: message.at.into(),
        direction: match message.direction {
            inchkeep_console::websocket::Direction::Sent => Direction::Sent,
            inchkeep_console::websocket::Direction::Received => Direction::Received,
        },
        text,
        binary,
        size: size as u64,
    }
}

fn end_of(closed: Closed) -> SocketEnd {
    let by = match closed.by {
        ClosedBy::You => EndedBy::You,
        ClosedBy::Server => EndedBy::Server,
    };
    SocketEnd {
        by,
        code: closed.code,
        reason: closed.reason,
    }
}

fn lost(failure: &TransportFailure) -> SocketEnd {
    SocketEnd {
        by: EndedBy::Lost,
        code: None,
        reason: failure.to_string(),
    }
}

/// One line without control characters.
fn clean(reason: &str) -> String {
    reason
        .chars()
        .filter(|letter| !letter.is_control())
        .take(LONGEST_REASON)
        .collect()
}

#[cfg(test)]
mod tests {
    use time::OffsetDateTime;

    use super::*;

    fn received(content: Content) -> Message {
        Message {
            direction: inchkeep_console::websocket::Direction::Received,
            content,
            at: OffsetDateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_secret_in_a_message_is_masked_and_its_size_stays() {
        let canary = "canary-key-4f81ad66b7";
        let redactor = Redactor::new([("key".to_owned(), canary.into())]);
        let text = view(
            1,
            &received(Content::Text(format!("echo {canary}"))),
            &redactor,
        );
        assert!(!text.text.contains(canary));
        assert_eq!(text.size, 26);
        let binary = view(2, &received(Content::Binary(canary.into())), &redactor);
        let decoded = STANDARD.decode(&binary.text).expect("base64");
        assert!(!String::from_utf8_lossy(&decoded).contains(canary));
    }

    #[test]
    fn a_reason_is_one_line() {
        assert_eq!(
            clean("policy\r\n\u{1b}[31m violation"),
            "policy[31m violation"
        );
    }
}
