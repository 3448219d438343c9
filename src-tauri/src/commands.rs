//! The commands that the windows may call, each made from its line in the one list.
//!
//! Which window may call which stands in `capabilities/`.

use std::sync::Arc;

use inchkeep_app::App;
// The list names every type of the contract.
use inchkeep_app::contract::*;
use tauri::ipc::Invoke;
use tauri::{State, Wry};

macro_rules! commands {
    ($($window:ident { $($name:ident($request:ty) -> $response:ty;)* })*) => {
        $($(
            #[tauri::command]
            async fn $name(app: State<'_, Arc<App>>, request: $request) -> Result<$response, ApiError> {
                let answer = app.$name(request).await;
                if let Err(error) = &answer {
                    // The code alone: words from a server do not belong into the log.
                    tracing::info!(command = stringify!($name), code = ?error.code, "failed");
                }
                answer
            }
        )*)*

        /// Hands a call of a page to its command.
        pub(crate) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($($name,)*)*]
        }
    };
}
inchkeep_app::command_list!(commands);
