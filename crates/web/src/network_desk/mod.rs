//! What somebody who is signed in has to do with a network: joining and leaving it, and all that its stewards do.

mod deeds;
mod wishes;

use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path, Query};
use askama::Template;
use domain::{AccountId, AccountKind, NetworkPostState, Page};
use serde::Deserialize;
use service::networks::{self, NetworkPostView, NetworkView};
use service::oauth::Person;
use service::views::AccountView;
use service::{App, Error, accounts};

use self::deeds::{Deed, Done, Wanted, done};
use self::wishes::Wish;
use crate::forms::Visitor;
use crate::page::{
    Answer, EVERYBODY, Failure, Forms, Frame, Mistake, filters, mistake, show, status_of, visitor,
};
use crate::sign_in::go;

/// Posts and people on one page: the oldest come up when these are done.
const LISTED: i64 = 40;
/// Posts that were passed on, and those that were not: others have their addresses.
const NEWEST: i64 = 10;

/// Whose names come after which.
#[derive(Debug, Default, Deserialize)]
pub struct After {
    #[serde(default)]
    banned_after: String,
}

/// What is typed into the form in which a network is described.
struct Words {
    title: String,
    description: String,
    rules: String,
    is_practice: bool,
}

impl Words {
    fn of(network: &NetworkView, typed: Option<&Wanted>) -> Self {
        match typed.filter(|wanted| wanted.deed == Deed::Describe) {
            Some(typed) => Self {
                title: typed.title.clone(),
                description: typed.description.clone(),
                rules: typed.rules.clone(),
                is_practice: typed.is_practice(),
            },
            None => Self {
                title: network.account.account.display_name.clone(),
                description: network.account.account.note_source.clone(),
                rules: network.network.rules.clone(),
                is_practice: network.posts_are_practice,
            },
        }
    }
}

#[derive(Template)]
#[template(path = "network_desk.html")]
struct Desk {
    page: Frame,
    mistakes: Vec<Mistake>,
    /// What came of what was asked for, one for each line.
    said: Vec<String>,
    half: Option<String>,
    network: NetworkView,
    is_member: bool,
    asks_to_join: bool,
    stewards: Stewards,
    words: Words,
}

/// What only stewards see.
#[derive(Default)]
struct Stewards {
    /// Nobody has to confirm anything.
    is_one: bool,
    waiting: Vec<NetworkPostView>,
    asking: Vec<AccountView>,
    banned: Vec<AccountView>,
    /// The last of these, if there are more.
    more_banned: Option<String>,
    wishes: Vec<Wish>,
    pinned: Vec<NetworkPostView>,
    /// The newest that were passed on, and are not pinned.
    posts: Vec<NetworkPostView>,
    removed: Vec<NetworkPostView>,
    refused: Vec<NetworkPostView>,
    has_half: bool,
}

impl Stewards {
    async fn see(
        app: &App,
        person: &Person,
        network: &NetworkView,
        banned_after: &str,
    ) -> Result<Self, Error> {
        let id = network.account.account.id;
        let posts = async |state: NetworkPostState, limit: i64| {
            let found = networks::posts(app, Some(person), id, state, Page::newest(limit)).await?;
            Ok::<_, Error>(found.items)
        };
        let (pinned, passed_on) = networks::page(app, id, Page::newest(NEWEST)).await?;
        let asking = networks::requests(app, person, id, Page::newest(LISTED)).await?;
        let after = banned_after.to_lowercase();
        let banned = networks::bans(app, person, id, after, LISTED).await?;
        let is_full = i64::try_from(banned.len()).is_ok_and(|found| found >= LISTED);
        let last = banned.last().filter(|_| is_full);
        let more_banned = last.map(|last| last.account.handle_key.clone());
        let wishes = networks::proposals(app, person, id).await?.into_iter();
        Ok(Self {
            is_one: network.stewards.len() == 1,
            waiting: posts(NetworkPostState::Waiting, LISTED).await?,
            asking: asking.items,
            banned,
            more_banned,
            wishes: wishes.map(Wish::of).collect(),
            pinned,
            posts: passed_on
                .items
                .into_iter()
                .filter(|post| !post.pinned)
                .collect(),
            removed: posts(NetworkPostState::Removed, NEWEST).await?,
            refused: posts(NetworkPostState::Refused, NEWEST).await?,
            has_half: networks::has_half(app, person, id).await?,
        })
    }
}

