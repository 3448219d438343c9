//! The transport against servers that write exact bytes.

mod answers;
mod calls;
mod credentials;
mod failures;
mod tls;

use super::*;
use crate::{
    Body, Field,
    testing::{Reply, Server},
};

fn transport() -> Transport {
    Transport::new(TransportOptions::default()).expect("a transport")
}

fn get(url: impl Into<String>) -> RequestDraft {
    RequestDraft {
        method: "GET".into(),
        url: url.into(),
        ..RequestDraft::default()
    }
}

async fn send(transport: &Transport, draft: &RequestDraft) -> Exchange {
    let limits = Limits::default();
    transport
        .send(draft, None, &limits, &CancellationToken::new())
        .await
        .expect("a good draft")
}

fn answer(exchange: &Exchange) -> &Answer {
    exchange
        .answer()
        .unwrap_or_else(|| panic!("no answer: {:?}", exchange.outcome))
}

fn failure(exchange: &Exchange) -> &TransportFailure {
    match &exchange.outcome {
        Outcome::Failure(failure) => failure,
        other => panic!("no failure: {other:?}"),
    }
}
