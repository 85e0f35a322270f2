//! Subject networks: what their rules can be, and which software reads what they pass on (FEP-1b12).

mod command;
mod manners;
mod question;
mod words;

pub use command::{Command, Deed};
pub use question::{is_question, telling_words};

use crate::numbered::numbered;

/// Whose posts a network passes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Posting {
    /// Those of members; those of others wait for a steward.
    #[default]
    OthersWait,
    /// Those of members only.
    Members,
    /// Every post waits, but those of stewards.
    StewardApproval,
}

numbered!(Posting { OthersWait = 0, Members = 1, StewardApproval = 2 });

/// Who may join a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Membership {
    #[default]
    Open,
    /// A steward answers each who asks.
    ByApproval,
    /// Whom a steward invited.
    Closed,
}

numbered!(Membership { Open = 0, ByApproval = 1, Closed = 2 });

/// What became of a post that mentions a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkPostState {
    /// For a steward.
    Waiting,
    /// It was passed on.
    Announced,
    Refused,
    /// It was passed on, and a steward took it out.
    Removed,
}

numbered!(NetworkPostState { Waiting = 0, Announced = 1, Refused = 2, Removed = 3 });

/// What binds others, so that two stewards have to want it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProposalKind {
    AddSteward,
    RemoveSteward,
    Ban,
    Unban,
    ChangeRules,
    /// To another server.
    Move,
    /// The key is halved between two stewards.
    ShareKey,
    PostsArePractice,
    /// Not to another server after all.
    MoveBack,
}

numbered!(ProposalKind {
    AddSteward = 0,
    RemoveSteward = 1,
    Ban = 2,
    Unban = 3,
    ChangeRules = 4,
    Move = 5,
    ShareKey = 6,
    PostsArePractice = 7,
    MoveBack = 8,
});

/// How the poster stands to a network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    pub is_member: bool,
    pub is_steward: bool,
    pub is_banned: bool,
}

impl Posting {
    pub const ALL: [Self; 3] = [Self::OthersWait, Self::Members, Self::StewardApproval];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OthersWait => "others_wait",
            Self::Members => "members",
            Self::StewardApproval => "steward_approval",
        }
    }

    /// What becomes of a post by somebody who stands so.
    #[must_use]
    pub fn decide(self, by: Standing) -> NetworkPostState {
        use NetworkPostState::{Announced, Refused, Waiting};
        if by.is_banned {
            return Refused;
        }
        if by.is_steward {
            return Announced;
        }
        match (self, by.is_member) {
            (Self::OthersWait | Self::Members, true) => Announced,
            (Self::OthersWait, false) | (Self::StewardApproval, _) => Waiting,
            (Self::Members, false) => Refused,
        }
    }
}

impl Membership {
    pub const ALL: [Self; 3] = [Self::Open, Self::ByApproval, Self::Closed];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::ByApproval => "by_approval",
            Self::Closed => "closed",
        }
    }
}

impl NetworkPostState {
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Announced, Self::Refused, Self::Removed];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Announced => "announced",
            Self::Refused => "refused",
            Self::Removed => "removed",
        }
    }
}

impl ProposalKind {
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AddSteward => "add_steward",
            Self::RemoveSteward => "remove_steward",
            Self::Ban => "ban",
            Self::Unban => "unban",
            Self::ChangeRules => "change_rules",
            Self::Move => "move",
            Self::ShareKey => "share_key",
            Self::PostsArePractice => "posts_are_practice",
            Self::MoveBack => "move_back",
        }
    }
}

/// Programs that read activities which a group passes on: FEP-1b12.
const RELAYED_TO: [&str; 6] = ["kbin", "lemmy", "lotide", "mbin", "nodebb", "piefed"];

/// Whether a server with this software, as its NodeInfo has it, wants the activities of a group. Others want boosts.
#[must_use]
pub fn reads_activities(software: &str) -> bool {
    RELAYED_TO.contains(&software)
}

/// Whether one steward's proposal may be confirmed by another one. By oneself only where nobody else could; by somebody
/// of one's own school only where all stewards are of it. Schools are hosts, none being ours.
#[must_use]
pub fn may_confirm<Id: PartialEq>(
    proposed_by: &(Id, Option<String>),
    confirming: &(Id, Option<String>),
    stewards: &[(Id, Option<String>)],
) -> bool {
    let is_steward = |who: &(Id, Option<String>)| stewards.iter().any(|one| one.0 == who.0);
    if !is_steward(confirming) {
        return false;
    }
    if proposed_by.0 == confirming.0 {
        return stewards.len() == 1;
    }
    let is_elsewhere = |one: &(Id, Option<String>)| one.1 != proposed_by.1;
    is_elsewhere(confirming) || !stewards.iter().any(is_elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whose_post_is_passed_on_follows_from_the_rule() {
        use NetworkPostState::{Announced, Refused, Waiting};
        let other = Standing::default();
        let member = Standing {
            is_member: true,
            ..other
        };
        let steward = Standing {
            is_steward: true,
            ..other
        };
        for (rule, expected) in [
            (Posting::OthersWait, [Waiting, Announced, Announced]),
            (Posting::Members, [Refused, Announced, Announced]),
            (Posting::StewardApproval, [Waiting, Waiting, Announced]),
        ] {
            assert_eq!([other, member, steward].map(|by| rule.decide(by)), expected);
            let banned = Standing {
                is_banned: true,
                ..member
            };
            assert_eq!(rule.decide(banned), Refused);
        }
    }

    #[test]
    fn two_schools_have_to_want_what_binds_others() {
        let steward = |id: u8, host: Option<&str>| (id, host.map(str::to_owned));
        let (ada, bo) = (steward(1, None), steward(2, None));
        let cy = steward(3, Some("other.example"));
        let both = [ada.clone(), bo.clone()];
        assert!(may_confirm(&ada, &bo, &both));
        assert!(!may_confirm(&ada, &ada, &both));
        assert!(!may_confirm(&ada, &cy, &both));
        let three = [ada.clone(), bo.clone(), cy.clone()];
        assert!(!may_confirm(&ada, &bo, &three));
        assert!(may_confirm(&ada, &cy, &three));
        assert!(may_confirm(&cy, &bo, &three));
        assert!(may_confirm(&ada, &ada, std::slice::from_ref(&ada)));
    }

    #[test]
    fn only_some_software_wants_activities() {
        assert!(reads_activities("lemmy") && reads_activities("nodebb"));
        assert!(!reads_activities("mastodon") && !reads_activities("staffroom"));
    }
}
