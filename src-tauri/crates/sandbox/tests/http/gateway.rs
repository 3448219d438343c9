use inchkeep_sandbox::SandboxOptions;
use serde_json::{Value, json};

use crate::support::{options, start, start_with, text};

const OWNER: &str = "0x00000000219ab540356cbb839cbe05303d7705fa";
const ETH: &str = "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee";
const USDC: &str = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";

#[tokio::test]
async fn a_dozen_endpoints_answer_with_data() {
    let it = start().await;
    let swap = format!("src={ETH}&dst={USDC}&amount=1000000000000000000");
    for (path, pointer) in [
        (
            "/swap/v5.2/1/tokens".to_owned(),
            format!("/tokens/{USDC}/symbol"),
        ),
        (
            format!("/swap/v6.1/1/quote?{swap}"),
            "/dstAmount".to_owned(),
        ),
        (
            format!("/swap/v6.1/1/swap?{swap}&from={OWNER}&origin={OWNER}&slippage=1"),
            "/tx/data".to_owned(),
        ),
        (
            "/swap/v6.1/1/liquidity-sources".to_owned(),
            "/protocols/0/id".to_owned(),
        ),
        (
            "/swap/v6.1/1/approve/spender".to_owned(),
            "/address".to_owned(),
        ),
        (
            "/token/v1.3/search?query=usdc&only_positive_rating=true&country=DE".to_owned(),
            "/0/symbol".to_owned(),
        ),
        ("/token/v1.2/137".to_owned(), format!("/{ETH}/symbol")),
        (
            format!("/balance/v1.2/1/balances/{OWNER}"),
            format!("/{USDC}"),
        ),
        ("/price/v1.1/1".to_owned(), format!("/{USDC}")),
        (
            format!("/price/v1.1/1/{USDC}?currency=EUR"),
            format!("/{USDC}"),
        ),
        (
            "/gas-price/v1.6/1".to_owned(),
            "/medium/maxFeePerGas".to_owned(),
        ),
        (
            format!("/portfolio/portfolio/v5.0/general/current_value?addresses={OWNER}"),
            "/result/total".to_owned(),
        ),
        (
            format!("/history/v2.0/history/{OWNER}/events?limit=3"),
            "/items/2/details/txHash".to_owned(),
        ),
        (
            format!("/charts/v1.0/chart/aggregated/candle/{ETH}/{USDC}/3600/1"),
            "/data/299/close".to_owned(),
        ),
        (
            "/fusion/orders/v2.0/1/order/active?page=2&limit=3".to_owned(),
            "/items/2/orderHash".to_owned(),
        ),
    ] {
        let answer = it.get(&path, &it.seed.api_key).await;
        assert_eq!(answer.status(), 200, "{path}");
        assert_eq!(
            answer.headers()["content-type"],
            "application/json",
            "{path}"
        );
        let body: Value = answer.json().await.unwrap();
        assert!(
            body.pointer(&pointer).is_some_and(|value| !value.is_null()),
            "{path}: {pointer}"
        );
    }
}

#[tokio::test]
async fn a_quote_is_worth_what_the_prices_say() {
    let it = start().await;
    let path = format!(
        "/swap/v6.1/1/quote?src={ETH}&dst={USDC}&amount=2000000000000000000&includeTokensInfo=true"
    );
    let body: Value = it.get(&path, &it.seed.api_key).await.json().await.unwrap();
    // 2 ETH at 3,412.87 dollars less 0.15 %, in millionths.
    assert_eq!(body["dstAmount"], "6815501390");
    assert_eq!(body["dstToken"]["symbol"], "USDC");
}

#[tokio::test]
async fn integers_that_a_double_cannot_hold_are_sent_bare_too() {
    let it = start().await;
    let path = format!("/history/v2.0/history/{OWNER}/events?limit=1");
    let text = it.get(&path, &it.seed.api_key).await.text().await.unwrap();
    assert!(text.contains("\"feeInWei\":318213745092117003"), "{text}");
}

