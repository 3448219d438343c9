//! The one rule for JSON from a server, used at every endpoint: `application/json`, UTF-8 without a
//! byte order mark, one object, no member twice, nothing behind it, at most 32 levels.

use std::cell::Cell;
use std::fmt;

use http::HeaderMap;
use http::header::CONTENT_TYPE;
use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The deepest nesting that is read.
const MAX_DEPTH: usize = 32;

/// Why a body was not the one JSON object that was expected. It never quotes the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JsonFault {
    /// The content type is not `application/json`.
    #[error("it is not marked as application/json")]
    MediaType,
    /// The bytes are not UTF-8.
    #[error("it is not UTF-8")]
    NotUtf8,
    /// It begins with a byte order mark (RFC 8259 §8.1).
    #[error("it begins with a byte order mark")]
    ByteOrderMark,
    /// It is not JSON.
    #[error("it is not JSON")]
    Syntax,
    /// Something follows the JSON value.
    #[error("something follows the JSON")]
    Trailing,
    /// It is JSON, but not an object.
    #[error("it is not a JSON object")]
    NotAnObject,
    /// A member appears twice.
    #[error("a JSON member appears twice")]
    DuplicateMember,
    /// More than 32 levels.
    #[error("the JSON is nested too deeply")]
    TooDeep,
}

/// Reads a body whose headers promise JSON. `extra_type` is a further media type that is fine here.
pub(crate) fn object(
    headers: &HeaderMap,
    body: &[u8],
    extra_type: Option<&str>,
) -> Result<Map<String, Value>, JsonFault> {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.split(';').next().unwrap_or_default().trim())
        .ok_or(JsonFault::MediaType)?;
    let allowed = media_type.eq_ignore_ascii_case("application/json")
        || extra_type.is_some_and(|extra| media_type.eq_ignore_ascii_case(extra));
    if !allowed {
        return Err(JsonFault::MediaType);
    }
    object_from_bytes(body)
}

/// The same rule without the media type: for the parts of a JWT and for stored documents.
pub(crate) fn object_from_bytes(body: &[u8]) -> Result<Map<String, Value>, JsonFault> {
    let text = std::str::from_utf8(body).map_err(|_| JsonFault::NotUtf8)?;
    if text.starts_with('\u{feff}') {
        return Err(JsonFault::ByteOrderMark);
    }
    let fault = Cell::new(JsonFault::Syntax);
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict {
        depth: 0,
        fault: &fault,
    }
    .deserialize(&mut reader)
    // The error of serde_json quotes values: only our own reason goes on.
    .map_err(|_| fault.get())?;
    reader.end().map_err(|_| JsonFault::Trailing)?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err(JsonFault::NotAnObject),
    }
}

/// Builds a [`Value`] and refuses what `serde_json` would let pass.
#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    fault: &'a Cell<JsonFault>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            self.fault.set(JsonFault::TooDeep);
            return Err(E::custom("too deep"));
        }
        Ok(Self {
            depth: self.depth + 1,
            fault: self.fault,
        })
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let seed = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(seed)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let seed = self.deeper()?;
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(seed)?;
            if map.insert(name, value).is_some() {
                self.fault.set(JsonFault::DuplicateMember);
                return Err(A::Error::custom("duplicate member"));
            }
        }
        Ok(Value::Object(map))
    }
}

/// A member that is text; `null`, an empty text and absence are all `None`.
pub(crate) fn text<'a>(map: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, ()> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.is_empty() => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(()),
    }
}

/// A member that is a list of texts; `null` and absence are `None`.
pub(crate) fn texts(map: &Map<String, Value>, name: &str) -> Result<Option<Vec<String>>, ()> {
    match map.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => items
            .iter()
            .map(|item| item.as_str().map(str::to_owned).ok_or(()))
            .collect::<Result<Vec<_>, ()>>()
            .map(Some),
        Some(_) => Err(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_clean_object_passes() {
        let deep = format!("{}1{}", "{\"a\":".repeat(33), "}".repeat(33));
        let deep_enough = format!("{}1{}", "{\"a\":".repeat(32), "}".repeat(32));
        let cases: [(&[u8], Option<JsonFault>); 13] = [
            (b"{}", None),
            (b" {\"a\":[1,-2,3.5,true,null,\"x\"]}\r\n", None),
            (deep_enough.as_bytes(), None),
            (deep.as_bytes(), Some(JsonFault::TooDeep)),
            (b"[]", Some(JsonFault::NotAnObject)),
            (b"\"text\"", Some(JsonFault::NotAnObject)),
            (b"{} {}", Some(JsonFault::Trailing)),
            (b"{\"a\":1}garbage", Some(JsonFault::Trailing)),
            (b"{\"a\":1,\"a\":1}", Some(JsonFault::DuplicateMember)),
            (
                b"{\"o\":{\"a\":1,\"\\u0061\":2}}",
                Some(JsonFault::DuplicateMember),
            ),
            (b"\xef\xbb\xbf{}", Some(JsonFault::ByteOrderMark)),
            (b"{\0\"\0a\0\"\0:\x001\0}\0", Some(JsonFault::Syntax)),
            (b"\xff\xfe{\0}\0", Some(JsonFault::NotUtf8)),
        ];
        for (body, fault) in cases {
            assert_eq!(
                object_from_bytes(body).err(),
                fault,
                "{}",
                String::from_utf8_lossy(body)
            );
        }
        assert_eq!(
            object_from_bytes(b"<!doctype html>").err(),
            Some(JsonFault::Syntax)
        );
        assert_eq!(object_from_bytes(b"").err(), Some(JsonFault::Syntax));
    }

    #[test]
    fn the_media_type_may_have_parameters_but_must_be_json() {
        let check = |value: Option<&str>, extra| {
            let mut headers = HeaderMap::new();
            if let Some(value) = value {
                headers.insert(CONTENT_TYPE, value.parse().expect("header"));
            }
            object(&headers, b"{}", extra).err()
        };
        assert_eq!(check(Some("application/json"), None), None);
        assert_eq!(check(Some("Application/JSON; charset=UTF-8"), None), None);
        assert_eq!(check(Some("text/plain"), None), Some(JsonFault::MediaType));
        assert_eq!(check(Some("text/html"), None), Some(JsonFault::MediaType));
        assert_eq!(
            check(Some("application/jsonp"), None),
            Some(JsonFault::MediaType)
        );
        assert_eq!(check(None, None), Some(JsonFault::MediaType));
        let key_set = Some("application/jwk-set+json");
        assert_eq!(check(key_set, None), Some(JsonFault::MediaType));
        assert_eq!(check(key_set, key_set), None);
    }
}
