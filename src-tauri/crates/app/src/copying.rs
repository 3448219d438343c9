//! An exchange on the clipboard: as a command, or as the facts for support. Never a secret.

use std::sync::Arc;

use inchkeep_console::{Body, Field, RequestDraft, curl, support};

use crate::app::App;
use crate::console_send::request_draft;
use crate::contract::ExchangeRef;
use crate::credentials::placement_of;
use crate::error::ApiError;
use crate::recorded::Recorded;
use crate::records::EnvironmentRecord;

/// Headers that the connection writes, which a command must not repeat.
const WRITTEN_BY_CONNECTION: [&str; 4] =
    ["host", "content-length", "accept-encoding", "user-agent"];

impl App {
    /// Copies the request as a curl command with `$INCHKEEP_TOKEN` in the credential's place.
    ///
    /// # Errors
    /// `NotFound`, `ClipboardRefused`.
    pub async fn copy_as_curl(self: &Arc<Self>, request: ExchangeRef) -> Result<(), ApiError> {
        let recorded = self.recorded(&request.exchange_id).await?;
        let environment = self
            .find::<EnvironmentRecord>(&recorded.context.environment_id)
            .await;
        let api_base = environment
            .map(|environment| environment.api_base)
            .unwrap_or_default();
        let draft = match &recorded.context.draft {
            Some(draft) => request_draft(draft, &api_base),
            None => draft_of(&recorded),
        };
        let placement = recorded
            .context
            .credential
            .as_ref()
            .map(|_| placement_of(recorded.context.placement));
        // Names may hold what a person pasted by mistake: the last net is drawn here again.
        let command = curl::to_curl(&draft, placement);
        let command = self.redactor().await?.text(&command).into_owned();
        self.copy_plain("cURL command".to_owned(), command)
    }

    /// Copies what support asks for: request id, time, method, address, status, credential, client.
    ///
    /// # Errors
    /// `NotFound`, `ClipboardRefused`.
    pub async fn copy_for_support(self: &Arc<Self>, request: ExchangeRef) -> Result<(), ApiError> {
        let recorded = self.recorded(&request.exchange_id).await?;
        let client = format!("Inchkeep {}, {}", env!("CARGO_PKG_VERSION"), system());
        let text = support::text(
            &recorded.exchange,
            recorded.context.credential_label.as_deref(),
            &client,
        );
        let text = self.redactor().await?.text(&text).into_owned();
        self.copy_plain("Facts for support".to_owned(), text)
    }
}

/// A draft of a request that nobody wrote by hand.
fn draft_of(recorded: &Recorded) -> RequestDraft {
    let request = &recorded.exchange.request;
    let headers = request.headers.iter().filter(|(name, _)| {
        !WRITTEN_BY_CONNECTION
            .iter()
            .any(|own| name.eq_ignore_ascii_case(own))
    });
    let body = String::from_utf8_lossy(&request.body).into_owned();
    RequestDraft {
        method: request.method.clone(),
        url: request.url.clone(),
        params: Vec::new(),
        headers: headers
            .map(|(name, value)| Field::new(name.clone(), value.clone()))
            .collect(),
        body: if body.is_empty() {
            Body::None
        } else {
            Body::Text(body)
        },
    }
}

fn system() -> &'static str {
    if cfg!(target_os = "macos") {
        "macOS"
    } else if cfg!(target_os = "windows") {
        "Windows"
    } else {
        "Linux"
    }
}
