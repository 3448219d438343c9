//! Portfolio (errors in another shape) and history.

use serde_json::{Value, json};

use super::errors::{ApiError, Product};
use super::{Call, Endpoint, data};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let get = |rest: &str, required, answer| {
        let path = format!("/portfolio/portfolio/v5.0/{rest}");
        Endpoint::get(path, Product::Portfolio, "portfolio:read", required, answer)
    };
    vec![
        get("general/status", &[], |_| {
            Ok(json!({ "result": { "status": "ok" } }))
        }),
        get("general/supported_chains", &[], |_| {
            let chains =
                data::CHAINS.map(|(id, symbol)| json!({ "chain_id": id, "native": symbol }));
            Ok(json!({ "result": chains }))
        }),
        get("general/address_check", &["addresses"], address_check),
        get("general/current_value", &["addresses"], current_value),
        get("general/chart", &["addresses"], chart),
        get("protocols/snapshot", &["addresses"], protocols),
        get("tokens/snapshot", &["addresses"], tokens),
        Endpoint::get(
            "/history/v2.0/history/{address}/events",
            Product::Other,
            "history:read",
            &[],
            events,
        ),
    ]
}

fn addresses(call: &Call) -> Result<Vec<&str>, ApiError> {
    let text = call.query.get("addresses").unwrap_or_default();
    let all: Vec<&str> = text.split(',').map(str::trim).collect();
    match all.iter().find(|address| !data::is_address(address)) {
        None => Ok(all),
        Some(wrong) => Err(ApiError::bad(
            "addresses",
            wrong,
            "value is not a valid address",
        )),
    }
}

fn answered(result: &Value) -> Value {
    let meta = json!({
        "cached_at": 1_732_000_000, "system": { "click_time": 0.012, "node_time": 0.31 },
    });
    json!({ "result": result, "meta": meta })
}

fn address_check(call: &Call) -> Result<Value, ApiError> {
    let result: Vec<Value> = addresses(call)?
        .iter()
        .map(|address| json!({ "address": address, "is_contract": false }))
        .collect();
    Ok(answered(&json!(result)))
}

fn current_value(call: &Call) -> Result<Value, ApiError> {
    let by_address: Vec<Value> = addresses(call)?
        .iter()
        .map(|address| json!({ "address": address, "value_usd": 48_211.937_204 }))
        .collect();
    Ok(answered(&json!({
        "total": 48_211.937_204,
        "by_address": by_address,
        "by_category": [
            { "category_id": "tokens", "category_name": "Tokens", "value_usd": 31_904.552_1 },
            { "category_id": "protocols", "category_name": "Protocols", "value_usd": 16_307.385_104 },
        ],
        "by_protocol_group": [{
            "protocol_group_id": "aave_v3", "protocol_group_name": "Aave V3", "value_usd": 16_307.385_104,
        }],
        "by_chain": [
            { "chain_id": 1, "chain_name": "Ethereum", "value_usd": 40_017.225_9 },
            { "chain_id": 8453, "chain_name": "Base", "value_usd": 8_194.711_304 },
        ],
    })))
}

fn chart(call: &Call) -> Result<Value, ApiError> {
    addresses(call)?;
    let day = call.now / 86_400;
    let points: Vec<Value> = (0..30)
        .map(|index| {
            let value = 45_000.0 + 110.0 * f64::from(index) + 400.0 * f64::from(index % 5);
            json!({ "timestamp": (day - 29 + i64::from(index)) * 86_400, "value_usd": value })
        })
        .collect();
    Ok(answered(&json!(points)))
}

fn protocols(call: &Call) -> Result<Value, ApiError> {
    let owners = addresses(call)?;
    Ok(answered(&json!([{
        "chain": 1, "contract_address": "0x4d5f47fa6a74757f35c14fd3a6ef8e3c9bc514e8", "token_id": 0,
        "address": owners, "protocol_group_id": "aave_v3", "protocol_group_name": "Aave V3",
        "locked": false, "value_usd": 16_307.385_104,
        "underlying_tokens": [{
            "address": data::NATIVE, "symbol": "ETH", "amount": 4.778_210_000_000_000_1,
            "price_to_usd": 3_412.87,
        }],
    }])))
}

fn tokens(call: &Call) -> Result<Value, ApiError> {
    let owners = addresses(call)?;
    let held: Vec<Value> = data::tokens(1)
        .iter()
        .take(5)
        .map(|token| {
            json!({
                "chain": 1, "contract_address": token.address, "name": token.name,
                "symbol": token.symbol, "address": owners,
                // A bare integer that a double cannot hold.
                "amount_raw": 9_007_199_254_740_993_u64 * u64::from(token.decimals),
                "value_usd": 6_380.91,
            })
        })
        .collect();
    Ok(answered(&json!(held)))
}

fn events(call: &Call) -> Result<Value, ApiError> {
    let address = call.path("address");
    if !data::is_address(address) {
        return Err(ApiError::bad(
            "address",
            address,
            "address must be an Ethereum address",
        ));
    }
    let limit = match call.query.get("limit") {
        None => 100,
        Some(text) => text
            .parse::<u32>()
            .ok()
            .filter(|limit| (1..=10_000).contains(limit))
            .ok_or_else(|| ApiError::bad("limit", text, "limit must be from 1 to 10000"))?,
    };
    let items: Vec<Value> = (0..limit.min(250))
        .map(|index| event(address, index, call.now))
        .collect();
    Ok(json!({ "items": items, "cache_counter": items.len() }))
}

fn event(address: &str, index: u32, now: i64) -> Value {
    let at = now - i64::from(index) * 5_400;
    let sent = index.is_multiple_of(2);
    let (from, to) = if sent {
        (address, data::ROUTER)
    } else {
        (data::ROUTER, address)
    };
    json!({
        "timeMs": at * 1000, "address": address, "type": 0, "rating": "Reliable", "direction": if sent { "out" } else { "in" },
        "id": format!("{:x}-{index}", at), "eventOrderInTransaction": 0,
        "details": {
            "orderInBlock": 40 + index, "txHash": format!("0x{:064x}", 0x00c0_ffee_u64 + u64::from(index)),
            "chainId": 1, "blockNumber": 23_800_000 - i64::from(index) * 450, "blockTimeSec": at,
            "status": "completed", "type": if sent { "SwapExactInput" } else { "Receive" },
            "fromAddress": from, "toAddress": to, "nonce": 812 - i64::from(index),
            // A bare integer that a double cannot hold: a viewer must not round it.
            "feeInWei": 318_213_745_092_117_003_u64 + u64::from(index),
            "tokenActions": [{
                "chainId": "1", "address": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
                "standard": "ERC20", "fromAddress": from, "toAddress": to,
                "amount": "123456789012345678901234567890", "direction": if sent { "Out" } else { "In" },
            }],
        },
    })
}
