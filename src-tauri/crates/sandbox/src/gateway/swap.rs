//! Classic swap.

use serde_json::{Value, json};

use super::data::{self, Token};
use super::errors::{ApiError, Product};
use super::{Call, Endpoint};

/// 0.15 % of slippage and fees on the way.
const KEPT: (u128, u128) = (9_985, 10_000);

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let get = |path: String, required, answer| {
        Endpoint::get(path, Product::Swap, "swap:read", required, answer)
    };
    ["v5.2", "v6.0", "v6.1"]
        .into_iter()
        .flat_map(|version| {
            let path = |rest: &str| format!("/swap/{version}/{{chain}}/{rest}");
            [
                get(path("tokens"), &[], tokens),
                get(path("quote"), &["src", "dst", "amount"], quote),
                get(
                    path("swap"),
                    &["src", "dst", "amount", "from", "origin", "slippage"],
                    swap,
                ),
                get(path("liquidity-sources"), &[], liquidity_sources),
                get(path("approve/spender"), &[], spender),
                get(path("approve/transaction"), &["tokenAddress"], approve),
                get(
                    path("approve/allowance"),
                    &["tokenAddress", "walletAddress"],
                    allowance,
                ),
            ]
        })
        .collect()
}

fn tokens(call: &Call) -> Result<Value, ApiError> {
    let chain = call.chain()?;
    Ok(json!({ "tokens": data::by_address(chain, data::described) }))
}

/// The token that a parameter names.
fn token(call: &Call, name: &str) -> Result<Token, ApiError> {
    let address = address(call, name)?;
    data::find(call.chain()?, address)
        .ok_or_else(|| ApiError::bad(name, address, format!("{name} is not a known token")))
}

fn address<'c>(call: &'c Call, name: &str) -> Result<&'c str, ApiError> {
    let text = call.query.get(name).unwrap_or_default();
    if data::is_address(text) {
        Ok(text)
    } else {
        Err(ApiError::bad(
            name,
            text,
            format!("{name} must be an Ethereum address"),
        ))
    }
}

/// Amounts are in minimal units: digits only.
fn amount(call: &Call) -> Result<u128, ApiError> {
    let text = call.query.get("amount").unwrap_or_default();
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ApiError::bad(
            "amount",
            text,
            "amount must be a natural number",
        ));
    }
    text.parse()
        .ok()
        .filter(|amount| *amount > 0)
        .ok_or_else(|| ApiError::bad("amount", text, "insufficient liquidity"))
}

/// Tokens of one call and what comes out, all in minimal units.
struct Exchange {
    src: Token,
    dst: Token,
    out: u128,
}

fn exchange(call: &Call) -> Result<Exchange, ApiError> {
    let (src, dst, amount) = (token(call, "src")?, token(call, "dst")?, amount(call)?);
    if src.address == dst.address {
        return Err(ApiError::bad("dst", dst.address, "src and dst must differ"));
    }
    let out = || {
        let worth = amount
            .checked_mul(src.price)?
            .checked_mul(10_u128.pow(dst.decimals))?;
        let out = worth / dst.price / 10_u128.pow(src.decimals);
        Some(out.checked_mul(KEPT.0)? / KEPT.1)
    };
    let out = out()
        .filter(|out| *out > 0)
        .ok_or_else(|| ApiError::bad("amount", &amount.to_string(), "insufficient liquidity"))?;
    Ok(Exchange { src, dst, out })
}

/// Booleans are case-sensitive at 1inch: `True` is refused.
fn flag(call: &Call, name: &str) -> Result<bool, ApiError> {
    match call.query.get(name) {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(other) => Err(ApiError::bad(
            name,
            other,
            format!("{name} must be true or false"),
        )),
    }
}

fn described(call: &Call) -> Result<Value, ApiError> {
    let Exchange { src, dst, out } = exchange(call)?;
    let mut body = json!({ "dstAmount": out.to_string() });
    if flag(call, "includeTokensInfo")? {
        body["srcToken"] = data::described(&src);
        body["dstToken"] = data::described(&dst);
    }
    if flag(call, "includeProtocols")? {
        body["protocols"] = json!([[[
            { "name": "UNISWAP_V3", "part": 62, "fromTokenAddress": src.address, "toTokenAddress": dst.address },
            { "name": "CURVE", "part": 38, "fromTokenAddress": src.address, "toTokenAddress": dst.address },
        ]]]);
    }
    if flag(call, "includeGas")? {
        body["gas"] = json!(181_416);
    }
    Ok(body)
}

fn quote(call: &Call) -> Result<Value, ApiError> {
    described(call)
}

fn swap(call: &Call) -> Result<Value, ApiError> {
    let from = address(call, "from")?;
    address(call, "origin")?;
    let slippage = call.query.get("slippage").unwrap_or_default();
    if !slippage
        .parse::<f64>()
        .is_ok_and(|percent| (0.0..=50.0).contains(&percent))
    {
        return Err(ApiError::bad(
            "slippage",
            slippage,
            "slippage must be from 0 to 50",
        ));
    }
    let mut body = described(call)?;
    let src = token(call, "src")?;
    let value = if src.address == data::NATIVE {
        amount(call)?
    } else {
        0
    };
    let word = |text: &str| format!("{:0>64}", text.trim_start_matches("0x"));
    body["tx"] = json!({
        "from": from, "to": data::ROUTER,
        "data": format!(
            "0x07ed2379{}{}{}{:064x}",
            word("0x990636ecb3ff04d33d92e970d3d588bf5cd8d086"),
            word(src.address),
            word(call.query.get("dst").unwrap_or_default()),
            amount(call)?
        ),
        "value": value.to_string(), "gas": 228_351, "gasPrice": "1894203316",
    });
    Ok(body)
}

fn liquidity_sources(call: &Call) -> Result<Value, ApiError> {
    call.chain()?;
    let source = |id: &str, title: &str| {
        let image = format!(
            "https://cdn.1inch.io/liquidity-sources-logo/{}.png",
            id.to_lowercase()
        );
        json!({ "id": id, "title": title, "img": image, "img_color": image })
    };
    Ok(json!({ "protocols": [
        source("UNISWAP_V2", "Uniswap V2"), source("UNISWAP_V3", "Uniswap V3"),
        source("UNISWAP_V4", "Uniswap V4"), source("CURVE", "Curve"),
        source("BALANCER_V2", "Balancer V2"), source("SUSHI", "SushiSwap"),
        source("MAVERICK_V2", "Maverick V2"), source("ONE_INCH_LIMIT_ORDER_V4", "1inch Limit Order V4"),
    ] }))
}

fn spender(call: &Call) -> Result<Value, ApiError> {
    call.chain()?;
    Ok(json!({ "address": data::ROUTER }))
}

fn approve(call: &Call) -> Result<Value, ApiError> {
    let token = token(call, "tokenAddress")?;
    let amount = match call.query.get("amount") {
        None => "f".repeat(64),
        Some(_) => format!("{:064x}", amount(call)?),
    };
    Ok(json!({
        "data": format!("0x095ea7b3{:0>64}{amount}", data::ROUTER.trim_start_matches("0x")),
        "gasPrice": "1894203316", "to": token.address, "value": "0",
    }))
}

fn allowance(call: &Call) -> Result<Value, ApiError> {
    token(call, "tokenAddress")?;
    address(call, "walletAddress")?;
    Ok(
        json!({ "allowance": "115792089237316195423570985008687907853269984665640564039457584007913129639935" }),
    )
}
