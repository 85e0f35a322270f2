//! Under which key an activity is kept, and so takes place once. Most often that is its id; but some software has one id for
//! more than one activity.

use domain::Time;
use serde_json::Value;

use super::{concerned, hash};
use crate::protocol::read::{self, kind, text};
use crate::protocol::vocabulary::Activity;

const ANEW: &str = "#anew/";

/// Mastodon numbers an answer by the question that it keeps: those that it gives at once all have the same id.
pub(super) fn of_answer(activity: &Value, id: String) -> String {
    use Activity::{Accept, Reject};
    match (Activity::of(activity), concerned(activity)) {
        (Some(Accept | Reject), Some(question)) => {
            format!("{id}#of/{}", hash(question.as_bytes()))
        }
        _ => id,
    }
}

/// Whether the same words, signed later, are meant anew: what was said last holds. Misskey, Pixelfed and PeerTube have one id for
/// whenever somebody follows somebody, and one for whenever they take that back; Mastodon has none for what it pins.
pub(super) fn may_be_meant_anew(activity: &Value) -> bool {
    use Activity::{Add, Follow, Remove, Undo};
    match Activity::of(activity) {
        Some(Follow) => true,
        Some(Undo) => read::one(activity, "object").is_some_and(|undone| kind(undone) == "Follow"),
        Some(Add | Remove) => text(activity, "id").is_none(),
        _ => false,
    }
}

/// The key of what was said before, and was signed anew then.
pub(super) fn anew(key: &str, signed_at: Time) -> String {
    format!("{key}{ANEW}{}", signed_at.and_utc().timestamp())
}

/// The id of what is kept under a key, and whether it is meant anew.
pub(super) fn id_of(key: &str) -> (&str, bool) {
    match key.rsplit_once(ANEW) {
        Some((id, _)) => (id, true),
        None => (key, false),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn answers_to_two_questions_are_two_though_they_have_one_id() {
        let id = "https://school.example/users/ada#rejects/follows/";
        let key = |kind: &str, object: Value| {
            let activity = json!({ "id": id, "type": kind, "object": object });
            of_answer(&activity, id.to_owned())
        };
        let (one, other) = (
            json!("https://other.example/1"),
            json!("https://other.example/2"),
        );
        assert_ne!(key("Reject", one.clone()), key("Reject", other));
        let embedded = json!({ "id": one, "type": "Follow" });
        assert_eq!(key("Reject", one.clone()), key("Reject", embedded));
        assert_eq!(key("Like", one), id);
    }

    #[test]
    fn of_what_is_said_again_only_the_last_word_of_a_kind_counts() {
        let may = |activity: Value| may_be_meant_anew(&activity);
        let id = "https://school.example/follows/1/2";
        assert!(may(json!({ "id": id, "type": "Follow" })));
        assert!(may(
            json!({ "id": id, "type": "Undo", "object": { "type": "Follow" } })
        ));
        assert!(may(json!({ "type": "Add" })) && may(json!({ "type": "Remove" })));
        assert!(!may(json!({ "id": id, "type": "Add" })));
        assert!(!may(
            json!({ "id": id, "type": "Undo", "object": { "type": "Like" } })
        ));
        assert!(!may(json!({ "id": id, "type": "Flag" })) && !may(json!({ "id": id })));
    }

    #[test]
    fn a_key_leads_back_to_its_id() {
        let id = "https://school.example/follows/1/2";
        assert_eq!(id_of(id), (id, false));
        assert_eq!(id_of(&anew(id, Time::default())), (id, true));
    }
}
