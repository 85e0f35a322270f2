//! What the forms of the page of a network can ask for.

use domain::network::Deed as PostDeed;
use domain::{AccountId, StatusId};
use serde::Deserialize;
use service::follows::{self, FollowWishes};
use service::networks::{self, Change, PersonDeed};
use service::oauth::Person;
use service::{App, Error, accounts};

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Deed {
    Join,
    Leave,
    Confirm,
    Describe,
    /// With a post, by its id or its address, as those that follow.
    Approve,
    Refuse,
    Remove,
    Restore,
    Pin,
    Unpin,
    /// With somebody, by their id or their name, as those that follow.
    Accept,
    Decline,
    Invite,
    Ban,
    Unban,
    AddSteward,
    RemoveSteward,
    ShareKey,
    /// With a network elsewhere, by its name.
    Alias,
    Unalias,
    Move,
    MoveBack,
    /// Shows one's half of the key, once.
    Half,
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    pub(super) csrf: String,
    pub(super) deed: Deed,
    /// Of the post, the person or the proposal.
    #[serde(default)]
    id: i64,
    /// The address of a post, in the place of its id.
    #[serde(default)]
    link: String,
    /// A name, in the place of an id.
    #[serde(default)]
    who: String,
    #[serde(default)]
    pub(super) title: String,
    #[serde(default)]
    pub(super) description: String,
    #[serde(default)]
    pub(super) rules: String,
    /// Ticked or not there.
    posts_are_practice: Option<String>,
}

impl Wanted {
    pub(super) fn is_practice(&self) -> bool {
        self.posts_are_practice.is_some()
    }
}

/// What came of it.
pub(super) enum Done {
    /// The page shows it.
    Seen,
    Said(String),
    Half(String),
}

type Outcome = Result<Done, Error>;

/// Does what was asked for, or proposes it.
pub(super) async fn done(app: &App, person: &Person, id: AccountId, wanted: &Wanted) -> Outcome {
    let asked = Asked {
        app,
        person,
        id,
        wanted,
    };
    match wanted.deed {
        Deed::Join => {
            follows::follow(app, person, id, FollowWishes::default()).await?;
            Ok(Done::Seen)
        }
        Deed::Leave => {
            follows::unfollow(app, person, id).await?;
            Ok(Done::Seen)
        }
        Deed::Confirm => {
            let number = i32::try_from(wanted.id).map_err(|_| Error::NotFound)?;
            networks::confirm(app, person, id, number)
                .await
                .map(Done::Said)
        }
        Deed::Describe => asked.describe().await,
        Deed::Approve => asked.with_post(PostDeed::Approve).await,
        Deed::Refuse => asked.with_post(PostDeed::Refuse).await,
        Deed::Remove => asked.with_post(PostDeed::Remove).await,
        Deed::Restore => asked.with_post(PostDeed::Restore).await,
        Deed::Pin => asked.with_post(PostDeed::Pin).await,
        Deed::Unpin => asked.with_post(PostDeed::Unpin).await,
        Deed::Accept => asked.with_person(PersonDeed::Accept).await,
        Deed::Decline => asked.with_person(PersonDeed::Decline).await,
        Deed::Invite => asked.with_person(PersonDeed::Invite).await,
        Deed::Ban => asked.with_person(PersonDeed::Ban).await,
        Deed::Unban => asked.with_person(PersonDeed::Unban).await,
        Deed::AddSteward => asked.with_person(PersonDeed::AddSteward).await,
        Deed::RemoveSteward => asked.with_person(PersonDeed::RemoveSteward).await,
        Deed::ShareKey => asked.with_person(PersonDeed::ShareKey).await,
        Deed::Alias => asked.with_person(PersonDeed::Alias).await,
        Deed::Unalias => asked.with_person(PersonDeed::Unalias).await,
        Deed::Move => asked.with_person(PersonDeed::Move).await,
        Deed::MoveBack => {
            let back = Change {
                move_back: true,
                ..Change::default()
            };
            networks::change(app, person, id, back)
                .await
                .map(Done::Said)
        }
        Deed::Half => networks::half(app, person, id).await.map(Done::Half),
    }
}

/// Who asks which network for what.
struct Asked<'a> {
    app: &'a App,
    person: &'a Person,
    id: AccountId,
    wanted: &'a Wanted,
}

impl Asked<'_> {
    async fn with_post(&self, deed: PostDeed) -> Outcome {
        let status = match self.wanted.link.trim() {
            "" => StatusId(self.wanted.id),
            link => networks::find_post(self.app, self.person, self.id, link).await?,
        };
        networks::do_with_post(self.app, self.person, self.id, status, deed)
            .await
            .map(Done::Said)
    }

    async fn with_person(&self, deed: PersonDeed) -> Outcome {
        let who = match self.wanted.who.trim() {
            "" => AccountId(self.wanted.id),
            name => {
                let found = accounts::lookup(self.app, Some(self.person), name, true).await?;
                found.account.id
            }
        };
        networks::do_with_person(self.app, self.person, self.id, who, deed)
            .await
            .map(Done::Said)
    }

    /// What stands in the form as it was is not to change.
    async fn describe(&self) -> Outcome {
        let now = networks::view(self.app, Some(self.person), self.id).await?;
        let other = |typed: &str, known: &str| {
            // Browsers end lines as the web does.
            let typed = typed.replace("\r\n", "\n");
            (typed.trim() != known.trim()).then_some(typed)
        };
        let account = &now.account.account;
        let is_practice = self.wanted.is_practice();
        let change = Change {
            title: other(&self.wanted.title, &account.display_name),
            description: other(&self.wanted.description, &account.note_source),
            rules: other(&self.wanted.rules, &now.network.rules),
            posts_are_practice: (is_practice != now.posts_are_practice).then_some(is_practice),
            ..Change::default()
        };
        networks::change(self.app, self.person, self.id, change)
            .await
            .map(Done::Said)
    }
}
