//! Balances, spot prices, gas prices, charts.

use serde_json::{Value, json};

use super::data::{self, Token};
use super::errors::{ApiError, Product};
use super::{Call, Endpoint};

pub(crate) fn endpoints() -> Vec<Endpoint> {
    let balance =
        |path: &str, answer| Endpoint::get(path, Product::Other, "balance:read", &[], answer);
    vec![
        balance("/balance/v1.2/{chain}/balances/{walletAddress}", balances),
        Endpoint::post(
            "/balance/v1.2/{chain}/balances/{walletAddress}",
            Product::Other,
            "balance:read",
            chosen_balances,
        ),
        balance(
            "/balance/v1.2/{chain}/allowances/{spender}/{walletAddress}",
            allowances,
        ),
        balance(
            "/balance/v1.2/{chain}/allowancesAndBalances/{spender}/{walletAddress}",
            allowances_and_balances,
        ),
        Endpoint::get(
            "/price/v1.1/{chain}",
            Product::Price,
            "price:read",
            &[],
            prices,
        ),
        Endpoint::post(
            "/price/v1.1/{chain}",
            Product::Price,
            "price:read",
            prices_of_body,
        ),
        Endpoint::get(
            "/price/v1.1/{chain}/currencies",
            Product::Price,
            "price:read",
            &[],
            |_| Ok(json!({ "codes": CURRENCIES.map(|(code, _)| code) })),
        ),
        Endpoint::get(
            "/price/v1.1/{chain}/{addresses}",
            Product::Price,
            "price:read",
            &[],
            chosen_prices,
        ),
        Endpoint::get(
            "/gas-price/v1.5/{chain}",
            Product::Other,
            "price:read",
            &[],
            gas_price,
        ),
        Endpoint::get(
            "/gas-price/v1.6/{chain}",
            Product::Other,
            "price:read",
            &[],
            gas_price,
        ),
        Endpoint::get(
            "/charts/v1.0/chart/line/{token0}/{token1}/{period}/{chainId}",
            Product::Other,
            "price:read",
            &[],
            line,
        ),
        Endpoint::get(
            "/charts/v1.0/chart/aggregated/candle/{token0}/{token1}/{seconds}/{chainId}",
            Product::Other,
            "price:read",
            &[],
            candles,
        ),
    ]
}

/// Currency code and its price in hundredths of a dollar.
const CURRENCIES: [(&str, u128); 4] = [("USD", 100), ("EUR", 108), ("GBP", 127), ("CHF", 113)];

fn wallet(call: &Call, name: &str) -> Result<(), ApiError> {
    let address = call.path(name);
    if data::is_address(address) {
        Ok(())
    } else {
        Err(ApiError::bad(
            name,
            address,
            format!("{name} must be an Ethereum address"),
        ))
    }
}

/// A made-up balance that stays the same for a wallet and a token. Most are zero, as in reality.
fn balance_of(wallet: &str, token: &Token) -> u128 {
    let mix = wallet
        .bytes()
        .chain(token.address.bytes())
        .fold(7_u128, |sum, byte| {
            (sum * 31 + u128::from(byte.to_ascii_lowercase())) % 1_000_003
        });
    if mix % 3 == 0 {
        mix * 10_u128.pow(token.decimals) / 1_000 + mix
    } else {
        0
    }
}

fn balances(call: &Call) -> Result<Value, ApiError> {
    wallet(call, "walletAddress")?;
    let owner = call.path("walletAddress");
    Ok(data::by_address(call.chain()?, |token| {
        balance_of(owner, token).to_string().into()
    }))
}

fn chosen_balances(call: &Call) -> Result<Value, ApiError> {
    wallet(call, "walletAddress")?;
    let chain = call.chain()?;
    let owner = call.path("walletAddress");
    let tokens = named_tokens(call)?;
    Ok(tokens
        .into_iter()
        .map(|address| {
            let balance = data::find(chain, &address).map_or(0, |token| balance_of(owner, &token));
            (address, Value::from(balance.to_string()))
        })
        .collect::<serde_json::Map<_, _>>()
        .into())
}

/// `tokens` of the body: an array of addresses.
fn named_tokens(call: &Call) -> Result<Vec<String>, ApiError> {
    let tokens = call.body.get("tokens").and_then(Value::as_array);
    let addresses: Option<Vec<String>> = tokens.and_then(|tokens| {
        tokens
            .iter()
            .map(|token| {
                token
                    .as_str()
                    .filter(|text| data::is_address(text))
                    .map(str::to_owned)
            })
            .collect()
    });
    addresses.ok_or_else(|| {
        ApiError::bad(
            "tokens",
            "",
            "tokens must be an array of Ethereum addresses",
        )
    })
}

fn allowances(call: &Call) -> Result<Value, ApiError> {
    wallet(call, "spender")?;
    wallet(call, "walletAddress")?;
    Ok(data::by_address(call.chain()?, |_| "0".into()))
}

