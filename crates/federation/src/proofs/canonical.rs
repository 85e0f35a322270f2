//! JSON of which there is one spelling only: the JSON Canonicalization Scheme, RFC 8785.

use std::fmt::Write;

use serde_json::{Number, Value};

/// Above this not every whole number is a double.
const EXACT: u64 = 1 << 53;

/// The one spelling of a value.
pub(super) fn text(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => {
            // serde_json escapes as RFC 8785 asks: the short forms, and lower case.
            text.push_str(&value.to_string());
        }
        Value::Number(value) => text.push_str(&number(value)),
        Value::Array(list) => {
            text.push('[');
            for (position, item) in list.iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Object(map) => {
            let mut entries: Vec<(&String, &Value)> = map.iter().collect();
            entries.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            text.push('{');
            for (position, (key, item)) in entries.into_iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write(&Value::from(key.as_str()), text);
                text.push(':');
                write(item, text);
            }
            text.push('}');
        }
    }
}

/// As ECMAScript writes a number (section 7.1.12.1): the shortest digits that are read as the same double.
fn number(value: &Number) -> String {
    if let Some(whole) = value.as_i64()
        && whole.unsigned_abs() <= EXACT
    {
        return whole.to_string();
    }
    let double = value.as_f64().unwrap_or_default();
    if double == 0.0 {
        return "0".to_owned();
    }
    let shortest = format!("{:e}", double.abs());
    let (mantissa, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    let point: i32 = exponent.parse::<i32>().unwrap_or_default() + 1;
    let count = i32::try_from(digits.len()).unwrap_or(i32::MAX);
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    let mut text = String::new();
    if double < 0.0 {
        text.push('-');
    }
    if count <= point && point <= 21 {
        text.push_str(&digits);
        text.push_str(&zeros(point - count));
    } else if 0 < point && point <= 21 {
        let (before, behind) = digits.split_at(usize::try_from(point).unwrap_or_default());
        let _ = write!(text, "{before}.{behind}");
    } else if -6 < point && point <= 0 {
        let _ = write!(text, "0.{}{digits}", zeros(-point));
    } else {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let _ = write!(text, "{first}{dot}{rest}e{:+}", point - 1);
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// RFC 8785, sections 3.2.2 and 3.2.3.
    #[test]
    fn the_examples_of_the_rfc_are_spelt_so() {
        let example = r#"{
            "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let value: Value = serde_json::from_str(example).unwrap();
        assert_eq!(
            text(&value),
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        let keys = json!({
            "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One", "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
        });
        let spelt = text(&keys);
        let order = [
            "Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew",
        ];
        let places: Vec<usize> = order.iter().map(|word| spelt.find(word).unwrap()).collect();
        assert!(places.is_sorted(), "{spelt}");
    }

    /// RFC 8785, appendix B.
    #[test]
    fn doubles_are_spelt_as_in_the_rfc() {
        for (bits, spelt) in [
            (0x0000_0000_0000_0000, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5553, "333333333.3333332"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
        ] {
            let number = Number::from_f64(f64::from_bits(bits)).unwrap();
            assert_eq!(super::number(&number), spelt);
        }
        let large: Value = serde_json::from_str("9007199254740993").unwrap();
        assert_eq!(text(&large), "9007199254740992");
    }

    proptest! {
        #[test]
        fn what_is_spelt_is_read_as_the_same(double in proptest::num::f64::NORMAL, words in "\\PC{0,20}") {
            let value = json!({ "number": double, "words": words, "list": [words] });
            let spelt = text(&value);
            let again: Value = serde_json::from_str(&spelt).unwrap();
            prop_assert_eq!(again["number"].as_f64(), Some(double));
            prop_assert_eq!(text(&again), spelt);
        }
    }
}
