//! Well-known public tokens and made-up prices.

use serde_json::{Map, Value, json};

pub(crate) const NATIVE: &str = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
/// The aggregation router v6, which has the same address on most chains.
pub(crate) const ROUTER: &str = "0x111111125421ca6dc452d289314280a0f8842a65";

/// Chain id and the symbol of its native token.
pub(crate) const CHAINS: [(u64, &str); 13] = [
    (1, "ETH"),
    (10, "ETH"),
    (56, "BNB"),
    (100, "xDAI"),
    (130, "ETH"),
    (137, "POL"),
    (146, "S"),
    (250, "FTM"),
    (324, "ETH"),
    (8453, "ETH"),
    (42161, "ETH"),
    (43114, "AVAX"),
    (59144, "ETH"),
];

#[derive(Debug, Clone, Copy)]
pub(crate) struct Token {
    pub(crate) chain: u64,
    pub(crate) address: &'static str,
    pub(crate) symbol: &'static str,
    pub(crate) name: &'static str,
    pub(crate) decimals: u32,
    /// In millionths of a dollar.
    pub(crate) price: u128,
}

const fn token(
    chain: u64,
    address: &'static str,
    symbol: &'static str,
    name: &'static str,
    decimals: u32,
    price: u128,
) -> Token {
    Token {
        chain,
        address,
        symbol,
        name,
        decimals,
        price,
    }
}

pub(crate) const ETHER_PRICE: u128 = 3_412_870_000;

#[rustfmt::skip]
const TOKENS: &[Token] = &[
    token(1, NATIVE, "ETH", "Ether", 18, ETHER_PRICE),
    token(1, "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", "WETH", "Wrapped Ether", 18, ETHER_PRICE),
    token(1, "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", "USDC", "USD Coin", 6, 1_000_000),
    token(1, "0xdac17f958d2ee523a2206206994597c13d831ec7", "USDT", "Tether USD", 6, 999_700),
    token(1, "0x6b175474e89094c44da98b954eedeac495271d0f", "DAI", "Dai Stablecoin", 18, 1_000_100),
    token(1, "0x111111111117dc0aa78b770fa6a738034120c302", "1INCH", "1INCH Token", 18, 262_400),
    token(1, "0x2260fac5e5542a773aa44fbcfedf7c193bc2c599", "WBTC", "Wrapped BTC", 8, 104_233_500_000),
    token(1, "0x514910771af9ca656af840dff83e8264ecf986ca", "LINK", "ChainLink Token", 18, 17_420_000),
    token(1, "0x1f9840a85d5af5bf1d1762f925bdaddc4201f984", "UNI", "Uniswap", 18, 8_910_000),
    token(1, "0x7fc66500c84a76ad7e9c93437bfc5ac33e2ddae9", "AAVE", "Aave Token", 18, 243_100_000),
    token(1, "0xae7ab96520de3a18e5e111b5eaab095312d7fe84", "stETH", "Liquid staked Ether 2.0", 18, 3_409_400_000),
    token(1, "0x7f39c581f595b53c5cb19bd0b3f8da6c935e2ca0", "wstETH", "Wrapped liquid staked Ether 2.0", 18, 4_121_700_000),
    token(1, "0x6982508145454ce325ddbe47a25d4ec3d2311933", "PEPE", "Pepe", 18, 12),
    token(10, "0x0b2c639c533813f4aa9d7837caf62653d097ff85", "USDC", "USD Coin", 6, 1_000_000),
    token(10, "0x4200000000000000000000000000000000000042", "OP", "Optimism", 18, 871_000),
    token(56, "0xbb4cdb9cbd36b01bd1cbaebf2de08d9173bc095c", "WBNB", "Wrapped BNB", 18, 690_200_000),
    token(56, "0x55d398326f99059ff775485246999027b3197955", "USDT", "Tether USD", 18, 999_700),
    token(137, "0x3c499c542cef5e3811e1192ce70d8cc03d5c3359", "USDC", "USD Coin", 6, 1_000_000),
    token(137, "0x7ceb23fd6bc0add59e62ac25578270cff1b9f619", "WETH", "Wrapped Ether", 18, ETHER_PRICE),
    token(137, "0xc2132d05d31c914a87c6611c10748aeb04b58e8f", "USDT", "Tether USD", 6, 999_700),
    token(8453, "0x833589fcd6edb6e08f4c7c32d4f71b54bda02913", "USDC", "USD Coin", 6, 1_000_000),
    token(8453, "0x4200000000000000000000000000000000000006", "WETH", "Wrapped Ether", 18, ETHER_PRICE),
    token(42161, "0xaf88d065e77c8cc2239327c5edb3a432268e5831", "USDC", "USD Coin", 6, 1_000_000),
    token(42161, "0x82af49447d8a07e3bd95bd0d56f35241523fbab1", "WETH", "Wrapped Ether", 18, ETHER_PRICE),
    token(42161, "0x912ce59144191c1204e64559fe8253a0e49e6548", "ARB", "Arbitrum", 18, 512_000),
];

/// The tokens of a chain; where no others are known, its native one.
pub(crate) fn tokens(chain: u64) -> Vec<Token> {
    let mut own: Vec<Token> = TOKENS
        .iter()
        .filter(|token| token.chain == chain)
        .copied()
        .collect();
    if !own.iter().any(|token| token.address == NATIVE) {
        let symbol = CHAINS
            .iter()
            .find(|(id, _)| *id == chain)
            .map_or("ETH", |(_, symbol)| symbol);
        let (name, price) = match symbol {
            "ETH" => ("Ether", ETHER_PRICE),
            "BNB" => ("BNB", 690_200_000),
            "POL" => ("Polygon", 482_000),
            "AVAX" => ("Avalanche", 38_400_000),
            "xDAI" => ("xDAI", 1_000_000),
            other => (other, 610_000),
        };
        own.insert(0, token(chain, NATIVE, symbol, name, 18, price));
    }
    own
}

pub(crate) fn find(chain: u64, address: &str) -> Option<Token> {
    tokens(chain)
        .into_iter()
        .find(|token| token.address.eq_ignore_ascii_case(address))
}

pub(crate) fn is_address(text: &str) -> bool {
    text.strip_prefix("0x")
        .is_some_and(|hex| hex.len() == 40 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// As the swap API lists a token.
pub(crate) fn described(token: &Token) -> Value {
    let mut tags = vec!["tokens".to_owned()];
    if token.address == NATIVE {
        tags.insert(0, "native".into());
    }
    json!({
        "address": token.address, "symbol": token.symbol, "name": token.name,
        "decimals": token.decimals, "eip2612": matches!(token.symbol, "USDC" | "DAI" | "UNI" | "1INCH"),
        "isFoT": false, "tags": tags,
        "logoURI": format!("https://tokens.1inch.io/{}.png", token.address),
    })
}

/// Address to whatever `value` says of the token.
pub(crate) fn by_address(chain: u64, value: impl Fn(&Token) -> Value) -> Value {
    tokens(chain)
        .iter()
        .map(|token| (token.address.to_owned(), value(token)))
        .collect::<Map<_, _>>()
        .into()
}

/// The price of one whole token, in wei of the chain's native token.
pub(crate) fn price_in_native(token: &Token) -> u128 {
    let native = tokens(token.chain)
        .first()
        .map_or(ETHER_PRICE, |native| native.price);
    token.price * 10_u128.pow(18) / native.max(1)
}

/// Dollars as text, like `3412.87`.
pub(crate) fn dollars(price: u128) -> String {
    let text = format!("{}.{:06}", price / 1_000_000, price % 1_000_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