fn allowances_and_balances(call: &Call) -> Result<Value, ApiError> {
    wallet(call, "spender")?;
    wallet(call, "walletAddress")?;
    let owner = call.path("walletAddress");
    Ok(data::by_address(
        call.chain()?,
        |token| json!({ "balance": balance_of(owner, token).to_string(), "allowance": "0" }),
    ))
}

/// Without a currency: wei of the native token for one whole token. With one: a decimal number.
fn price(token: &Token, currency: Option<&str>) -> Result<Value, ApiError> {
    let Some(code) = currency else {
        return Ok(data::price_in_native(token).to_string().into());
    };
    CURRENCIES
        .iter()
        .find(|(own, _)| *own == code)
        .map(|(_, cents)| data::dollars(token.price * 100 / cents).into())
        .ok_or_else(|| ApiError::bad("currency", code, "currency is not supported"))
}

fn prices(call: &Call) -> Result<Value, ApiError> {
    let currency = call.query.get("currency");
    let mut prices = serde_json::Map::new();
    for token in data::tokens(call.chain()?) {
        prices.insert(token.address.to_owned(), price(&token, currency)?);
    }
    Ok(prices.into())
}

fn prices_for<'a>(
    call: &Call,
    addresses: impl Iterator<Item = &'a str>,
    currency: Option<&str>,
) -> Result<Value, ApiError> {
    let chain = call.chain()?;
    let mut prices = serde_json::Map::new();
    for address in addresses {
        if !data::is_address(address) {
            return Err(ApiError::bad(
                "addresses",
                address,
                "addresses must be Ethereum addresses",
            ));
        }
        let value = match data::find(chain, address) {
            Some(token) => price(&token, currency)?,
            None => "0".into(),
        };
        prices.insert(address.to_lowercase(), value);
    }
    Ok(prices.into())
}

fn chosen_prices(call: &Call) -> Result<Value, ApiError> {
    prices_for(
        call,
        call.path("addresses").split(','),
        call.query.get("currency"),
    )
}

fn prices_of_body(call: &Call) -> Result<Value, ApiError> {
    let tokens = named_tokens(call)?;
    let currency = call.body.get("currency").and_then(Value::as_str);
    prices_for(call, tokens.iter().map(String::as_str), currency)
}

fn gas_price(call: &Call) -> Result<Value, ApiError> {
    call.chain()?;
    let of = |priority: u64, max: u64| json!({ "maxPriorityFeePerGas": priority.to_string(), "maxFeePerGas": max.to_string() });
    Ok(json!({
        "baseFee": "1694203316",
        "low": of(50_000_000, 1_913_623_647),
        "medium": of(200_000_000, 2_233_043_979),
        "high": of(350_000_000, 2_552_464_310),
        "instant": of(1_000_000_000, 4_388_406_632),
    }))
}

/// A made-up wave around the price, the same whenever it is asked for.
fn wave(price: u128, step: i64) -> f64 {
    let base = data::dollars(price).parse::<f64>().unwrap_or(1.0);
    let phase = f64::from(i32::try_from(step.rem_euclid(720)).unwrap_or(0)) / 360.0;
    base * (1.0 + 0.03 * (phase * std::f64::consts::TAU).sin())
}

fn pair_price(call: &Call) -> Result<u128, ApiError> {
    let chain = call.chain()?;
    let known = |name: &str| {
        data::find(chain, call.path(name))
            .ok_or_else(|| ApiError::bad(name, call.path(name), "Token is not supported"))
    };
    let (token0, token1) = (known("token0")?, known("token1")?);
    Ok(token0.price * 1_000_000 / token1.price.max(1))
}

fn line(call: &Call) -> Result<Value, ApiError> {
    let price = pair_price(call)?;
    let (points, step) = match call.path("period") {
        "24H" => (96, 900),
        "1W" => (168, 3_600),
        "1M" => (180, 14_400),
        "1Y" | "AllTime" => (365, 86_400),
        other => {
            return Err(ApiError::bad(
                "period",
                other,
                "period must be 24H, 1W, 1M, 1Y or AllTime",
            ));
        }
    };
    let last = call.now / step;
    let data: Vec<Value> = (last - points + 1..=last)
        .map(|index| json!({ "time": index * step, "value": wave(price, index) }))
        .collect();
    Ok(json!({ "data": data }))
}

fn candles(call: &Call) -> Result<Value, ApiError> {
    let price = pair_price(call)?;
    let text = call.path("seconds");
    let step = text
        .parse::<i64>()
        .ok()
        .filter(|step| [300, 900, 3_600, 14_400, 86_400, 604_800, 2_500_000].contains(step))
        .ok_or_else(|| ApiError::bad("seconds", text, "This period is not supported"))?;
    let last = call.now / step;
    let data: Vec<Value> = (last - 299..=last)
        .map(|index| {
            let (open, close) = (wave(price, index), wave(price, index + 1));
            json!({
                "time": index * step, "open": open, "close": close,
                "high": open.max(close) * 1.002, "low": open.min(close) * 0.998,
            })
        })
        .collect();
    Ok(json!({ "data": data }))
}
