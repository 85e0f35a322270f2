//! Reading answers of unknown size, and JSON of unknown depth.

use std::borrow::Cow;

use reqwest::Response;
use serde_json::Value;

use super::FetchError;

const DEPTH: u32 = 32;

/// Reads the body, and stops as soon as it is larger than `limit`, counted after decompression: what came so far is
/// enough if it may be `cut`.
pub(super) async fn read(
    mut response: Response,
    limit: usize,
    cut: bool,
) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(|error| FetchError::of(&error))?
    {
        let room = limit - body.len();
        if chunk.len() > room {
            if !cut {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(chunk.get(..room).unwrap_or_default());
            break;
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// Parses JSON that is not nested too deeply.
pub(crate) fn parse_json(body: &[u8]) -> Result<Value, FetchError> {
    if is_too_deep(body) {
        return Err(FetchError::NotJson);
    }
    let value = serde_json::from_slice(&whole(body)).map_err(|_| FetchError::NotJson)?;
    Ok(without_nul(value))
}

/// JSON in which no character is cut in half, as JavaScript does when it shortens texts: our parser would refuse all of it.
fn whole(json: &[u8]) -> Cow<'_, [u8]> {
    let unit = |at: usize| {
        let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let escape = |at: usize| json.get(at..)?.iter().position(|byte| *byte == b'\\');
    let (mut mended, mut copied, mut at) = (Vec::new(), 0, 0);
    while let Some(next) = escape(at) {
        at += next;
        match unit(at) {
            Some(0xd800..=0xdbff) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => at += 12,
            Some(0xd800..=0xdfff) => {
                mended.extend_from_slice(json.get(copied..at).unwrap_or_default());
                mended.extend_from_slice("\u{fffd}".as_bytes());
                at += 6;
                copied = at;
            }
            _ => at += 2,
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    mended.extend_from_slice(json.get(copied..).unwrap_or_default());
    Cow::Owned(mended)
}

/// NUL in a text is taken by one of our databases and refused by the other.
fn without_nul(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "")),
        Value::Array(list) => list.into_iter().map(without_nul).collect(),
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| (key.replace('\0', ""), without_nul(value)))
            .collect(),
        other => other,
    }
}

/// Counts brackets outside strings. The parser's own limit is 128 levels, and it has built them by then.
fn is_too_deep(json: &[u8]) -> bool {
    let (mut depth, mut in_string, mut escaped) = (0_u32, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                if depth > DEPTH {
                    return true;
                }
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_strings_only() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        assert!(!is_too_deep(nested(32).as_bytes()));
        assert!(is_too_deep(nested(33).as_bytes()));
        assert!(!is_too_deep(
            format!(r#"["\"{}"]"#, "[{".repeat(40)).as_bytes()
        ));
        assert!(!is_too_deep("[]".repeat(100).as_bytes()));
        assert!(is_too_deep(format!(r#"["\\", {}]"#, nested(32)).as_bytes()));
    }

    #[test]
    fn half_a_character_is_no_reason_to_refuse_the_rest() {
        let read = |json: &str| parse_json(json.as_bytes()).unwrap()["a"].clone();
        for (json, text) in [
            (r#"{"a":"cut \ud83d"}"#, "cut \u{fffd}"),
            (
                r#"{"a":"\uDE00 \ud83d\ud83d\ude00"}"#,
                "\u{fffd} \u{fffd}😀",
            ),
            (r#"{"a":"\\ud83d \u00e9"}"#, r"\ud83d é"),
            (r#"{"a":"whole"}"#, "whole"),
        ] {
            assert_eq!(read(json), text, "{json}");
        }
        for bad in [r#"{"a":"\ud83"}"#, r#"{"a":"\u"#, "\\", r#""\ud83d"#] {
            assert!(parse_json(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for bad in ["", "{", "<html>", "{\"a\":1}}", "\u{feff}{}"] {
            assert_eq!(
                parse_json(bad.as_bytes()),
                Err(FetchError::NotJson),
                "{bad}"
            );
        }
    }
}
