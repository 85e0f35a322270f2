//! Networks in the shapes that apps expect.

use service::networks::{NetworkPostView, NetworkView, ProposalView, Saved};

use crate::entities as e;

impl From<NetworkView> for e::Network {
    fn from(view: NetworkView) -> Self {
        let account = &view.account.account;
        Self {
            id: account.id,
            title: if account.display_name.is_empty() {
                account.username.clone()
            } else {
                account.display_name.clone()
            },
            description: account.note.clone(),
            rules: view.network.rules,
            posting: view.network.posting.name(),
            membership: view.network.membership.name(),
            stewards: view.stewards.into_iter().map(Into::into).collect(),
            is_steward: view.is_steward,
            posts_are_practice: view.posts_are_practice,
            account: view.account.into(),
        }
    }
}

impl From<NetworkPostView> for e::NetworkPost {
    fn from(view: NetworkPostView) -> Self {
        Self {
            id: view.status.status.id,
            status: view.status.into(),
            state: view.state.name(),
            pinned: view.pinned,
            answered: view.answer.is_some(),
            answer_id: view.answer,
        }
    }
}

impl From<Saved> for e::SavedNetwork {
    fn from(saved: Saved) -> Self {
        Self {
            id: saved.id,
            name: saved.name,
            title: saved.title,
            description: saved.description,
            rules: saved.rules,
            posts_are_practice: saved.posts_are_practice,
            posting: saved.posting,
            membership: saved.membership,
            stewards: saved.stewards,
            public_key: saved.public_key,
            inboxes: saved.inboxes,
            members: saved.members,
            moved_at: saved.moved_at,
        }
    }
}

impl From<ProposalView> for e::NetworkProposal {
    fn from(view: ProposalView) -> Self {
        Self {
            number: view.proposal.number,
            kind: view.proposal.kind.name(),
            target: view.target.map(Into::into),
            proposed_by: view.proposed_by.map(Into::into),
            rules: view.proposal.text,
            created_at: view.proposal.created_at,
        }
    }
}
