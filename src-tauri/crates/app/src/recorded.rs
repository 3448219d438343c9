//! One exchange as the vault keeps it, and how it becomes what the page sees.

use inchkeep_console::{
    Answer, Exchange, Hop, Outcome, Redactor, RequestId, body_request_id, json, request_id,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::contract::{
    ApplicationKey, BodyKind, CredentialPlacement, CredentialRef, Draft, DraftBody, DraftField,
    EnvironmentId, ExchangeId, ExchangeView, HeaderView, HistoryRow, OutcomeView, RedirectView,
    SentView, Timestamp, TimingView,
};
use crate::errors_of_console;

/// How much of a body is kept, in bytes.
pub(crate) const KEPT_BODY: usize = 1_000_000;
/// How much of a sent body the view carries, in bytes.
const SHOWN_SENT_BODY: usize = 64 * 1024;

/// What surrounds an exchange: where it belongs, what it was sent with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Context {
    pub(crate) environment_id: EnvironmentId,
    pub(crate) draft: Option<Draft>,
    pub(crate) credential: Option<CredentialRef>,
    pub(crate) credential_label: Option<String>,
    pub(crate) placement: CredentialPlacement,
    pub(crate) application: Option<ApplicationKey>,
    /// A help line for the statuses that want one.
    pub(crate) explanation: Option<String>,
    /// What the credential's own record is told of this; it has been told once it is stored.
    #[serde(skip)]
    pub(crate) usage: Option<crate::usage::Usage>,
    /// `WS` for a WebSocket, whose handshake is a GET.
    pub(crate) method_shown: Option<String>,
}

impl Context {
    /// An exchange that nobody drafted, with no credential of the console's.
    pub(crate) fn bare(environment_id: EnvironmentId) -> Self {
        Self {
            environment_id,
            draft: None,
            credential: None,
            credential_label: None,
            placement: CredentialPlacement::Header,
            application: None,
            explanation: None,
            usage: None,
            method_shown: None,
        }
    }
}

/// An exchange with its surroundings, redacted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Recorded {
    pub(crate) exchange: Exchange,
    pub(crate) context: Context,
    pub(crate) body_kind: BodyKind,
    /// Whether the kept body is shorter than the one that came, because of [`KEPT_BODY`].
    pub(crate) body_cut: bool,
}

impl Recorded {
    /// Redacts an exchange and its surroundings. Nothing of it is stored or shown before this.
    pub(crate) fn of(redactor: &Redactor, exchange: Exchange, mut context: Context) -> Self {
        let body_kind = exchange.answer().map_or(BodyKind::Empty, body_kind);
        let exchange = redactor.exchange(exchange);
        if let Some(draft) = &mut context.draft {
            redact_draft(redactor, draft);
        }
        if let Some(explanation) = &mut context.explanation {
            *explanation = redactor.text(explanation).into_owned();
        }
        if let Some(usage) = &mut context.usage {
            usage.request = redactor.text(&usage.request).into_owned();
            usage.request_id = exchange.request_id().map(|id| id.to_string());
        }
        Self {
            exchange,
            context,
            body_kind,
            body_cut: false,
        }
    }

    /// The same with no more body than is kept.
    pub(crate) fn for_keeping(&self) -> Self {
        let mut kept = self.clone();
        kept.context.usage = None;
        if let Outcome::Answer(answer) = &mut kept.exchange.outcome
            && answer.body.len() > KEPT_BODY
        {
            answer.body.truncate(KEPT_BODY);
            kept.body_cut = true;
        }
        kept.exchange.request.body.truncate(KEPT_BODY);
        kept
    }

    /// The same for the page alone: `reason` kept it from being stored.
    pub(crate) fn not_kept(&self, reason: &str) -> Self {
        let mut shown = self.clone();
        let note = format!("This exchange is not in the history. {reason}");
        let explanation = &mut shown.context.explanation;
        *explanation = Some(match explanation.take() {
            Some(before) => format!("{before} {note}"),
            None => note,
        });
        shown
    }

