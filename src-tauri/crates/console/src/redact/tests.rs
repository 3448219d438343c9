use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use proptest::prelude::*;
use time::OffsetDateTime;
use url::Url;

use super::*;
use crate::{
    Answer, BodyEnd, ExchangeId, Hop, HttpVersion, SentRequest, StopReason, StoppedRedirect, Timing,
};

const CANARY: &str = "cAn4ry+/key=\"0123456789\\7Qx2";

fn redactor(secret: &str) -> Redactor {
    Redactor::new([("router-read".to_owned(), secret.into())])
}

/// Every way in which one of our peers writes a value.
fn encodings(secret: &str) -> Vec<(&'static str, String)> {
    let json = serde_json::to_string(secret).expect("JSON");
    let inside = json
        .strip_prefix('"')
        .and_then(|json| json.strip_suffix('"'));
    let json = inside.expect("quotes").to_owned();
    let percent = |lower: bool| -> String {
        secret
            .bytes()
            .map(|byte| {
                if lower {
                    format!("%{byte:02x}")
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect()
    };
    let form: String = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect();
    let units: Vec<_> = secret
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let unicode = units.concat();
    vec![
        ("raw", secret.to_owned()),
        ("form", form.clone()),
        ("every byte percent-encoded", percent(false)),
        ("in lower case", percent(true)),
        (
            "twice",
            url::form_urlencoded::byte_serialize(form.as_bytes()).collect(),
        ),
        ("JSON", json.clone()),
        ("JSON by code points", unicode),
        ("JSON with escaped slashes", json.replace('/', "\\/")),
        (
            "JSON in a URL",
            url::form_urlencoded::byte_serialize(json.as_bytes()).collect(),
        ),
        ("base64", STANDARD.encode(secret)),
        (
            "base64 after one byte",
            STANDARD.encode(format!("x{secret}")),
        ),
        ("Basic", STANDARD.encode(format!("cl:{secret}"))),
        ("base64 with an end", STANDARD.encode(format!("{secret}yz"))),
        ("base64url", URL_SAFE_NO_PAD.encode(format!("id:{secret}"))),
    ]
}

fn in_a_view(text: &[u8], secret: &str) -> bool {
    let mut found = false;
    views::each(text, &mut |view| {
        let mut windows = view.bytes.windows(secret.len());
        found |= windows.any(|window| window == secret.as_bytes());
    });
    found
}

/// The secret, or any decoding that gives it back, stands in `text`.
fn leaks(text: &[u8], secret: &str) -> bool {
    let found = |bytes: &[u8]| {
        bytes
            .windows(secret.len())
            .any(|window| window == secret.as_bytes())
    };
    let in_base64 = || {
        let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/-_".contains(b);
        text.split(|byte| !is_base64(byte)).any(|word| {
            let word = String::from_utf8_lossy(word)
                .replace('-', "+")
                .replace('_', "/");
            let engine = base64::engine::general_purpose::STANDARD_NO_PAD;
            (0..=word.len() % 4).any(|cut| {
                let word = word.get(..word.len() - cut).unwrap_or_default();
                engine.decode(word).is_ok_and(|bytes| found(&bytes))
            })
        })
    };
    in_a_view(text, secret) || in_base64()
}

#[test]
fn a_known_value_is_masked_in_every_encoding_wherever_it_stands() {
    let redactor = redactor(CANARY);
    for (name, encoded) in encodings(CANARY) {
        for frame in [
            "{}",
            "before {} after",
            "https://h/{}/p",
            "{\"a\":\"{}\",\"b\":1}",
            "a={}&b=1",
        ] {
            let text = frame.replace("{}", &encoded);
            assert!(
                leaks(text.as_bytes(), CANARY),
                "the check sees it: {name}: {text}"
            );
            let masked = redactor.text(&text);
            assert!(!leaks(masked.as_bytes(), CANARY), "{name}: {masked}");
            assert!(masked.contains("••••••••7Qx2"), "{name}: {masked}");
            assert_eq!(redactor.text(&masked), masked, "twice is once: {name}");
        }
    }
}

#[test]
fn what_is_no_secret_stays_byte_for_byte() {
    let redactor = redactor(CANARY);
    for text in [
        "",
        "cAn4ry",
        "{\"code\":400,\"description\":\"insufficient liquidity\",\"requestId\":\"8f14e45f\"}",
        "https://api.1inch.com/swap/v6.1/1/quote?src=0xeeee&amount=1000%20",
        "The limit of requests per second has been exceeded",
        "WWW-Authenticate: Bearer realm=\"api\", error=\"invalid_token\"",
    ] {
        assert!(
            matches!(redactor.text(text), Cow::Borrowed(same) if same == text),
            "{text}"
        );
    }
    assert_eq!(redactor.bytes(&[0xff, 0x00, 0x80]), &[0xff, 0x00, 0x80][..]);
}

#[test]
fn short_secrets_show_no_end_and_overlapping_ones_neither() {
    assert_eq!(masked("0123456789012345678"), MASK);
    assert_eq!(masked("01234567890123456789"), "••••••••6789");
    let two = Redactor::new([
        ("a".to_owned(), "aaaaaaaaaaaaaaaaaaaaBBBB".into()),
        ("b".to_owned(), "BBBBcccccccccccccccccccc".into()),
    ]);
    assert_eq!(
        two.text("<aaaaaaaaaaaaaaaaaaaaBBBBcccccccccccccccccccc>"),
        "<••••••••>"
    );
    assert_eq!(two.labels_in(b"x BBBBcccccccccccccccccccc"), ["b"]);
    assert!(!format!("{two:?}").contains("BBBB"));
}

#[test]
fn headers_keep_what_is_no_secret() {
    let redactor = Redactor::new(None);
    let cases = [
        (
            "Authorization",
            "Bearer 0123456789-0123456789",
            "Bearer ••••••••6789",
        ),
        (
            "authorization",
            "Basic Y2xpZW50OnNlY3JldA==",
            "Basic ••••••••dA==",
        ),
        ("Proxy-Authorization", "abc", "••••••••"),
        (
            "Set-Cookie",
            "sid=abc; Path=/; HttpOnly",
            "sid=••••••••; Path=/; HttpOnly",
        ),
        ("cookie", "a=1; b=2", "a=••••••••; b=••••••••"),
        ("X-Api-Key", "abc", "••••••••"),
        (
            "location",
            "https://app/cb?code=abc&state=x",
            "https://app/cb?code=••••••••&state=x",
        ),
        ("x-request-id", "8f14e45f-ceea", "8f14e45f-ceea"),
        (
            "www-authenticate",
            "Bearer error=\"invalid_token\"",
            "Bearer error=\"invalid_token\"",
        ),
    ];
    for (name, value, expected) in cases {
        assert_eq!(redactor.header(name, value), expected, "{name}");
        assert_eq!(
            redactor.header(name, expected),
            expected,
            "twice is once: {name}"
        );
    }
    assert_eq!(
        redactor.url("https://u:pw@h/p?apiKey=k#x"),
        "https://••••••••@h/p?apiKey=••••••••#x"
    );
}

#[test]
fn no_part_of_an_exchange_keeps_a_canary() {
    let row = |name: &str| (name.to_owned(), format!("v {CANARY}"));
    let encoded: String = url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
    let url = format!("https://h/{encoded}?q={encoded}");
    let json = serde_json::json!({ "deep": [{ "x": CANARY }] }).to_string();
    let exchange = Exchange {
        id: ExchangeId::make_at(OffsetDateTime::UNIX_EPOCH),
        started_at: OffsetDateTime::UNIX_EPOCH,
        request: SentRequest {
            method: "POST".into(),
            url: url.clone(),
            headers: vec![row("authorization"), row("x-any")],
            body: format!("a={encoded}").into_bytes(),
        },
        outcome: Outcome::Answer(Answer {
            status: 200,
            reason: "OK".into(),
            http_version: HttpVersion::Http2,
            remote_address: None,
            tls: None,
            headers: vec![row("set-cookie"), row("x-echo")],
            body: json.into_bytes(),
            body_end: BodyEnd::Complete,
            size_on_wire: 1,
            size_decoded: 1,
        }),
        timing: Timing::default(),
        redirects: vec![Hop {
            method: "GET".into(),
            url: url.clone(),
            status: 302,
            headers: vec![row("location")],
            timing: Timing::default(),
        }],
        stopped_redirect: Some(StoppedRedirect {
            location: Url::parse(&url).expect("a URL"),
            reason: StopReason::OtherOrigin,
        }),
    };
    let masked = redactor(CANARY).exchange(exchange);
    let stored = serde_json::to_string(&masked).expect("JSON");
    assert!(!leaks(stored.as_bytes(), CANARY), "{stored}");
    let answer = masked.answer().expect("an answer");
    assert!(!leaks(&answer.body, CANARY) && !leaks(&masked.request.body, CANARY));
    assert_eq!(masked.request.url, "https://h/••••••••7Qx2?q=••••••••7Qx2");
    assert_eq!(masked.redirects[0].url, masked.request.url);
    assert_eq!(
        masked.stopped_redirect.expect("kept").location.host_str(),
        Some("h")
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn redacted_output_never_holds_the_secret(
        secret in "[!-~é ]{6,48}",
        // No encoder leaves a lone backslash or percent sign before a value: it would change what
        // the value's first escape means.
        before in "[ -$&-\\[\\]-~é\\n]{0,24}",
        after in "[ -~é\\n]{0,24}",
    ) {
        prop_assume!(!MASK.contains(&secret) && secret.trim() == secret);
        let redactor = redactor(&secret);
        for (name, encoded) in encodings(&secret) {
            let text = format!("{before}{encoded}{after}");
            let masked = redactor.text(&text);
            prop_assert!(
                !in_a_view(masked.as_bytes(), &secret),
                "{name}: {text:?} became {masked:?}"
            );
            prop_assert!(!masked.contains(&encoded), "{name}: {text:?} became {masked:?}");
        }
    }
}
