//! What others name by the address of its page, as somebody pasted it there: WordPress answers such addresses.

use std::borrow::Cow;

use serde_json::Value;
use service::Addresses;

/// Where an activity names what it is about.
const PLACES: [&str; 7] = [
    "/object",
    "/object/0",
    "/object/object",
    "/object/inReplyTo",
    "/object/inReplyTo/0",
    "/object/object/inReplyTo",
    "/object/object/inReplyTo/0",
];

/// An activity with the ids of ours where it has the addresses of their pages.
pub(super) fn by_ids<'a>(activity: &'a Value, addresses: &Addresses) -> Cow<'a, Value> {
    let mut told = Cow::Borrowed(activity);
    for place in PLACES {
        let page = activity.pointer(place).and_then(Value::as_str);
        if let Some(id) = page.and_then(|page| addresses.id_of_page(page))
            && let Some(named) = told.to_mut().pointer_mut(place)
        {
            *named = Value::from(id);
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_of_ours_are_whom_and_what_they_show() {
        let ours = Addresses::new(&"https://school.example".parse().unwrap());
        let told = |activity: Value| by_ids(&activity, &ours).into_owned();
        let page = "https://school.example/@ada/7";
        let id = "https://school.example/users/ada/statuses/7";
        for (said, meant) in [
            (json!({ "object": page }), json!({ "object": id })),
            (json!({ "object": [page] }), json!({ "object": [id] })),
            (
                json!({ "object": "https://school.example/@ada" }),
                json!({ "object": "https://school.example/users/ada" }),
            ),
            (
                json!({ "object": { "inReplyTo": [page, 1] } }),
                json!({ "object": { "inReplyTo": [id, 1] } }),
            ),
            (
                json!({ "object": { "object": { "inReplyTo": page } } }),
                json!({ "object": { "object": { "inReplyTo": id } } }),
            ),
        ] {
            assert_eq!(told(said), meant);
        }
        for other in [
            "https://school.example/@ada/7/embed",
            "https://school.example/@ada/seven",
            "https://school.example/@",
            "https://school.example.evil.example/@ada/7",
            id,
        ] {
            let activity = json!({ "object": other, "actor": page });
            assert_eq!(told(activity.clone()), activity, "{other}");
        }
    }
}