    /// The bytes that the body takes in memory.
    pub(crate) fn weight(&self) -> usize {
        self.exchange.answer().map_or(0, |answer| answer.body.len())
            + self.exchange.request.body.len()
    }

    pub(crate) fn id(&self) -> ExchangeId {
        ExchangeId::from(self.exchange.id.to_string())
    }

    /// The row of the history. `own_host` is the environment's, which goes without saying.
    pub(crate) fn row(&self, own_host: &str) -> HistoryRow {
        let exchange = &self.exchange;
        let url = Url::parse(&exchange.request.url).ok();
        let host = url.as_ref().map(host_and_port).unwrap_or_default();
        let (status, failure) = match &exchange.outcome {
            Outcome::Answer(answer) => (Some(answer.status), None),
            Outcome::Failure(_) => (None, Some("No answer".to_owned())),
            Outcome::Cancelled { .. } => (None, Some("Cancelled".to_owned())),
        };
        let method = self.context.method_shown.clone();
        HistoryRow {
            id: self.id(),
            environment_id: self.context.environment_id.clone(),
            at: exchange.started_at.into(),
            method: method.unwrap_or_else(|| exchange.request.method.clone()),
            host: if host == own_host {
                String::new()
            } else {
                host
            },
            path: url.map_or_else(|| exchange.request.url.clone(), |url| url.path().to_owned()),
            status,
            failure,
            request_id: exchange
                .request_id()
                .or_else(|| self.id_in_body())
                .map(|id| id.to_string()),
            duration_ms: u64::try_from(exchange.total().as_millis()).unwrap_or(u64::MAX),
            application: self.context.application.clone(),
            credential: self.context.credential.clone(),
        }
    }

    /// What the page sees.
    pub(crate) fn view(&self) -> ExchangeView {
        let Self {
            exchange, context, ..
        } = self;
        let request_id = exchange.request_id();
        let in_body = self
            .id_in_body()
            .filter(|id| request_id.as_ref() != Some(id));
        ExchangeView {
            id: self.id(),
            environment_id: context.environment_id.clone(),
            at: Timestamp::from(exchange.started_at),
            sent: self.sent(),
            draft: context.draft.clone(),
            credential: context.credential.clone(),
            credential_label: context.credential_label.clone(),
            placement: context.placement,
            outcome: self.outcome(),
            timing: self.timing(),
            request_id: request_id.map(|id| id.to_string()),
            body_request_id: in_body.map(|id| id.to_string()),
            redirects: self.redirects(),
            stopped_redirect: exchange
                .stopped_redirect
                .as_ref()
                .map(|stopped| stopped.location.to_string()),
            explanation: context.explanation.clone(),
        }
    }

    fn id_in_body(&self) -> Option<RequestId> {
        self.exchange
            .answer()
            .and_then(|answer| body_request_id(&answer.body))
    }

    fn sent(&self) -> SentView {
        let request = &self.exchange.request;
        let body = (!request.body.is_empty()).then(|| {
            let shown = request.body.get(..SHOWN_SENT_BODY).unwrap_or(&request.body);
            let mut text = String::from_utf8_lossy(shown).into_owned();
            if shown.len() < request.body.len() {
                text.push('…');
            }
            text
        });
        SentView {
            method: request.method.clone(),
            url: request.url.clone(),
            headers: header_views(&request.headers),
            body,
        }
    }

    fn outcome(&self) -> OutcomeView {
        match &self.exchange.outcome {
            Outcome::Answer(answer) => OutcomeView::Answer {
                status: answer.status,
                reason: answer.reason.clone(),
                http_version: answer.http_version.to_string(),
                remote_address: answer.remote_address.map(|address| address.to_string()),
                headers: header_views(&answer.headers),
                body_kind: self.body_kind,
                size_on_wire: Some(answer.size_on_wire),
                size: answer.size_decoded,
                truncated: answer.body_truncated() || self.body_cut,
            },
            Outcome::Failure(failure) => OutcomeView::Failure {
                error: errors_of_console::failure(failure, &self.exchange.request.url),
            },
            Outcome::Cancelled { after, .. } => OutcomeView::Cancelled {
                after_ms: u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
            },
        }
    }

