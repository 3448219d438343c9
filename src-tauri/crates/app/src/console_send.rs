//! Requests by hand: one press of Send.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use inchkeep_console::{Body, Exchange, Field, Limits, RequestDraft};
use secrecy::SecretString;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::app::{App, locked};
use crate::contract::{
    ApplicationKey, CancelSendRequest, CredentialPlacement, CredentialRef, Draft, DraftBody,
    DraftField, EnvironmentId, ExchangeView, KeyCheckView, SendId, SendRequest,
};
use crate::credentials::{Carried, credential};
use crate::error::{ApiError, ErrorCode};
use crate::errors_of_console;
use crate::explanation::{explain, wants_new_token};
use crate::recorded::Context;
use crate::refresh::Cause;
use crate::usage::Usage;

/// The requests that run, by the names that the page gave them.
#[derive(Default)]
pub(crate) struct Sends(Mutex<HashMap<SendId, CancellationToken>>);

impl Sends {
    /// Stops everything that runs, at a lock.
    pub(crate) fn stop(&self) {
        for (_, cancel) in locked(&self.0).drain() {
            cancel.cancel();
        }
    }

    fn begin(&self, id: &SendId) -> Running<'_> {
        let cancel = CancellationToken::new();
        locked(&self.0).insert(id.clone(), cancel.clone());
        Running {
            sends: self,
            id: id.clone(),
            cancel,
        }
    }
}

/// Takes a request off the list however it ends.
struct Running<'a> {
    sends: &'a Sends,
    id: SendId,
    cancel: CancellationToken,
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        locked(&self.sends.0).remove(&self.id);
    }
}

impl App {
    /// Sends a draft and keeps the exchange. A session that is due is refreshed once before; a 401
    /// that asks for a new token causes one refresh and one more try, both kept.
    ///
    /// No answer, and being stopped, are exchanges too, not errors.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRequest`] and [`ErrorCode::InvalidJson`] for a draft that cannot be
    /// sent; [`ErrorCode::ForeignHost`]; [`ErrorCode::SessionEnded`] and what a refresh that was
    /// needed met; [`ErrorCode::Cancelled`] before anything was sent.
    pub async fn send(self: &Arc<Self>, request: SendRequest) -> Result<ExchangeView, ApiError> {
        let running = self.live.sends.begin(&request.send_id);
        let cancel = running.cancel.clone();
        let environment = self.ready_environment(&request.environment_id).await?;
        let draft = request_draft(&request.draft, &environment.api_base);
        draft
            .check()
            .map_err(|error| errors_of_console::draft(&error))?;
        let url = draft
            .target()
            .map_err(|error| errors_of_console::draft(&error))?;

        let mut carried = self.carry_unless_stopped(&request, &url, &cancel).await?;
        let exchange = self.transmit(&draft, carried.as_ref(), &cancel).await?;
        let retry = match &carried {
            Some(carried) if wants_new_token(&exchange) => carried.session.as_ref(),
            _ => None,
        };
        if let Some(session) = retry.filter(|session| session.renewable)
            && !cancel.is_cancelled()
        {
            let (id, generation) = (session.id.clone(), session.generation);
            let first = self
                .keep(exchange, &request, carried.as_ref(), &url)
                .await?;
            let renewed = tokio::select! {
                renewed = self.renew(&id, Cause::Rejected { generation }) => renewed.is_ok(),
                () = cancel.cancelled() => false,
            };
            if !renewed {
                return Ok(first);
            }
            carried = self.carry_unless_stopped(&request, &url, &cancel).await?;
            let has_new_token = carried
                .as_ref()
                .and_then(|carried| carried.session.as_ref())
                .is_some_and(|session| session.generation != generation);
            if !has_new_token {
                return Ok(first);
            }
            let second = self.transmit(&draft, carried.as_ref(), &cancel).await?;
            return self.keep(second, &request, carried.as_ref(), &url).await;
        }
        self.keep(exchange, &request, carried.as_ref(), &url).await
    }

    /// Stops a request that runs. One that has ended already is left alone.
    ///
    /// # Errors
    /// None of its own.
    #[expect(clippy::unused_async, reason = "commands are async")]
    pub async fn cancel_send(self: &Arc<Self>, request: CancelSendRequest) -> Result<(), ApiError> {
        if let Some(cancel) = locked(&self.live.sends.0).get(&request.send_id) {
            cancel.cancel();
        }
        Ok(())
    }

    /// Tries an API key that is not saved yet with one GET of `url`.
    ///
    /// # Errors
    /// Why there is no answer.
    pub(crate) async fn try_key(
        self: &Arc<Self>,
        environment: EnvironmentId,
        application: ApplicationKey,
        url: String,
        key: SecretString,
    ) -> Result<KeyCheckView, ApiError> {
        let draft = RequestDraft {
            method: "GET".to_owned(),
            url: url.clone(),
            headers: vec![Field::new("accept", "application/json")],
            ..RequestDraft::default()
        };
        let carried = credential("a new API key".to_owned(), CredentialPlacement::Header, key);
        let transport = self.transport().await?;
        let exchange = transport
            .send(
                &draft,
                Some(&carried),
                &self.limits(),
                &CancellationToken::new(),
            )
            .await
            .map_err(|error| errors_of_console::draft(&error))?;
        // The vault does not know this key yet: an echo of it would pass the vault's redactor.
        let own = [(carried.label.clone(), carried.value.clone())];
        let exchange = inchkeep_console::Redactor::new(own).exchange(exchange);
        let checked = match &exchange.outcome {
            inchkeep_console::Outcome::Answer(answer) => Ok(KeyCheckView {
                accepted: !matches!(answer.status, 401 | 403),
                status: answer.status,
                request_id: exchange.request_id().map(|id| id.as_str().to_owned()),
            }),
            inchkeep_console::Outcome::Failure(failure) => {
                Err(errors_of_console::failure(failure, &url))
            }
            inchkeep_console::Outcome::Cancelled { .. } => Err(cancelled()),
        };
        let mut context = Context::bare(environment);
        context.application = Some(application);
        context.credential_label = Some("An API key that was tried".to_owned());
        self.record(exchange, context).await?;
        checked
    }

