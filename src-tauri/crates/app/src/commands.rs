//! The JSON dispatch made from the one list of commands.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::App;
// The list names every type of the contract.
use crate::contract::*;

/// The windows that may call commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Window {
    /// The main window.
    Main,
    /// The secret window.
    Secret,
}

macro_rules! dispatch {
    ($($window:ident { $($name:ident($request:ty) -> $response:ty;)* })*) => {
        impl App {
            /// Runs the command `name` for `window`, JSON in and JSON out.
            ///
            /// # Errors
            /// [`ErrorCode::NotFound`] when that window has no such command,
            /// [`ErrorCode::InvalidRequest`] when the request does not fit it,
            /// and whatever the command itself answers.
            pub async fn call(
                self: &Arc<Self>,
                window: Window,
                name: &str,
                request: Value,
            ) -> Result<Value, ApiError> {
                self.note_command(name);
                match (window_name(window), name) {
                    $($((stringify!($window), stringify!($name)) => {
                        let request: $request = parse(request)?;
                        // Boxed, so that the future of one command does not carry all of them.
                        let answer: $response = Box::pin(self.$name(request)).await?;
                        answer_of(&answer)
                    })*)*
                    _ => Err(ApiError::new(ErrorCode::NotFound, "there is no such command")
                        .fact("what", "command")),
                }
            }
        }
    };
}
crate::command_list!(dispatch);

fn window_name(window: Window) -> &'static str {
    match window {
        Window::Main => "main",
        Window::Secret => "secret",
    }
}

fn parse<T: DeserializeOwned>(request: Value) -> Result<T, ApiError> {
    // serde's messages quote values, and a value can be a secret: only the category goes on.
    serde_json::from_value(request).map_err(|_| {
        ApiError::new(
            ErrorCode::InvalidRequest,
            "the request does not fit the command",
        )
        .fact("reason", "The request does not fit the command.")
    })
}

fn answer_of(answer: &impl Serialize) -> Result<Value, ApiError> {
    serde_json::to_value(answer).map_err(|_| {
        ApiError::new(
            ErrorCode::Internal,
            "an answer could not be written as JSON",
        )
    })
}
