//! Inchkeep without its window: the use cases, and the contract with the page.
//!
//! [`App`] is everything that the product does. The desktop shell and the test
//! bridge both hold one, hand it a [`Host`] (browser, clipboard, windows) and
//! pass commands on; neither knows more than the names in [`command_list!`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use inchkeep_app::{App, AppOptions, Host, Window};
//! # use inchkeep_app::{HostError, SecretWindowSize, contract::AppEvent};
//! # use secrecy::SecretString;
//! # type Done = Result<(), HostError>;
//!
//! /// A desktop on which nothing can be opened.
//! struct BareDesktop;
//!
//! impl Host for BareDesktop {
//!     fn open_url(&self, _url: &url::Url) -> Result<(), HostError> {
//!         Err(HostError::NothingOpened)
//!     }
//!     // and so on
//! #   fn open_folder(&self, _path: &std::path::Path) -> Done { Err(HostError::NothingOpened) }
//! #   fn read_clipboard(&self) -> Result<SecretString, HostError> { Err(HostError::ClipboardEmpty) }
//! #   fn write_clipboard(&self, _: &SecretString, _: bool) -> Done { Err(HostError::ClipboardRefused) }
//! #   fn clear_clipboard(&self) -> Done { Err(HostError::ClipboardRefused) }
//! #   fn open_secret_window(&self, _: &str, _: SecretWindowSize) -> Done { Err(HostError::NoWindow) }
//! #   fn close_secret_window(&self) {}
//! #   fn bring_to_front(&self) {}
//! #   fn emit(&self, _event: &AppEvent) {}
//! #   fn save_dir(&self) -> std::path::PathBuf { std::env::temp_dir() }
//! }
//!
//! # let folder = tempfile::tempdir().unwrap();
//! # let data_dir = folder.path().join("data");
//! # tokio::runtime::Runtime::new().unwrap().block_on(async {
//! let app = App::start(AppOptions::new(data_dir, Arc::new(BareDesktop))).await.unwrap();
//! let status = app.call(Window::Main, "app_status", serde_json::Value::Null).await.unwrap();
//! assert_eq!(status["phase"], "first_run");
//! app.stop().await;
//! # });
//! ```

mod api_keys;
mod app;
mod applications;
mod bodies;
mod clients;
mod clipboard;
mod clock;
mod command_list;
mod commands;
mod console_send;
pub mod contract;
mod copying;
mod credentials;
mod door;
mod embedded_sandbox;
mod environment_values;
mod environments;
mod error;
mod errors_of_console;
mod errors_of_oauth;
mod errors_of_vault;
mod explanation;
mod fingerprint;
mod first_run;
mod history;
mod history_index;
mod host;
mod import;
mod keep_signed_in;
mod kept_file;
mod live;
mod local_state;
mod lock;
mod names;
mod recorded;
mod records;
mod redaction;
mod redirect_listener;
mod refresh;
mod refresh_round;
mod registration;
mod registration_form;
mod secret_drafts;
mod secret_submit;
mod secret_targets;
mod secret_window;
mod sent_secrets;
mod servers;
mod sessions;
mod settings;
mod sign_in;
mod sign_in_progress;
mod socket_task;
mod sockets;
mod store;
mod strength;
mod token_diagnosis;
mod tokens;
mod transport;
mod typescript;
mod usage;

pub use app::{App, AppOptions, StartError};
pub use clock::{Clock, SystemClock};
pub use commands::Window;
pub use error::{ApiError, ErrorCode};
pub use host::{Host, HostError, SecretWindowSize};
pub use typescript::contract as typescript_contract;
