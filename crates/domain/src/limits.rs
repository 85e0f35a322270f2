//! How much is too much: the sizes at which input from anywhere is refused or cut.

/// Characters of a display name.
pub const DISPLAY_NAME: usize = 100;
/// Characters of a local biography.
pub const BIOGRAPHY: usize = 2_000;
/// Bytes of a biography from elsewhere.
pub const REMOTE_BIOGRAPHY_BYTES: usize = 20_000;
/// Bytes of a status from elsewhere.
pub const REMOTE_CONTENT_BYTES: usize = 100_000;
/// Characters of a name or a title from elsewhere.
pub const REMOTE_NAME: usize = 500;
/// Characters of what is said of somebody's picture or header, local, as in Mastodon.
pub const PICTURE_DESCRIPTION: usize = 150;
/// Rows of a profile's table, local.
pub const PROFILE_FIELDS: usize = 4;
/// Rows of a profile's table, from elsewhere.
pub const REMOTE_PROFILE_FIELDS: usize = 16;
/// Characters of either half of a profile's row.
pub const PROFILE_FIELD: usize = 255;
/// People mentioned in one status.
pub const MENTIONS: usize = 50;
/// Hashtags in one status.
pub const TAGS: usize = 64;
/// Attachments of a status from elsewhere.
pub const REMOTE_ATTACHMENTS: usize = 16;
/// Documents of a status, local.
pub const DOCUMENTS: usize = 4;
/// Bytes of a film or a sound from elsewhere.
pub const REMOTE_FILM_BYTES: usize = 40 * 1_024 * 1_024;
/// Custom emoji of a status from elsewhere.
pub const EMOJI: usize = 64;
/// Characters of a description of an attachment.
pub const MEDIA_DESCRIPTION: usize = 1_500;
/// Options of a poll, local.
pub const POLL_OPTIONS: usize = 8;
/// Characters of an option, local.
pub const POLL_OPTION: usize = 50;
/// Shortest and longest time of a poll, local.
pub const POLL_SECONDS: (i64, i64) = (300, 2_629_746);
/// Options of a poll from elsewhere.
pub const REMOTE_POLL_OPTIONS: usize = 20;
/// Characters of an option from elsewhere.
pub const REMOTE_POLL_OPTION: usize = 500;
/// Characters of a user name.
pub const USERNAME: usize = 30;
/// Hashtags on one profile.
pub const FEATURED_TAGS: usize = 10;
/// Hosts that may name somebody as their author.
pub const ATTRIBUTION_DOMAINS: usize = 100;
/// Statuses pinned to one profile.
pub const PINNED: i64 = 5;
/// Statuses at the top of a profile elsewhere.
pub const REMOTE_PINNED: i64 = 20;
/// Replies read for one thread, at most.
pub const THREAD: i64 = 4_096;
/// Hosts that are remembered as dead.
pub const DEAD_HOSTS: i64 = 10_000;
/// Lists of one person.
pub const LISTS: usize = 500;
/// Characters of a list's title.
pub const LIST_TITLE: usize = 256;
/// People of one list in one answer.
pub const LIST_MEMBERS: i64 = 5_000;
/// Collections of one person, as in Mastodon.
pub const COLLECTIONS: i64 = 10;
/// People in one collection.
pub const COLLECTION_ITEMS: usize = 25;
/// Characters of a collection's name.
pub const COLLECTION_NAME: usize = 40;
/// Characters of what is said of a collection.
pub const COLLECTION_DESCRIPTION: usize = 100;
/// Collections of one person elsewhere, people in one of them, and characters of its name and of what is said of it.
pub const REMOTE_COLLECTIONS: i64 = 50;
pub const REMOTE_COLLECTION_ITEMS: usize = 50;
pub const REMOTE_COLLECTION_NAME: usize = 256;
pub const REMOTE_COLLECTION_DESCRIPTION: usize = 2_048;
/// Characters of the rules of a network.
pub const NETWORK_RULES: usize = 5_000;
/// Proposals of one steward that wait for another one, in one network.
pub const PROPOSALS: usize = 20;
/// Days after which nobody can confirm a proposal any more.
pub const PROPOSAL_DAYS: i64 = 14;
/// Stewards of one network.
pub const STEWARDS: usize = 20;
/// Networks in one answer.
pub const NETWORKS: i64 = 500;
/// Earlier versions of one status that are kept: the latest.
pub const VERSIONS: i64 = 100;
/// Hashtags that one person follows.
pub const FOLLOWED_TAGS: i64 = 1_000;
/// Filters of one person.
pub const FILTERS: usize = 1_000;
/// Keywords of one filter, and statuses that it names.
pub const FILTER_PARTS: usize = 1_000;
/// Characters of a filter's title.
pub const FILTER_TITLE: usize = 256;
/// Characters of a keyword.
pub const FILTER_KEYWORD: usize = 512;
/// The longest time after which a filter ends by itself: a hundred years.
pub const FILTER_SECONDS: i64 = 100 * 365 * 24 * 3_600;
/// Subscriptions to pushed messages of one person; the oldest make room.
pub const PUSH_SUBSCRIPTIONS: i64 = 30;
/// Rows in one reader's home feed.
pub const HOME_FEED: i64 = 800;

/// `text` with at most `characters` characters, never cut inside one.
#[must_use]
pub fn cut(text: &str, characters: usize) -> &str {
    text.char_indices()
        .nth(characters)
        .and_then(|(end, _)| text.get(..end))
        .unwrap_or(text)
}

/// `text` with at most `bytes` bytes, never cut inside a character.
#[must_use]
pub fn cut_bytes(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_never_splits_a_character() {
        assert_eq!(cut("Prüfung", 3), "Prü");
        assert_eq!(cut_bytes("Prüfung", 3), "Pr");
        assert_eq!(cut("kurz", 10), "kurz");
        assert_eq!(cut_bytes("kurz", 10), "kurz");
    }
}
