//! What waits for a second steward, in words.

use domain::ProposalKind;
use service::networks::ProposalView;
use service::views::AccountView;

/// What a steward proposed.
pub(super) struct Wish {
    pub number: i32,
    pub by: String,
    pub what: String,
    /// Why one cannot confirm it oneself.
    pub obstacle: Option<&'static str>,
}

impl Wish {
    pub fn of(view: ProposalView) -> Self {
        let acct = |who: Option<AccountView>| match who {
            Some(who) => format!("@{}", who.acct),
            None => "somebody who is gone".to_owned(),
        };
        let who = acct(view.target);
        let what = match view.proposal.kind {
            ProposalKind::AddSteward => format!("that {who} becomes a steward."),
            ProposalKind::RemoveSteward => format!("that {who} is a steward no more."),
            ProposalKind::Ban => format!("to ban {who}, who could neither join nor post then."),
            ProposalKind::Unban => format!("to let {who} join and post again."),
            ProposalKind::ChangeRules => format!("these rules: {}", view.proposal.text),
            ProposalKind::Move => format!("that this network moves to {who}."),
            ProposalKind::MoveBack => {
                "that this network takes its move back, and takes posts and members here again."
                    .to_owned()
            }
            ProposalKind::ShareKey => {
                format!("that {who} and whoever proposes this get a half each of its key.")
            }
            ProposalKind::PostsArePractice if view.proposal.text == "yes" => {
                "that what is posted here is practice, with or without the hashtag.".to_owned()
            }
            ProposalKind::PostsArePractice => {
                "that what is posted here is practice only if it says so.".to_owned()
            }
        };
        Self {
            number: view.proposal.number,
            obstacle: view.obstacle,
            by: acct(view.proposed_by),
            what,
        }
    }
}
