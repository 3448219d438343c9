//! Fusion orders.

use serde_json::{Value, json};

use super::errors::{ApiError, Product};
use super::{Call, Endpoint, data};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let get = |path: &str, answer| Endpoint::get(path, Product::Other, "orders:read", &[], answer);
    vec![
        get("/fusion/orders/v2.0/{chain}/order/active", |call| {
            call.chain()?;
            active(call.query.get("page"), call.query.get("limit"), call.now)
        }),
        get("/fusion/orders/v2.0/{chain}/order/settlement", |call| {
            call.chain()?;
            Ok(json!({ "address": "0x2ad5004c60e16e54d5007c80ce329adde5b51ef5" }))
        }),
        get(
            "/fusion/orders/v2.0/{chain}/order/status/{orderHash}",
            status,
        ),
    ]
}

/// A page of active orders; the web socket answers the same.
pub(crate) fn active(page: Option<&str>, limit: Option<&str>, now: i64) -> Result<Value, ApiError> {
    let number = |name: &str, text: Option<&str>, usual: usize, most: usize| match text {
        None => Ok(usual),
        Some(text) => text
            .parse::<usize>()
            .ok()
            .filter(|number| (1..=most).contains(number))
            .ok_or_else(|| ApiError::bad(name, text, format!("{name} must be from 1 to {most}"))),
    };
    let (page, limit) = (
        number("page", page, 1, 10_000)?,
        number("limit", limit, 100, 500)?,
    );
    let all: Vec<Value> = (0..7).map(|index| order(index, now)).collect();
    let items: Vec<&Value> = all.iter().skip((page - 1) * limit).take(limit).collect();
    Ok(json!({
        "meta": {
            "totalItems": all.len(), "itemsPerPage": limit,
            "totalPages": all.len().div_ceil(limit), "currentPage": page,
        },
        "items": items,
    }))
}

/// A made-up order: 256-bit numbers as text, as 1inch sends them.
pub(crate) fn order(index: u32, now: i64) -> Value {
    let now = now - now.rem_euclid(60);
    let made = 1_000_000_000_000_000_000_u128 * u128::from(index + 1);
    json!({
        "orderHash": order_hash(index),
        "signature": format!("0x{}1c", format!("{:02x}", index + 17).repeat(64)),
        "deadline": iso(now + 180), "auctionStartDate": iso(now), "auctionEndDate": iso(now + 180),
        "quoteId": format!("6f1f7c35-8f4e-4b7b-9a53-{:012x}", index + 1),
        "remainingMakerAmount": made.to_string(),
        "makerBalance": (made * 4).to_string(), "makerAllowance": (made * 4).to_string(),
        "isMakerContract": false, "fills": [],
        "order": {
            "salt": format!("102412815629416628183432371{:039}", index + 1),
            "maker": format!("0x{:040x}", 0x00a1_b2c3_d4e5_u64 + u64::from(index)),
            "receiver": "0x0000000000000000000000000000000000000000",
            "makerAsset": "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2",
            "takerAsset": "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48",
            "makingAmount": made.to_string(),
            "takingAmount": (made * data::ETHER_PRICE / 10_u128.pow(18)).to_string(),
            "makerTraits": "33471150795161712739625987854073848363835856965607525350783622537007396290560",
        },
    })
}

pub(crate) fn order_hash(index: u32) -> String {
    format!("0x{:064x}", 0x5eed_0000_0000_u64 + u64::from(index))
}

fn iso(seconds: i64) -> String {
    time::OffsetDateTime::from_unix_timestamp(seconds)
        .ok()
        .and_then(|at| {
            at.format(&time::format_description::well_known::Rfc3339)
                .ok()
        })
        .unwrap_or_default()
}

fn status(call: &Call) -> Result<Value, ApiError> {
    call.chain()?;
    let hash = call.path("orderHash");
    let index = (0..7).find(|index| order_hash(*index) == hash);
    let index = index.ok_or_else(|| ApiError::not_found("Order not found"))?;
    Ok(json!({
        "orderHash": hash, "status": "pending", "order": order(index, call.now)["order"],
        "fills": [], "approximateTakingAmount": "3412870000", "createdAt": iso(call.now - 20),
        "cancelTx": null, "isNativeCurrency": false,
    }))
}
