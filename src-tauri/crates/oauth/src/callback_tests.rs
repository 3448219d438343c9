use proptest::prelude::*;
use secrecy::ExposeSecret as _;

use super::*;

fn code(query: &str) -> Option<String> {
    let parameters = CallbackParameters::parse(query).expect("query");
    // EXPOSE: test value.
    parameters.code.map(|code| code.expose_secret().to_owned())
}

#[test]
fn values_are_decoded_byte_for_byte() {
    assert_eq!(
        code("code=a%2Bb%2Fc%3Dd%25e%26f+g&state=s").as_deref(),
        Some("a+b/c=d%e&f g")
    );
    assert_eq!(code("code=a=b==&state=s").as_deref(), Some("a=b=="));
    assert_eq!(code("%63ode=x").as_deref(), Some("x"));
    assert_eq!(code("code=%C3%A4").as_deref(), Some("ä"));
    let long = "x".repeat(6000);
    assert_eq!(code(&format!("code={long}&state=s")), Some(long));
}

#[test]
fn empty_is_absent_and_unknown_is_ignored() {
    assert_eq!(code("code=&state=s"), None);
    assert_eq!(code("code&state=s"), None);
    assert_eq!(
        code("session_state=1&x=%41&x=2&code=c").as_deref(),
        Some("c")
    );
    assert!(CallbackParameters::parse("").expect("query").is_empty());
    assert!(
        CallbackParameters::parse("x=1&y=2")
            .expect("query")
            .is_empty()
    );
}

#[test]
fn a_repeated_parameter_has_no_value() {
    for (query, name) in [
        ("code=a&code=b&state=s", "code"),
        ("code=a&code=a&state=s", "code"),
        ("code=a&code=&state=s", "code"),
        ("code=a&state=s&st%61te=t", "state"),
        ("iss=a&iss=b&code=c&state=s", "iss"),
        ("error=a&error=b&code=c&state=s", "error"),
    ] {
        let parameters = CallbackParameters::parse(query).expect("query");
        assert_eq!(parameters.repeated, Some(name), "{query}");
        assert_eq!(name == "code", parameters.code.is_none(), "{query}");
        assert_eq!(name == "state", parameters.state.is_none(), "{query}");
    }
}

#[test]
fn bad_encoding_is_refused() {
    for query in [
        "code=%",
        "code=%4",
        "code=%zz",
        "code=%+1",
        "code=a b",
        "code=ä",
        "code=a\r\nb",
    ] {
        assert_eq!(
            CallbackParameters::parse(query).err(),
            Some(CallbackSyntax::Encoding),
            "{query:?}"
        );
    }
    assert_eq!(
        CallbackParameters::parse("code=%ff").err(),
        Some(CallbackSyntax::NotUtf8)
    );
    let long = format!("code={}", "x".repeat(MAX_QUERY_BYTES));
    assert_eq!(
        CallbackParameters::parse(&long).err(),
        Some(CallbackSyntax::TooLong)
    );
}

#[test]
fn pasted_text_is_an_address_or_a_query() {
    let address =
        |text| parse_address(text).map(|pasted| pasted.address.map(|url| url.to_string()));
    assert_eq!(
        address("  http://127.0.0.1:9/cb?code=c&state=s#x \n"),
        Ok(Some("http://127.0.0.1:9/cb".to_owned()))
    );
    assert_eq!(address("?code=c&state=s"), Ok(None));
    assert_eq!(address("code=c&state=s"), Ok(None));
    assert_eq!(
        address("http://127.0.0.1:9/cb?error=access_denied&state=s").map(|_| ()),
        Ok(())
    );
    for text in [
        "",
        "hello there",
        "c-1",
        "javascript:alert(1)",
        "mailto:a@b",
        "?code=%zz",
    ] {
        assert_eq!(address(text), Err(PasteSyntax::NotAnAddress), "{text}");
    }
    for text in [
        "http://127.0.0.1:9/cb",
        "http://127.0.0.1:9/cb?state=s",
        "?x=1",
        "http://a/#code=c",
    ] {
        assert_eq!(address(text), Err(PasteSyntax::NoCode), "{text}");
    }
}

proptest! {
    #[test]
    fn no_query_panics_and_no_value_is_printed(query in ".{0,300}") {
        let _ = CallbackParameters::parse(&query);
        let _ = parse_address(&query);
        let with_canary = format!("code=canary7{query}&state=canary7&iss=canary7&error_description=canary7");
        let printed = match CallbackParameters::parse(&with_canary) {
            Ok(parameters) => format!("{parameters:?}"),
            Err(fault) => format!("{fault} {fault:?}"),
        };
        prop_assert!(!printed.contains("canary7"), "{}", printed);
    }

    #[test]
    fn what_a_server_encodes_comes_back_the_same(code in "\\PC{1,80}", state in "[ -~]{1,40}") {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("code", &code)
            .append_pair("state", &state)
            .finish();
        let parameters = CallbackParameters::parse(&query).expect("query");
        // EXPOSE: test values.
        let text = |value: Option<SecretString>| value.map(|value| value.expose_secret().to_owned());
        prop_assert_eq!(text(parameters.code), Some(code));
        prop_assert_eq!(text(parameters.state), Some(state));
    }
}
