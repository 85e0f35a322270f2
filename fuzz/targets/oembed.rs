//! An oEmbed document in XML: texts that are in it, or nothing.

use serde_json::Value;

pub fn oembed(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    let Some(said) = federation::fuzzed::oembed(text) else {
        return;
    };
    let said = said.as_object().unwrap();
    assert!(said.len() <= 64);
    let words = said.values().filter_map(Value::as_str).map(str::len);
    assert!(words.sum::<usize>() <= text.len());
    assert!(said.values().all(Value::is_string));
}