    fn timing(&self) -> TimingView {
        let timing = &self.exchange.timing;
        let micros =
            |part: std::time::Duration| u64::try_from(part.as_micros()).unwrap_or(u64::MAX);
        let waiting = match (timing.send, timing.waiting) {
            (Some(send), Some(waiting)) => Some(send + waiting),
            (send, waiting) => waiting.or(send),
        };
        TimingView {
            dns_us: timing.dns.map(micros),
            connect_us: timing.connect.map(micros),
            tls_us: timing.tls.map(micros),
            waiting_us: waiting.map(micros),
            download_us: timing.download.map(micros),
            total_us: micros(self.exchange.total()),
            reused: timing.reused,
        }
    }

    fn redirects(&self) -> Vec<RedirectView> {
        let hops = &self.exchange.redirects;
        let targets = hops.iter().skip(1).map(|hop| &hop.url);
        let targets = targets.chain(std::iter::once(&self.exchange.request.url));
        let view = |(hop, to): (&Hop, &String)| RedirectView {
            status: hop.status,
            from: hop.url.clone(),
            to: to.clone(),
            request_id: request_id(&hop.headers).map(|id| id.to_string()),
        };
        hops.iter().zip(targets).map(view).collect()
    }
}

/// Host and port as a URL writes them.
pub(crate) fn host_and_port(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    }
}

/// What a person typed into a draft may be a secret, too.
fn redact_draft(redactor: &Redactor, draft: &mut Draft) {
    draft.url = redactor.url(&draft.url);
    for field in &mut draft.headers {
        field.value = redactor.header(&field.name, &field.value);
    }
    redact_pairs(redactor, &mut draft.params);
    match &mut draft.body {
        DraftBody::None => {}
        DraftBody::Json { text } | DraftBody::Text { text } => {
            *text = redactor.text(text).into_owned();
        }
        DraftBody::Form { fields } => redact_pairs(redactor, fields),
    }
}

/// A parameter is known by its name, so name and value are looked at together.
fn redact_pairs(redactor: &Redactor, fields: &mut [DraftField]) {
    for field in fields {
        let pair = format!("{}={}", field.name, field.value);
        let masked = redactor.text(&pair);
        if let Some(value) = masked.strip_prefix(&format!("{}=", field.name)) {
            value.clone_into(&mut field.value);
        } else {
            field.value = redactor.text(&field.value).into_owned();
        }
    }
}

fn body_kind(answer: &Answer) -> BodyKind {
    if answer.body.is_empty() {
        return BodyKind::Empty;
    }
    let cut = answer.body_truncated();
    match std::str::from_utf8(&answer.body) {
        Ok(text) if !cut && json::check(text).is_ok() => BodyKind::Json,
        Ok(_) => BodyKind::Text,
        // A cut may fall inside a character.
        Err(error) if cut && error.error_len().is_none() => BodyKind::Text,
        Err(_) => BodyKind::Binary,
    }
}

fn header_views(headers: &[(String, String)]) -> Vec<HeaderView> {
    let view = |(name, value): &(String, String)| HeaderView {
        name: name.clone(),
        value: value.clone(),
    };
    headers.iter().map(view).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_into_a_draft_is_masked_too() {
        let canary = "canary-key-4f81ad66b7";
        let secret = ("key".to_owned(), canary.into());
        let redactor = Redactor::new([secret]);
        let field = |name: &str| DraftField {
            name: name.into(),
            value: canary.into(),
            enabled: true,
        };
        let mut draft = Draft {
            method: "POST".into(),
            url: format!("https://h/p?apiKey={canary}"),
            params: vec![field("q"), field("apiKey")],
            headers: vec![field("x-own"), field("authorization")],
            body: DraftBody::Form {
                fields: vec![field("a")],
            },
        };
        redact_draft(&redactor, &mut draft);
        assert!(
            !serde_json::to_string(&draft)
                .expect("JSON")
                .contains(canary)
        );
        assert_eq!(draft.params[0].name, "q");
    }
}