#[tokio::test]
async fn a_missing_parameter_is_answered_in_the_shape_of_the_product() {
    let it = start().await;
    let key = it.seed.api_key.clone();
    let swap = it
        .get(&format!("/swap/v6.1/1/quote?src={ETH}&dst={USDC}"), &key)
        .await;
    assert_eq!(swap.status(), 400);
    let id = swap.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: Value = swap.json().await.unwrap();
    assert_eq!(
        body,
        json!({
            "error": "Bad Request", "description": "amount is required", "statusCode": 400,
            "requestId": id, "meta": [{ "type": "amount", "value": "" }],
        })
    );

    let price = it.get("/price/v1.1/1?currency=XYZ", &key).await;
    assert_eq!(price.status(), 400);
    let body: Value = price.json().await.unwrap();
    assert_eq!(
        (&body["statusCode"], body.get("requestId")),
        (&json!(400), None)
    );
    assert!(body["description"].is_string());

    let token = it.get("/token/v1.3/search?query=x", &key).await;
    assert_eq!(token.status(), 400);
    assert_eq!(
        token.json::<Value>().await.unwrap(),
        json!({ "statusCode": 400, "message": "only_positive_rating is required", "error": "Bad Request" })
    );

    let portfolio = it
        .get("/portfolio/portfolio/v5.0/general/current_value", &key)
        .await;
    assert_eq!(portfolio.status(), 422);
    assert_eq!(
        portfolio.json::<Value>().await.unwrap(),
        json!({ "detail": [{ "loc": ["query", "addresses"], "msg": "addresses is required", "type": "missing" }] })
    );
}

#[tokio::test]
async fn nonsense_is_refused() {
    let it = start().await;
    for (path, status) in [
        (
            format!("/swap/v6.1/1/quote?src={ETH}&dst={USDC}&amount=1.5"),
            400,
        ),
        (
            format!("/swap/v6.1/1/quote?src={ETH}&dst={USDC}&amount=0"),
            400,
        ),
        (
            format!(
                "/swap/v6.1/1/quote?src={ETH}&dst={USDC}&amount={}",
                "9".repeat(60)
            ),
            400,
        ),
        (
            format!("/swap/v6.1/1/quote?src={ETH}&dst={ETH}&amount=1"),
            400,
        ),
        (
            format!("/swap/v6.1/1/quote?src=eth&dst={USDC}&amount=1"),
            400,
        ),
        (
            format!("/swap/v6.1/1/quote?src={ETH}&dst={USDC}&amount=1000&includeGas=True"),
            400,
        ),
        ("/swap/v6.1/99999/tokens".into(), 404),
        ("/swap/v9.9/1/tokens".into(), 404),
        ("/balance/v1.2/1/balances/me".into(), 400),
        (
            format!("/charts/v1.0/chart/aggregated/candle/{ETH}/{USDC}/60/1"),
            400,
        ),
        ("/fusion/orders/v2.0/1/order/status/0x00".into(), 404),
    ] {
        assert_eq!(
            it.get(&path, &it.seed.api_key).await.status(),
            status,
            "{path}"
        );
    }
}