    pub(crate) fn limits(&self) -> Limits {
        let seconds = self.settings.read().request_timeout.max(1);
        Limits {
            time: Duration::from_secs(seconds.into()),
            ..Limits::default()
        }
    }

    async fn carry_unless_stopped(
        self: &Arc<Self>,
        request: &SendRequest,
        url: &Url,
        cancel: &CancellationToken,
    ) -> Result<Option<Carried>, ApiError> {
        let Some(reference) = &request.credential else {
            return Ok(None);
        };
        let carry = self.carry(
            reference,
            request.placement,
            url,
            request.allow_foreign_host,
        );
        tokio::select! {
            carried = carry => carried.map(Some),
            () = cancel.cancelled() => Err(cancelled()),
        }
    }

    async fn transmit(
        self: &Arc<Self>,
        draft: &RequestDraft,
        carried: Option<&Carried>,
        cancel: &CancellationToken,
    ) -> Result<Exchange, ApiError> {
        let transport = self.transport().await?;
        let credential = carried.map(|carried| &carried.credential);
        transport
            .send(draft, credential, &self.limits(), cancel)
            .await
            .map_err(|error| errors_of_console::draft(&error))
    }

    /// Puts an exchange into the history, and gives what the page sees.
    async fn keep(
        self: &Arc<Self>,
        exchange: Exchange,
        request: &SendRequest,
        carried: Option<&Carried>,
        url: &Url,
    ) -> Result<ExchangeView, ApiError> {
        let now = self.clock.now();
        let usage = carried.map(|carried| {
            usage_of(
                carried,
                &exchange,
                request.placement,
                &request.draft.method,
                url,
            )
        });
        let context = Context {
            environment_id: request.environment_id.clone(),
            draft: Some(request.draft.clone()),
            credential: request.credential.clone(),
            credential_label: carried.map(|carried| carried.label.clone()),
            placement: request.placement,
            application: carried.map(|carried| carried.application.clone()),
            explanation: explain(&exchange, carried, now),
            usage,
            method_shown: None,
        };
        let recorded = self.record(exchange, context).await?;
        Ok(recorded.view())
    }
}

/// What the credential's own record is told about this exchange.
pub(crate) fn usage_of(
    carried: &Carried,
    exchange: &Exchange,
    placement: CredentialPlacement,
    method: &str,
    url: &Url,
) -> Usage {
    let session = carried.session.as_ref();
    Usage {
        credential: carried.reference.clone(),
        application: carried.application.clone(),
        at: exchange.started_at.into(),
        status: exchange.answer().map(|answer| answer.status),
        in_url: placement == CredentialPlacement::Query
            && matches!(carried.reference, CredentialRef::ApiKey(_)),
        request: format!("{} {}", method.to_ascii_uppercase(), url.path()),
        request_id: exchange.request_id().map(|id| id.as_str().to_owned()),
        proves_generation: session
            .filter(|session| session.awaits_proof)
            .map(|session| session.generation),
    }
}

/// A draft of the page as the console sends it. A path alone is taken from the environment's base.
pub(crate) fn request_draft(draft: &Draft, api_base: &str) -> RequestDraft {
    let url = draft.url.trim();
    let url = if url.starts_with('/') {
        format!("{api_base}{url}")
    } else {
        url.to_owned()
    };
    RequestDraft {
        method: draft.method.trim().to_ascii_uppercase(),
        url,
        params: fields(&draft.params),
        headers: fields(&draft.headers),
        body: match &draft.body {
            DraftBody::None => Body::None,
            DraftBody::Json { text } => Body::Json(text.clone()),
            DraftBody::Form { fields: rows } => Body::Form(fields(rows)),
            DraftBody::Text { text } => Body::Text(text.clone()),
        },
    }
}

fn fields(rows: &[DraftField]) -> Vec<Field> {
    rows.iter()
        .map(|row| Field {
            name: row.name.clone(),
            value: row.value.clone(),
            enabled: row.enabled,
        })
        .collect()
}

fn cancelled() -> ApiError {
    ApiError::new(ErrorCode::Cancelled, "stopped before anything was sent")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(url: &str) -> Draft {
        Draft {
            method: " get ".into(),
            url: url.into(),
            params: Vec::new(),
            headers: Vec::new(),
            body: DraftBody::None,
        }
    }

    #[test]
    fn a_path_alone_is_taken_from_the_environment() {
        let sent = request_draft(&draft(" /swap/v5.2/1/tokens?a=1"), "http://127.0.0.1:8417");
        assert_eq!(sent.url, "http://127.0.0.1:8417/swap/v5.2/1/tokens?a=1");
        assert_eq!(sent.method, "GET");
        let sent = request_draft(&draft("https://other.example/x"), "http://127.0.0.1:8417");
        assert_eq!(sent.url, "https://other.example/x");
    }
}
