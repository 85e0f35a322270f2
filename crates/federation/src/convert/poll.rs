//! Polls: `Question`, in the form in which Mastodon asks and reads it.

use domain::{Time, limits};
use serde_json::{Map, Value, json};
use service::incoming::RemotePoll;
use storage::accounts::Account;
use storage::polls::{Poll, PollOption};

use super::moment;
use crate::protocol::read::{self, kind, text};
use crate::protocol::vocabulary::Activity;

/// The poll of a post, if it is one.
pub(crate) fn from_json(object: &Value) -> Option<RemotePoll> {
    if kind(object) != "Question" {
        return None;
    }
    let (any, one) = (read::many(object, "anyOf"), read::many(object, "oneOf"));
    let multiple = !any.is_empty();
    let listed = if multiple { any } else { one };
    let options: Vec<(String, i64)> = listed
        .into_iter()
        .take(limits::REMOTE_POLL_OPTIONS)
        .filter_map(|option| {
            let replies = option
                .get("replies")
                .and_then(|replies| replies.get("totalItems"));
            let count = replies.and_then(Value::as_i64).unwrap_or(0);
            Some((text(option, "name")?.to_owned(), count))
        })
        .collect();
    if options.is_empty() {
        return None;
    }
    let closed = read::one(object, "closed");
    Some(RemotePoll {
        multiple,
        options,
        expires_at: read::time(object, "closed").or_else(|| read::time(object, "endTime")),
        is_closed: closed.and_then(Value::as_bool).unwrap_or(false),
        voters: object.get("votersCount").and_then(Value::as_i64),
    })
}

/// What makes a question of a Note. Counts that are hidden are none.
pub(super) fn ask(note: &mut Map<String, Value>, poll: &Poll, options: &[PollOption], now: Time) {
    let is_over = poll.is_over(now);
    let hidden = poll.hide_totals && !is_over;
    let answers: Vec<Value> = options
        .iter()
        .map(|option| {
            let count = if hidden { 0 } else { option.votes_count };
            json!({ "type": "Note", "name": option.title, "replies": { "type": "Collection", "totalItems": count } })
        })
        .collect();
    let answers_are = if poll.multiple { "anyOf" } else { "oneOf" };
    note.insert("type".to_owned(), json!("Question"));
    note.insert(answers_are.to_owned(), Value::from(answers));
    note.insert("votersCount".to_owned(), json!(poll.voters_count));
    if let Some(end) = poll.expires_at {
        note.insert("endTime".to_owned(), json!(moment(end)));
        if is_over {
            note.insert("closed".to_owned(), json!(moment(end)));
        }
    }
}

/// The activity by which somebody of ours chooses an option.
pub(crate) fn vote(by: &Account, to: &Account, of: &str, title: &str, uri: &str) -> Value {
    json!({
        "id": format!("{uri}/activity"),
        "type": Activity::Create,
        "actor": by.uri,
        "to": [to.uri],
        "object": {
            "id": uri,
            "type": "Note",
            "name": title,
            "attributedTo": by.uri,
            "to": [to.uri],
            "inReplyTo": of,
        },
    })
}

/// Of which post an object chooses which option, if that is what it does: words it has none.
pub(crate) fn choice(object: &Value) -> Option<(&str, &str)> {
    let is_vote = matches!(kind(object), "Note" | "Answer")
        && text(object, "content").unwrap_or_default().is_empty();
    let name = text(object, "name").filter(|_| is_vote)?;
    Some((read::id(object, "inReplyTo")?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_of_mastodon_and_one_of_misskey_are_read() {
        let mastodon = json!({ "type": "Question", "endTime": "2026-12-01T10:00:00Z", "votersCount": 3,
            "oneOf": [{ "type": "Note", "name": "yes", "replies": { "type": "Collection", "totalItems": 2 } },
                      { "type": "Note", "name": "no", "replies": { "type": "Collection", "totalItems": 1 } }] });
        let poll = from_json(&mastodon).unwrap();
        assert_eq!(poll.options, [("yes".to_owned(), 2), ("no".to_owned(), 1)]);
        assert!(!poll.multiple && !poll.is_closed && poll.voters == Some(3));
        assert!(poll.expires_at.is_some());
        let misskey = json!({ "type": "Question", "endTime": null, "closed": true,
            "anyOf": [{ "type": "Note", "name": "a", "_misskey_votes": 1, "replies": { "type": "Collection", "totalItems": 1 } }] });
        let poll = from_json(&misskey).unwrap();
        assert!(poll.multiple && poll.is_closed && poll.voters.is_none());
        assert_eq!(
            from_json(&json!({ "type": "Question", "content": "?" })),
            None
        );
    }

    #[test]
    fn a_vote_is_a_name_without_words() {
        let vote =
            json!({ "type": "Note", "name": "yes", "inReplyTo": "https://school.example/1" });
        assert_eq!(choice(&vote), Some(("https://school.example/1", "yes")));
        let answer = json!({ "type": "Note", "name": "yes", "content": "<p>yes</p>", "inReplyTo": "https://school.example/1" });
        assert_eq!(choice(&answer), None);
    }
}