#[tokio::test]
async fn json_rpc_over_http() {
    let it = start().await;
    let ask = async |path: &str, body: &str| {
        let request = it
            .http
            .post(it.url(path))
            .bearer_auth(&it.seed.api_key)
            .body(body.to_owned());
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, body) = ask(
        "/web3/1",
        r#"{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}"#,
    )
    .await;
    assert_eq!(
        (status, body.as_str()),
        (200, r#"{"id":1,"jsonrpc":"2.0","result":"0x1"}"#)
    );
    let (_, body) = ask(
        "/web3/1",
        r#"{"jsonrpc":"2.0","id":123456789012345678901234567890,"method":"eth_chainId"}"#,
    )
    .await;
    assert_eq!(
        body,
        r#"{"id":123456789012345678901234567890,"jsonrpc":"2.0","result":"0x1"}"#
    );
    assert_eq!(
        ask("/web3/1", "not json").await,
        (400, "\"Invalid request format\"".into())
    );
    assert_eq!(
        ask("/web3/999", "{}").await,
        (404, "\"ChainId not found\"".into())
    );
}

#[tokio::test]
async fn who_is_nobody_gets_401_and_who_lacks_the_right_403() {
    let it = start().await;
    let path = it.url("/swap/v6.1/1/tokens");
    let none = it.http.get(&path).send().await.unwrap();
    assert_eq!(none.status(), 401);
    assert_eq!(
        none.headers()["www-authenticate"],
        "Bearer realm=\"1inch sandbox\""
    );
    assert_eq!(none.json::<Value>().await.unwrap()["statusCode"], 401);

    let wrong = it.get("/swap/v6.1/1/tokens", "sbx_key_wrong").await;
    assert_eq!(wrong.status(), 401);
    assert!(
        wrong.headers()["www-authenticate"]
            .to_str()
            .unwrap()
            .contains("invalid_token")
    );
    let wrong = it
        .http
        .get(format!("{path}?apiKey=wrong"))
        .send()
        .await
        .unwrap();
    assert_eq!(wrong.status(), 401);
    let scheme = it
        .http
        .get(&path)
        .header("authorization", &it.seed.api_key)
        .send()
        .await
        .unwrap();
    assert_eq!(scheme.status(), 401);

    let limited = it
        .sandbox
        .issue_limited_api_key(&it.seed.application_id, "Quotes", "swap:read")
        .unwrap();
    assert_eq!(it.get("/swap/v6.1/1/tokens", &limited).await.status(), 200);
    assert_eq!(it.get("/price/v1.1/1", &limited).await.status(), 403);
}

#[tokio::test]
async fn an_access_token_does_not_travel_in_the_query() {
    let it = start().await;
    let client = it.server_client().await;
    let tokens: Value = it.client_credentials(&client).await.json().await.unwrap();
    let access = text(&tokens, "access_token");
    assert_eq!(it.get("/price/v1.1/1", &access).await.status(), 200);
    let address = it.url(&format!("/price/v1.1/1?apiKey={access}"));
    assert_eq!(it.http.get(address).send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn over_the_limit_the_answer_is_plain_text() {
    let it = start_with(SandboxOptions {
        rate_per_second: Some(0),
        ..options()
    })
    .await;
    let answer = it.get("/swap/v6.1/1/tokens", &it.seed.api_key).await;
    assert_eq!(answer.status(), 429);
    assert_eq!(
        answer.headers()["content-type"],
        "text/plain; charset=utf-8"
    );
    assert_eq!(answer.headers()["ratelimit-remaining"], "0");
    let text = answer.text().await.unwrap();
    assert_eq!(text, "The limit of requests per second has been exceeded");
    // Somebody unknown is not told about the limit.
    assert_eq!(it.get("/swap/v6.1/1/tokens", "wrong").await.status(), 401);
}

#[tokio::test]
async fn the_debug_tool_finds_a_request_by_its_id() {
    let it = start().await;
    let failed = it.get("/swap/v6.1/1/quote", &it.seed.api_key).await;
    let id = failed.headers()["x-request-id"]
        .to_str()
        .unwrap()
        .to_owned();
    let call = async |bearer: Option<&str>, name: &str, arguments: Value| {
        let message = json!({
            "jsonrpc": "2.0", "id": 5, "method": "tools/call",
            "params": { "name": name, "arguments": arguments },
        });
        let mut request = it.http.post(it.url("/mcp/protocol")).json(&message);
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        request.send().await.unwrap()
    };
    let key = Some(it.seed.api_key.as_str());
    let answer: Value = call(key, "debug", json!({ "requestId": id }))
        .await
        .json()
        .await
        .unwrap();
    let logs = &answer["result"]["structuredContent"]["logs"];
    assert_eq!(logs.as_array().unwrap().len(), 1);
    assert_eq!(
        (&logs[0]["status"], &logs[0]["level"]),
        (&json!(400), &json!("warn"))
    );
    assert_eq!(logs[0]["path"], "/swap/v6.1/1/quote");

    let answer: Value = call(key, "debug", json!({})).await.json().await.unwrap();
    assert_eq!(answer["result"]["isError"], true);
    assert_eq!(
        call(None, "debug", json!({ "requestId": id }))
            .await
            .status(),
        401
    );
    let answer: Value = call(key, "authenticate", json!({}))
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(answer["result"]["structuredContent"]["authenticated"], true);
}
