//! What Rust tells the page without being asked.

use serde::Serialize;
use ts_rs::TS;

use super::{
    AppStatus, ClipboardView, EnvironmentId, SecretTaken, SessionView, ShownSecret, SignInView,
    SocketEnd, SocketId, SocketMessage,
};

/// An event for the main window.
#[derive(Debug, Clone, Serialize, TS)]
#[serde(rename_all = "snake_case", tag = "event", content = "data")]
pub enum AppEvent {
    /// The app as a whole changed: locked, opened, another environment.
    Status(Box<AppStatus>),
    /// The clipboard changed; the last copy is over when absent.
    Clipboard(Option<ClipboardView>),
    /// The secret window opened or closed.
    SecretShown(Option<ShownSecret>),
    /// A secret was typed.
    SecretTaken(SecretTaken),
    /// A sign-in went on.
    SignIn(Box<SignInView>),
    /// A session changed.
    Session(Box<SessionView>),
    /// Lists of this environment changed and want reading again.
    #[serde(rename_all = "camelCase")]
    Changed {
        /// Which environment.
        environment_id: EnvironmentId,
        /// Which list.
        list: ChangedList,
    },
    /// Messages of a WebSocket, in order.
    #[serde(rename_all = "camelCase")]
    SocketMessages {
        /// Which connection.
        socket_id: SocketId,
        /// The messages.
        messages: Vec<SocketMessage>,
    },
    /// A WebSocket ended.
    #[serde(rename_all = "camelCase")]
    SocketEnded {
        /// Which connection.
        socket_id: SocketId,
        /// How.
        end: SocketEnd,
    },
    /// A second start of the program asked for the window.
    Activated,
}

/// A list that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangedList {
    /// Environments.
    Environments,
    /// Applications, API keys, OAuth clients.
    Applications,
    /// Sessions.
    Sessions,
    /// History.
    History,
}
