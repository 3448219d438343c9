//! The API gateway: who calls, how often, with which right, and what they get.

mod data;
pub(crate) mod errors;
pub(crate) mod limit;
mod market;
mod orders;
mod portfolio;
mod swap;
mod token;
pub(crate) mod web3;

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use axum::extract::{RawPathParams, RawQuery, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, on};
use axum::{Extension, Json, Router};
use http::header::{AUTHORIZATION, CACHE_CONTROL};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use crate::faults::Place;
use crate::metadata::is_within;
use crate::misbehave::faulty;
use crate::params::Params;
use crate::request_id::RequestId;
use crate::state::Shared;
use crate::websocket;
use errors::{ApiError, Product};
use limit::Allowance;
pub(crate) use orders::{active as fusion_orders, order as fusion_order};

/// One documented endpoint.
pub(crate) struct Endpoint {
    method: MethodFilter,
    /// With `{chain}` and the like.
    path: String,
    product: Product,
    /// The right that it needs.
    scope: &'static str,
    /// Query parameters that must be there.
    required: &'static [&'static str],
    answer: fn(&Call) -> Result<Value, ApiError>,
}

impl Endpoint {
    fn get(
        path: impl Into<String>,
        product: Product,
        scope: &'static str,
        required: &'static [&'static str],
        answer: fn(&Call) -> Result<Value, ApiError>,
    ) -> Self {
        Self {
            method: MethodFilter::GET,
            path: path.into(),
            product,
            scope,
            required,
            answer,
        }
    }

    fn post(
        path: impl Into<String>,
        product: Product,
        scope: &'static str,
        answer: fn(&Call) -> Result<Value, ApiError>,
    ) -> Self {
        let method = MethodFilter::POST;
        Self {
            method,
            path: path.into(),
            product,
            scope,
            required: &[],
            answer,
        }
    }
}

/// One request to an endpoint.
pub(crate) struct Call {
    path: Vec<(String, String)>,
    query: Params,
    body: Value,
    /// Seconds since 1970.
    now: i64,
}

impl Call {
    fn path(&self, name: &str) -> &str {
        self.path
            .iter()
            .find(|(own, _)| own == name)
            .map_or("", |(_, value)| value)
    }

    /// The chain of the path; 404 if 1inch does not serve it.
    fn chain(&self) -> Result<u64, ApiError> {
        let text = if self.path("chain").is_empty() {
            self.path("chainId")
        } else {
            self.path("chain")
        };
        text.parse()
            .ok()
            .filter(|chain| data::CHAINS.iter().any(|(own, _)| own == chain))
            .ok_or_else(|| ApiError::not_found(format!("Chain {text} is not supported")))
    }
}

/// Who calls.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// `None`: every right.
    scope: Option<String>,
}

impl Caller {
    pub(crate) fn may(&self, scope: &str) -> bool {
        self.scope
            .as_deref()
            .is_none_or(|own| is_within(scope, own))
    }
}

pub(crate) fn routes(shared: &Arc<Shared>) -> Router<Arc<Shared>> {
    let all = [
        swap::endpoints(),
        token::endpoints(),
        market::endpoints(),
        orders::endpoints(),
        portfolio::endpoints(),
    ];
    let mut routes = Router::new()
        .merge(web3::routes())
        .merge(websocket::routes());
    for endpoint in all.into_iter().flatten() {
        let (method, path) = (endpoint.method, endpoint.path.clone());
        let endpoint = Arc::new(endpoint);
        routes = routes.route(
            &path,
            on(method, move |state, caller, id, path, query, body| {
                let endpoint = Arc::clone(&endpoint);
                async move { respond(&endpoint, state, caller, id, &path, query, &body) }
            }),
        );
    }
    routes.route_layer(from_fn_with_state(Arc::clone(shared), gate))
}

fn respond(
    endpoint: &Endpoint,
    State(shared): State<Arc<Shared>>,
    Extension(caller): Extension<Caller>,
    Extension(id): Extension<RequestId>,
    path: &RawPathParams,
    RawQuery(query): RawQuery,
    body: &Bytes,
) -> Response {
    if !caller.may(endpoint.scope) {
        return errors::forbidden(endpoint.scope);
    }
    let call = Call {
        path: path
            .iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        query: Params::parse(query.unwrap_or_default().as_bytes()),
        body: serde_json::from_slice(body).unwrap_or_default(),
        now: shared.now_seconds(),
    };
    let missing = endpoint
        .required
        .iter()
        .find(|name| call.query.get(name).is_none());
    let outcome = match missing {
        Some(name) => Err(ApiError::missing(name)),
        None => (endpoint.answer)(&call),
    };
    match outcome {
        Ok(body) => (
            [(CACHE_CONTROL, HeaderValue::from_static("no-cache"))],
            Json(body),
        )
            .into_response(),
        Err(error) => error.answer(endpoint.product, id),
    }
}

/// Counts, lets in, or turns away; runs for known endpoints only, so that others get 404.
async fn gate(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    shared.tally.count(|counters| counters.gateway += 1);
    faulty(&shared, Place::Gateway, async {
        let caller = match identify(&shared, request.headers(), request.uri().query()) {
            Ok(caller) => caller,
            Err(presented) => return errors::unauthorized(presented),
        };
        let allowance = shared.limiter.count(Instant::now());
        if allowance.is_some_and(|allowance| !allowance.within) {
            return with_limits(errors::limited(), allowance);
        }
        request.extensions_mut().insert(caller);
        with_limits(next.run(request).await, allowance)
    })
    .await
}

fn with_limits(mut response: Response, allowance: Option<Allowance>) -> Response {
    if let Some(Allowance {
        limit, remaining, ..
    }) = allowance
    {
        for (name, value) in [
            ("ratelimit-limit", limit),
            ("ratelimit-remaining", remaining),
            ("ratelimit-reset", 1),
        ] {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), HeaderValue::from(value));
        }
    }
    response
}

/// The caller; else whether some credential was presented at all.
pub(crate) fn identify(
    shared: &Shared,
    headers: &HeaderMap,
    query: Option<&str>,
) -> Result<Caller, bool> {
    if let Some(header) = headers.get(AUTHORIZATION) {
        let credential = header
            .to_str()
            .ok()
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, credential)| credential.trim())
            .ok_or(true)?;
        return key(shared, credential)
            .or_else(|| access_token(shared, credential))
            .ok_or(true);
    }
    // An access token never travels in the query (OAuth 2.1 §5.1): a key may.
    let in_query = Params::parse(query.unwrap_or_default().as_bytes())
        .owned("apiKey")
        .ok_or(false)?;
    key(shared, &in_query).ok_or(true)
}

fn key(shared: &Shared, plain: &str) -> Option<Caller> {
    let scope = shared
        .store
        .read(|records| records.api_key(plain).map(|key| key.scope.clone()))?;
    Some(Caller { scope })
}

fn access_token(shared: &Shared, token: &str) -> Option<Caller> {
    let claims = shared.signer().verify(token)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    let lives = claims.get("exp")?.as_i64()? > shared.now_seconds();
    if !lives || text("iss") != Some(&shared.issuer) || text("aud") != Some(&shared.issuer) {
        return None;
    }
    let (id, client, scope) = (text("jti")?, text("client_id")?, text("scope")?);
    let valid = shared.store.read(|records| {
        let family = text("sid").map(|sid| records.families.get(sid));
        records.clients.contains_key(client)
            && !records.revoked_tokens.contains_key(id)
            && family.is_none_or(|family| family.is_some_and(|family| !family.revoked))
    });
    valid.then(|| Caller {
        scope: Some(scope.to_owned()),
    })
}
