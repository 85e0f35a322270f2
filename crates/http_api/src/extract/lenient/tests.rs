use domain::Visibility;
use serde_json::json;

use super::*;

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Request {
    flag: Flag,
    number: Number,
    text: Text,
    choice: Choice<Visibility>,
    words: Words,
    many: Many<Row>,
    composed: Composed<Row>,
}

#[derive(Debug, Default, Deserialize, PartialEq)]
#[serde(default)]
struct Row {
    name: Text,
}

fn read(value: Value) -> Result<Request, serde_json::Error> {
    serde_json::from_value(value)
}

fn row(name: &str) -> Row {
    Row {
        name: Text(Some(name.to_owned())),
    }
}

#[test]
fn missing_and_null_say_nothing() {
    let null = json!({ "flag": null, "number": null, "text": null, "choice": null, "words": null, "many": null,
        "composed": null });
    assert_eq!(read(null).unwrap(), Request::default());
    assert_eq!(read(json!({})).unwrap(), Request::default());
}

#[test]
fn yes_and_no_have_many_spellings() {
    for yes in [
        json!(true),
        json!(1),
        json!("true"),
        json!("1"),
        json!("on"),
        json!("t"),
        json!("True"),
    ] {
        assert!(read(json!({ "flag": yes })).unwrap().flag.is_set());
    }
    for no in [
        json!(false),
        json!(0),
        json!("false"),
        json!("0"),
        json!("off"),
        json!("f"),
    ] {
        assert_eq!(read(json!({ "flag": no })).unwrap().flag, Flag(Some(false)));
    }
    assert_eq!(read(json!({ "flag": "" })).unwrap().flag, Flag(None));
    for neither in [json!("perhaps"), json!(2), json!(0.5), json!([]), json!({})] {
        assert!(read(json!({ "flag": neither })).is_err());
    }
}

#[test]
fn numbers_may_be_text() {
    assert_eq!(
        read(json!({ "number": 7 })).unwrap().number,
        Number(Some(7))
    );
    assert_eq!(
        read(json!({ "number": " 7" })).unwrap().number,
        Number(Some(7))
    );
    assert_eq!(
        read(json!({ "number": 7.0 })).unwrap().number,
        Number(Some(7))
    );
    assert_eq!(read(json!({ "number": "" })).unwrap().number, Number(None));
    for wrong in [
        json!("seven"),
        json!(7.5),
        json!("7."),
        json!("9223372036854775808"),
        json!([7]),
        json!(1e300),
    ] {
        assert!(read(json!({ "number": wrong })).is_err());
    }
}

#[test]
fn blank_text_is_kept_and_numbers_are_text() {
    let request = read(json!({ "text": "" })).unwrap();
    assert_eq!(request.text, Text(Some(String::new())));
    assert_eq!(request.text.filled(), None);
    assert_eq!(
        read(json!({ "text": 12 })).unwrap().text.filled(),
        Some("12")
    );
    assert!(read(json!({ "text": { "a": 1 } })).is_err());
}

#[test]
fn a_choice_is_one_of_its_words() {
    let private = read(json!({ "choice": "private" })).unwrap().choice;
    assert_eq!(private, Choice(Some(Visibility::FollowersOnly)));
    assert_eq!(read(json!({ "choice": "" })).unwrap().choice, Choice(None));
    assert!(read(json!({ "choice": "secret" })).is_err());
}

#[test]
fn words_come_alone_or_in_any_list() {
    for list in [
        json!(["1", 2]),
        json!({ "0": "1", "1": "2" }),
        json!(["", "1", null, "2"]),
    ] {
        assert_eq!(
            read(json!({ "words": list })).unwrap().words.as_slice(),
            ["1", "2"]
        );
    }
    assert_eq!(
        read(json!({ "words": "1" })).unwrap().words.as_slice(),
        ["1"]
    );
    assert_eq!(
        read(json!({ "words": [""] })).unwrap().words,
        Words(Some(Vec::new()))
    );
    let mixed = read(json!({ "words": ["5", "x", "-1", 6] })).unwrap().words;
    assert_eq!(
        mixed.ids::<domain::StatusId>().collect::<Vec<_>>(),
        [domain::StatusId(5), domain::StatusId(6)]
    );
}

#[test]
fn an_object_keyed_by_position_is_a_list_in_that_order() {
    let keyed = json!({ "10": { "name": "c" }, "2": { "name": "b" }, "0": { "name": "a" } });
    let rows = Many(Some(vec![row("a"), row("b"), row("c")]));
    assert_eq!(read(json!({ "many": keyed })).unwrap().many, rows);
    assert_eq!(
        read(json!({ "many": { "name": "a" } })).unwrap().many,
        Many(Some(vec![row("a")]))
    );
    assert!(read(json!({ "many": ["a"] })).is_err());
}

#[test]
fn what_has_no_parts_is_not_there() {
    for blank in [json!({}), json!([]), json!(""), json!(" ")] {
        let request = json!({ "composed": blank });
        assert_eq!(read(request).unwrap(), Request::default(), "{blank}");
    }
    let named = read(json!({ "composed": { "name": "Year 8" } })).unwrap();
    assert_eq!(named.composed, Composed(Some(row("Year 8"))));
    assert!(read(json!({ "composed": "Year 8" })).is_err());
}