/// The network of that name here.
async fn named(app: &App, name: &str) -> Result<AccountView, Failure> {
    let who = accounts::lookup(app, EVERYBODY, name, false).await?;
    let is_network = who.account.kind == AccountKind::Group && who.account.is_local();
    if !is_network || who.account.is_gone() {
        return Err(Failure::NotFound);
    }
    Ok(who)
}

/// What is shown on the page besides.
#[derive(Default)]
struct Besides<'a> {
    mistake: Option<String>,
    said: String,
    half: Option<String>,
    typed: Option<&'a Wanted>,
    banned_after: &'a str,
}

async fn draw(
    app: &App,
    visitor: &Visitor,
    person: &Person,
    id: AccountId,
    besides: Besides<'_>,
) -> Answer {
    let network = networks::view(app, Some(person), id).await?;
    let relation = accounts::relationships(app, person, &[id]).await?.pop();
    let stewards = if network.is_steward {
        Stewards::see(app, person, &network, besides.banned_after).await?
    } else {
        Stewards::default()
    };
    let title = format!("@{}", network.account.acct);
    let page = Desk {
        page: Frame::new(app, visitor, &title),
        mistakes: mistake(besides.mistake),
        said: besides.said.lines().map(str::to_owned).collect(),
        half: besides.half,
        is_member: relation.as_ref().is_some_and(|relation| relation.following),
        asks_to_join: relation.as_ref().is_some_and(|relation| relation.requested),
        words: Words::of(&network, besides.typed),
        network,
        stewards,
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

pub async fn form(
    request: HttpRequest,
    name: Path<String>,
    after: Query<After>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let who = named(&app, &name).await?;
    let here = format!("/networks/{}", who.account.username);
    let Some(person) = &visitor.person else {
        return Ok(go(&format!("/sign-in?return_to={here}"), None));
    };
    let besides = Besides {
        banned_after: &after.banned_after,
        ..Besides::default()
    };
    draw(&app, &visitor, person, who.account.id, besides).await
}

pub async fn submit(
    request: HttpRequest,
    name: Path<String>,
    wanted: Form<Wanted>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let wanted = wanted.into_inner();
    visitor.check(&wanted.csrf)?;
    let who = named(&app, &name).await?;
    let here = format!("/networks/{}", who.account.username);
    let Some(person) = &visitor.person else {
        return Ok(go(&format!("/sign-in?return_to={here}"), None));
    };
    let besides = match done(&app, person, who.account.id, &wanted).await {
        Ok(Done::Seen) => return Ok(go(&here, None)),
        Ok(Done::Said(said)) => Besides {
            said,
            ..Besides::default()
        },
        Ok(Done::Half(half)) => Besides {
            half: Some(half),
            ..Besides::default()
        },
        Err(error) => Besides {
            mistake: Some(in_words(error)?),
            typed: Some(&wanted),
            ..Besides::default()
        },
    };
    draw(&app, &visitor, person, who.account.id, besides).await
}

/// Why nothing was done, for whoever asked for it.
fn in_words(error: Error) -> Result<String, Failure> {
    Ok(match error {
        Error::Forbidden(reason) | Error::Invalid(reason) => {
            format!("{}.", reason.trim_start_matches("Validation failed: "))
        }
        Error::NotFound | Error::Gone => "There is no such post, person or half here.".to_owned(),
        Error::Unavailable(_) => "That cannot be done now. Please try again later.".to_owned(),
        other => return Err(other.into()),
    })
}
