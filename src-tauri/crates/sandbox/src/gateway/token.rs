//! Tokens.

use serde_json::{Value, json};

use super::data::{self, CHAINS, Token};
use super::errors::{ApiError, Product};
use super::{Call, Endpoint};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let get = |path: String, required, answer| {
        Endpoint::get(path, Product::Other, "token:read", required, answer)
    };
    let mut all: Vec<Endpoint> = ["v1.2", "v1.3", "v1.4"]
        .into_iter()
        .flat_map(|version| {
            let path = |rest: &str| format!("/token/{version}/{rest}");
            [
                get(path("{chainId}"), &[], whitelisted),
                get(path("{chainId}/token-list"), &[], list),
                get(
                    path("{chainId}/search"),
                    &["only_positive_rating", "country"],
                    search_chain,
                ),
                get(path("{chainId}/custom"), &["addresses"], many),
                get(path("{chainId}/custom/{address}"), &[], one),
            ]
        })
        .collect();
    all.push(get(
        "/token/v1.3/search".into(),
        &["only_positive_rating", "country"],
        search,
    ));
    all.push(get(
        "/token/v1.3/multi-chain/supported-chains".into(),
        &[],
        |_| Ok(json!(CHAINS.map(|(id, _)| id))),
    ));
    all
}

fn described(token: &Token) -> Value {
    json!({
        "chainId": token.chain, "address": token.address, "symbol": token.symbol,
        "name": token.name, "decimals": token.decimals, "rating": 20, "eip2612": false,
        "isFoT": false, "providers": ["1inch", "CoinGecko", "Trust Wallet Assets"],
        "tags": [{ "value": "tokens", "provider": "1inch" }],
        "logoURI": format!("https://tokens.1inch.io/{}.png", token.address),
    })
}

fn whitelisted(call: &Call) -> Result<Value, ApiError> {
    Ok(data::by_address(call.chain()?, described))
}

fn list(call: &Call) -> Result<Value, ApiError> {
    let tokens: Vec<Value> = data::tokens(call.chain()?).iter().map(described).collect();
    Ok(json!({
        "name": "1inch Whitelisted Tokens", "version": { "major": 1, "minor": 4, "patch": 0 },
        "keywords": ["1inch", "whitelist"], "tags": {}, "tokens": tokens,
    }))
}

fn search_chain(call: &Call) -> Result<Value, ApiError> {
    found(call, &data::tokens(call.chain()?))
}

fn search(call: &Call) -> Result<Value, ApiError> {
    found(
        call,
        &CHAINS
            .iter()
            .flat_map(|(chain, _)| data::tokens(*chain))
            .collect::<Vec<_>>(),
    )
}

fn found(call: &Call, tokens: &[Token]) -> Result<Value, ApiError> {
    let wanted = call.query.get("query").unwrap_or_default().to_lowercase();
    let limit = match call.query.get("limit") {
        None => 10,
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|limit| (1..=100).contains(limit))
            .ok_or_else(|| ApiError::bad("limit", text, "limit must be from 1 to 100"))?,
    };
    let fits = |token: &Token| {
        token.symbol.to_lowercase().contains(&wanted)
            || token.name.to_lowercase().contains(&wanted)
            || token.address == wanted
    };
    Ok(tokens
        .iter()
        .filter(|token| fits(token))
        .take(limit)
        .map(described)
        .collect())
}

fn many(call: &Call) -> Result<Value, ApiError> {
    let chain = call.chain()?;
    let addresses = call.query.get("addresses").unwrap_or_default();
    let mut found = serde_json::Map::new();
    for address in addresses.split(',').map(str::trim) {
        if !data::is_address(address) {
            return Err(ApiError::bad(
                "addresses",
                address,
                "addresses must be Ethereum addresses",
            ));
        }
        if let Some(token) = data::find(chain, address) {
            found.insert(token.address.to_owned(), described(&token));
        }
    }
    Ok(found.into())
}

fn one(call: &Call) -> Result<Value, ApiError> {
    data::find(call.chain()?, call.path("address"))
        .map(|token| described(&token))
        .ok_or_else(|| ApiError::not_found("Token not found"))
}
