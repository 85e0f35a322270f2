//! Who may see what: the one rule behind every read path.

use crate::Visibility;

/// What the rule needs to know of a viewer and a status.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tie {
    /// The viewer wrote it.
    pub is_author: bool,
    /// The viewer is mentioned in it.
    pub is_mentioned: bool,
    /// The viewer follows its author, who said yes.
    pub is_follower: bool,
    /// One of the two has blocked the other.
    pub is_blocked: bool,
    /// The viewer is signed in here.
    pub is_ours: bool,
}

/// Whether a viewer with this tie may see a status of this visibility, which may be one that stays on this server.
#[must_use]
pub fn may_see(visibility: Visibility, local_only: bool, tie: Tie) -> bool {
    if local_only && !tie.is_ours {
        return false;
    }
    if tie.is_author {
        return true;
    }
    if tie.is_blocked {
        return false;
    }
    match visibility {
        Visibility::Public | Visibility::Unlisted => true,
        Visibility::FollowersOnly => tie.is_follower || tie.is_mentioned,
        Visibility::Direct => tie.is_mentioned,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direct_status_is_for_its_author_and_those_it_mentions() {
        let follower = Tie {
            is_follower: true,
            ..Tie::default()
        };
        let mentioned = Tie {
            is_mentioned: true,
            ..Tie::default()
        };
        let author = Tie {
            is_author: true,
            ..Tie::default()
        };
        assert!(!may_see(Visibility::Direct, false, follower));
        assert!(may_see(Visibility::Direct, false, mentioned));
        assert!(may_see(Visibility::Direct, false, author));
    }

    #[test]
    fn a_block_hides_even_a_public_status() {
        let blocked = Tie {
            is_blocked: true,
            is_mentioned: true,
            ..Tie::default()
        };
        assert!(!may_see(Visibility::Public, false, blocked));
    }

    #[test]
    fn what_stays_here_is_for_those_signed_in_here() {
        let ours = Tie {
            is_ours: true,
            ..Tie::default()
        };
        let mentioned = Tie {
            is_mentioned: true,
            is_follower: true,
            ..Tie::default()
        };
        assert!(may_see(Visibility::Public, true, ours));
        assert!(!may_see(Visibility::FollowersOnly, true, ours));
        assert!(!may_see(Visibility::Public, true, mentioned));
    }

    #[test]
    fn strangers_see_only_what_is_open() {
        let stranger = Tie::default();
        assert!(may_see(Visibility::Unlisted, false, stranger));
        assert!(!may_see(Visibility::FollowersOnly, false, stranger));
    }
}
