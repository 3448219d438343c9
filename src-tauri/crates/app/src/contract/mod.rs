//! What the page sees: the types of every command's request and answer, and of
//! every event. `…Request` comes in, `…View` goes out; none of them holds a
//! secret except [`RevealedSecret`] and [`SecretText`], which only the secret
//! window's own commands carry.

mod applications;
mod clients;
mod console;
mod environments;
mod events;
mod ids;
mod secrets;
mod sessions;
mod settings;
mod sockets;
mod status;

pub use crate::error::{ApiError, ErrorCode};
pub use applications::*;
pub use clients::*;
pub use console::*;
pub use environments::*;
pub use events::*;
pub use ids::*;
pub use secrets::*;
pub use sessions::*;
pub use settings::*;
pub use sockets::*;
pub use status::*;
