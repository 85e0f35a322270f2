//! Any bytes as an activity, a post or an actor: read within bounds, or refused.

use domain::limits;
use federation::fuzzed::{json, read};
use federation::proofs::Claim;
use url::Url;

pub fn document(bytes: &[u8]) {
    let Some(object) = json(bytes) else {
        return;
    };
    assert_eq!(json(object.to_string().as_bytes()).as_ref(), Some(&object));
    let _ = Claim::of(&object);
    let (post, account) = read(&object);
    if let Some(post) = post {
        assert!(is_web(&post.uri) && is_web(&post.url));
        assert!(post.in_reply_to_uri.as_deref().is_none_or(is_web));
        assert!(post.tags.len() <= limits::TAGS);
        assert!(post.mentions.len() <= limits::MENTIONS);
        assert!(post.media.len() <= limits::REMOTE_ATTACHMENTS);
        assert!(post.media.iter().all(|file| is_web(&file.url)));
        assert!(post.emojis.len() <= limits::EMOJI);
    }
    if let Some(account) = account {
        let own = [&account.uri, &account.url, &account.inbox];
        assert!(own.into_iter().all(|address| is_web(address)));
        assert!(account.shared_inbox.as_deref().is_none_or(is_web));
        assert!(account.moved_to.as_deref().is_none_or(is_web));
        assert!(account.fields.len() <= limits::REMOTE_PROFILE_FIELDS);
    }
}

/// However its scheme is written.
fn is_web(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "https" | "http"))
        && address.len() <= 2_048
}
