//! What somebody who is signed in has to do with a network: joining and leaving it, and what waits for its stewards.

use actix_web::HttpRequest;
use actix_web::web::{Data, Form, Path};
use askama::Template;
use domain::network::Deed as PostDeed;
use domain::{AccountId, AccountKind, NetworkPostState, Page, ProposalKind, StatusId};
use serde::Deserialize;
use service::follows::{self, FollowWishes};
use service::networks::{self, NetworkPostView, NetworkView, PersonDeed, ProposalView};
use service::oauth::Person;
use service::views::AccountView;
use service::{App, Error, accounts};

use crate::forms::Visitor;
use crate::page::{
    Answer, EVERYBODY, Failure, Forms, Frame, Mistake, filters, mistake, show, status_of, visitor,
};
use crate::sign_in::go;

/// Posts and people on one page: the oldest come up when these are done.
const LISTED: i64 = 40;

/// What another steward proposed, or oneself did.
struct Wish {
    number: i32,
    by: String,
    what: String,
    is_own: bool,
}

impl Wish {
    fn of(view: ProposalView, person: &Person) -> Self {
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
            is_own: view.proposal.proposed_by == person.id(),
            by: acct(view.proposed_by),
            what,
        }
    }
}

#[derive(Template)]
#[template(path = "network_desk.html")]
struct Desk {
    page: Frame,
    mistakes: Vec<Mistake>,
    network: NetworkView,
    is_member: bool,
    asks_to_join: bool,
    waiting: Vec<NetworkPostView>,
    asking: Vec<AccountView>,
    wishes: Vec<Wish>,
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

async fn draw(
    app: &App,
    visitor: &Visitor,
    person: &Person,
    id: AccountId,
    mistaken: Option<String>,
) -> Answer {
    let network = networks::view(app, Some(person), id).await?;
    let relation = accounts::relationships(app, person, &[id]).await?.pop();
    let (mut waiting, mut asking, mut wishes) = (Vec::new(), Vec::new(), Vec::new());
    if network.is_steward {
        let state = NetworkPostState::Waiting;
        let page = Page::newest(LISTED);
        waiting = networks::posts(app, Some(person), id, state, page)
            .await?
            .items;
        asking = networks::requests(app, person, id, Page::newest(LISTED))
            .await?
            .items;
        wishes = networks::proposals(app, person, id).await?;
    }
    let title = format!("@{}", network.account.acct);
    let page = Desk {
        page: Frame::new(app, visitor, &title),
        mistakes: mistake(mistaken),
        is_member: relation.as_ref().is_some_and(|relation| relation.following),
        asks_to_join: relation.as_ref().is_some_and(|relation| relation.requested),
        network,
        waiting,
        asking,
        wishes: wishes
            .into_iter()
            .map(|view| Wish::of(view, person))
            .collect(),
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

pub async fn form(request: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let who = named(&app, &name).await?;
    let here = format!("/networks/{}", who.account.username);
    let Some(person) = &visitor.person else {
        return Ok(go(&format!("/sign-in?return_to={here}"), None));
    };
    draw(&app, &visitor, person, who.account.id, None).await
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Join,
    Leave,
    Approve,
    Refuse,
    Accept,
    Decline,
    Confirm,
}

#[derive(Deserialize)]
pub struct Wanted {
    #[serde(default)]
    csrf: String,
    deed: Deed,
    /// Of the post, the person or the proposal.
    #[serde(default)]
    id: i64,
}

async fn done(app: &App, person: &Person, id: AccountId, wanted: &Wanted) -> Result<(), Error> {
    let (status, who) = (StatusId(wanted.id), AccountId(wanted.id));
    match wanted.deed {
        Deed::Join => {
            follows::follow(app, person, id, FollowWishes::default()).await?;
        }
        Deed::Leave => {
            follows::unfollow(app, person, id).await?;
        }
        Deed::Approve => {
            networks::do_with_post(app, person, id, status, PostDeed::Approve).await?;
        }
        Deed::Refuse => {
            networks::do_with_post(app, person, id, status, PostDeed::Refuse).await?;
        }
        Deed::Accept => {
            networks::do_with_person(app, person, id, who, PersonDeed::Accept).await?;
        }
        Deed::Decline => {
            networks::do_with_person(app, person, id, who, PersonDeed::Decline).await?;
        }
        Deed::Confirm => {
            let number = i32::try_from(wanted.id).map_err(|_| Error::NotFound)?;
            networks::confirm(app, person, id, number).await?;
        }
    }
    Ok(())
}

pub async fn submit(
    request: HttpRequest,
    name: Path<String>,
    wanted: Form<Wanted>,
    app: Data<App>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&wanted.csrf)?;
    let who = named(&app, &name).await?;
    let here = format!("/networks/{}", who.account.username);
    let Some(person) = &visitor.person else {
        return Ok(go(&format!("/sign-in?return_to={here}"), None));
    };
    match done(&app, person, who.account.id, &wanted).await {
        Ok(()) => Ok(go(&here, None)),
        Err(Error::Forbidden(reason) | Error::Invalid(reason)) => {
            let reason = reason.trim_start_matches("Validation failed: ");
            let said = Some(format!("{reason}."));
            draw(&app, &visitor, person, who.account.id, said).await
        }
        Err(error) => Err(error.into()),
    }
}
