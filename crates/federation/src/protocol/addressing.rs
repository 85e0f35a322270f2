//! To whom something is said: W3C ActivityPub section 5.6, and Mastodon's four ways to use it.

use domain::Visibility;
use serde_json::Value;

use super::read;

/// Everybody.
pub(crate) const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

pub(crate) fn is_public(id: &&str) -> bool {
    matches!(*id, PUBLIC | "as:Public" | "Public")
}

/// Who may see an object that was addressed by somebody with these followers.
pub(crate) fn visibility(object: &Value, followers: &str) -> Visibility {
    let (to, cc) = (read::ids(object, "to"), read::ids(object, "cc"));
    if to.iter().any(is_public) {
        return Visibility::Public;
    }
    if cc.iter().any(is_public) {
        return Visibility::Unlisted;
    }
    if !followers.is_empty() && to.iter().chain(&cc).any(|id| *id == followers) {
        return Visibility::FollowersOnly;
    }
    Visibility::Direct
}

/// What somebody wrote, as it came in their activity: where it does not say itself by whom or for whom it is, the activity does.
pub(crate) fn as_told(object: &Value, activity: &Value) -> Value {
    let mut told = object.clone();
    let Some(fields) = told.as_object_mut() else {
        return told;
    };
    let lacks = |key: &str| object.get(key).is_none_or(Value::is_null);
    let mut take = |key: &str, from: &str| {
        if let Some(value) = activity.get(from) {
            fields.insert(key.to_owned(), value.clone());
        }
    };
    if lacks("attributedTo") && lacks("actor") {
        take("attributedTo", "actor");
    }
    if lacks("to") && lacks("cc") {
        take("to", "to");
        take("cc", "cc");
    }
    told
}

/// `to` and `cc` of what we send.
pub(crate) fn recipients(
    visibility: Visibility,
    followers: &str,
    mentioned: &[String],
) -> (Vec<String>, Vec<String>) {
    let with_mentioned = |first: &str| {
        let mut list = vec![first.to_owned()];
        list.extend_from_slice(mentioned);
        list
    };
    match visibility {
        Visibility::Public => (vec![PUBLIC.to_owned()], with_mentioned(followers)),
        Visibility::Unlisted => (vec![followers.to_owned()], with_mentioned(PUBLIC)),
        Visibility::FollowersOnly => (vec![followers.to_owned()], mentioned.to_vec()),
        Visibility::Direct => (mentioned.to_vec(), Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_we_address_is_read_back_as_it_was_meant() {
        let followers = "https://school.example/users/ada/followers";
        let mentioned = ["https://other.example/users/bob".to_owned()];
        for meant in [
            Visibility::Public,
            Visibility::Unlisted,
            Visibility::FollowersOnly,
            Visibility::Direct,
        ] {
            let (to, cc) = recipients(meant, followers, &mentioned);
            assert_eq!(visibility(&json!({"to": to, "cc": cc}), followers), meant);
        }
    }

    #[test]
    fn an_activity_says_what_its_object_leaves_out() {
        let (by, me) = ("https://a.example/me", "https://b.example/you");
        let activity = json!({ "actor": by, "to": [PUBLIC], "cc": me });
        let told = as_told(&json!({ "type": "Note", "to": null }), &activity);
        let whole = json!({ "type": "Note", "attributedTo": by, "to": [PUBLIC], "cc": me });
        assert_eq!(told, whole);
        for object in [
            json!({ "attributedTo": me, "to": me }),
            json!({ "actor": me, "cc": [] }),
        ] {
            assert_eq!(as_told(&object, &activity), object);
        }
    }

    #[test]
    fn everybody_has_three_names_and_nobody_is_not_everybody() {
        for name in [PUBLIC, "as:Public", "Public"] {
            assert_eq!(visibility(&json!({ "to": name }), ""), Visibility::Public);
        }
        assert_eq!(visibility(&json!({}), ""), Visibility::Direct);
        assert_eq!(
            visibility(
                &json!({"to": "https://elsewhere.example/followers"}),
                "https://a.example/followers"
            ),
            Visibility::Direct
        );
    }
}
