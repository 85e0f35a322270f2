//! Subject networks: what stewards do, and what everybody may read. Joining is following, posting is mentioning.

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Path};
use domain::network::Deed;
use domain::{AccountId, Membership, NetworkPostState, Posting, StatusId};
use serde::{Deserialize, Serialize};
use service::App;
use service::networks::{self, Change, NewNetwork, PersonDeed};
use utoipa::ToSchema;

use super::{Answer, json, page};
use crate::ApiError;
use crate::entities::{
    Account, Network, NetworkAnswer, NetworkHalf, NetworkPost, NetworkProposal, SavedNetwork,
    Status,
};
use crate::extract::scope::{
    AdminWriteNetworks, ReadAccounts, ReadFollows, ReadStatuses, WriteAccounts, WriteFollows,
    WriteStatuses,
};
use crate::extract::{
    Anyone, Caller, Flag, Number, PageParams, Params, PathId, Text, Upload, Words,
};
use crate::openapi::Operations;
use crate::routes::Routes;
use crate::wording::said_to;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at(
            "/staffroom/v1/networks",
            [web::get().to(list), web::post().to(create)],
        )
        .at(
            "/staffroom/v1/networks/{id}",
            [web::get().to(show), web::patch().to(update)],
        )
        .at("/staffroom/v1/networks/{id}/posts", [web::get().to(posts)])
        .at(
            "/staffroom/v1/networks/{id}/people",
            [web::get().to(people)],
        )
        .at("/staffroom/v1/networks/{id}/bans", [web::get().to(bans)])
        .at(
            "/staffroom/v1/networks/{id}/requests",
            [web::get().to(requests)],
        )
        .at(
            "/staffroom/v1/networks/{id}/proposals",
            [web::get().to(proposals)],
        )
        .at(
            "/staffroom/v1/networks/{id}/stewards/{account}",
            [web::post().to(name_steward)],
        )
        .at("/staffroom/v1/networks/{id}/saved", [web::get().to(saved)])
        .at("/staffroom/v1/networks/{id}/half", [web::post().to(half)])
        .at(
            "/staffroom/v1/networks/{id}/posts/{post}/{deed}",
            [web::post().to(do_with_post)],
        )
        .at(
            "/staffroom/v1/networks/{id}/people/{account}/{deed}",
            [web::post().to(do_with_person)],
        )
        .at(
            "/staffroom/v1/networks/{id}/proposals/{number}/confirm",
            [web::post().to(confirm)],
        )
        .at(
            "/staffroom/v1/statuses/{id}/similar",
            [web::get().to(similar)],
        );
}

pub(super) fn operations(api: &mut Operations) {
    api.get("/staffroom/v1/networks", "All networks, by name", list)
        .lists::<Network>();
    api.post("/staffroom/v1/networks", "Make a network", create)
        .answers::<Network>();
    api.get("/staffroom/v1/networks/{id}", "One network", show)
        .answers::<Network>();
    api.patch(
        "/staffroom/v1/networks/{id}",
        "As a steward: change what a network says of itself; propose other rules, whether posts are practice, or to take a move back",
        update,
    )
    .answers::<NetworkAnswer>()
    .files(&["avatar", "header"]);
    api.post(
        "/staffroom/v1/networks/{id}/stewards/{account}",
        "Name a steward where none is left",
        name_steward,
    )
    .answers::<NetworkAnswer>();
    api.get(
        "/staffroom/v1/networks/{id}/posts",
        "What a network passed on, newest first; for stewards also what waits, was refused or removed",
        posts,
    )
    .pages::<NetworkPost>();
    api.get(
        "/staffroom/v1/networks/{id}/people",
        "Members, by name; more of them after a name",
        people,
    )
    .lists::<Account>();
    api.get(
        "/staffroom/v1/networks/{id}/bans",
        "Who is banned, by name, for stewards; more of them after a name",
        bans,
    )
    .lists::<Account>();
    api.get(
        "/staffroom/v1/networks/{id}/requests",
        "Who asks to join, for stewards",
        requests,
    )
    .pages::<Account>();
    api.get(
        "/staffroom/v1/networks/{id}/proposals",
        "What a steward proposed and nobody confirmed yet, for stewards",
        proposals,
    )
    .lists::<NetworkProposal>();
    api.get(
        "/staffroom/v1/networks/{id}/saved",
        "What another server has to know to go on with a network, for stewards",
        saved,
    )
    .answers::<SavedNetwork>();
    api.post(
        "/staffroom/v1/networks/{id}/half",
        "A steward's half of the key of a network, which is shown once",
        half,
    )
    .answers::<NetworkHalf>();
    api.post(
        "/staffroom/v1/networks/{id}/posts/{post}/{deed}",
        "As a steward: approve, refuse, remove, restore, pin or unpin a post",
        do_with_post,
    )
    .answers::<NetworkAnswer>();
    api.post(
        "/staffroom/v1/networks/{id}/people/{account}/{deed}",
        "As a steward: accept, decline or invite somebody; alias or unalias a network elsewhere; propose to ban, unban, add_steward or remove_steward, to move to a network elsewhere, or to share_key with a steward",
        do_with_person,
    )
    .answers::<NetworkAnswer>();
    api.post(
        "/staffroom/v1/networks/{id}/proposals/{number}/confirm",
        "Confirm what another steward proposed",
        confirm,
    )
    .answers::<NetworkAnswer>();
    api.get(
        "/staffroom/v1/statuses/{id}/similar",
        "Older threads of a network that resemble a question, newest first; five at most",
        similar,
    )
    .lists::<Status>();
}

/// In the language of whoever asked.
fn say<S>(request: &HttpRequest, caller: &Caller<S>, english: &str) -> Answer {
    let message = said_to(request, &caller.person, english);
    json(NetworkAnswer { message })
}

async fn list(caller: Anyone<ReadAccounts>, app: Data<App>) -> Answer {
    let found = networks::list(&app, caller.person()).await?;
    json(found.into_iter().map(Network::from).collect::<Vec<_>>())
}

async fn show(caller: Anyone<ReadAccounts>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let found = networks::view(&app, caller.person(), id.0).await?;
    json(Network::from(found))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wishes {
    /// As in its handle.
    name: Text,
    title: Text,
    description: Text,
    rules: Text,
    /// `others_wait`, `members` or `steward_approval`.
    posting: Text,
    /// `open`, `by_approval` or `closed`.
    membership: Text,
    /// Handles.
    stewards: Words,
    posts_are_practice: Flag,
}

fn not_listed(what: &str) -> ApiError {
    ApiError::Unprocessable(format!(
        "Validation failed: {what} is not included in the list"
    ))
}

impl Wishes {
    fn read(self) -> Result<NewNetwork, ApiError> {
        let posting = match self.posting.filled() {
            None => Posting::default(),
            Some(name) => Posting::ALL
                .into_iter()
                .find(|posting| posting.name() == name)
                .ok_or_else(|| not_listed("Posting"))?,
        };
        let membership = match self.membership.filled() {
            None => Membership::default(),
            Some(name) => Membership::ALL
                .into_iter()
                .find(|membership| membership.name() == name)
                .ok_or_else(|| not_listed("Membership"))?,
        };
        Ok(NewNetwork {
            name: self.name.0.unwrap_or_default(),
            title: self.title.0.unwrap_or_default(),
            description: self.description.0.unwrap_or_default(),
            stewards: self.stewards.0.unwrap_or_default(),
            posting,
            membership,
            rules: self.rules.0.unwrap_or_default(),
            posts_are_practice: self.posts_are_practice.is_set(),
        })
    }
}

async fn create(_: Caller<AdminWriteNetworks>, params: Params<Wishes>, app: Data<App>) -> Answer {
    let made = networks::create(&app, params.0.read()?).await?;
    json(Network::from(made))
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Changes {
    title: Text,
    description: Text,
    rules: Text,
    posts_are_practice: Flag,
    /// The network has moved, and is to take that back.
    move_back: Flag,
}

async fn update(
    request: HttpRequest,
    caller: Caller<WriteAccounts>,
    id: PathId<AccountId>,
    mut upload: Upload<Changes>,
    app: Data<App>,
) -> Answer {
    let change = Change {
        avatar: upload.take("avatar").map(|file| file.bytes),
        header: upload.take("header").map(|file| file.bytes),
        title: upload.params.title.0,
        description: upload.params.description.0,
        rules: upload.params.rules.0,
        posts_are_practice: upload.params.posts_are_practice.0,
        move_back: upload.params.move_back.is_set(),
    };
    let said = networks::change(&app, &caller.person, id.0, change).await?;
    say(&request, &caller, &said)
}

async fn name_steward(
    request: HttpRequest,
    caller: Caller<AdminWriteNetworks>,
    target: Path<Target>,
    app: Data<App>,
) -> Answer {
    let who: AccountId = target.what.parse().map_err(|_| ApiError::NotFound)?;
    let network = target.network()?;
    let by = Some(&caller.person);
    let said = networks::name_steward(&app, by, network, who).await?;
    say(&request, &caller, &said)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Wanted {
    /// `announced`, which stands for none too, `waiting`, `refused` or `removed`.
    state: Text,
    #[serde(flatten)]
    page: PageParams,
}

async fn posts(
    request: HttpRequest,
    caller: Anyone<ReadStatuses>,
    id: PathId<AccountId>,
    params: Params<Wanted>,
    app: Data<App>,
) -> Answer {
    let wanted = params.into_inner();
    let state = match wanted.state.filled() {
        None => NetworkPostState::Announced,
        Some(name) => NetworkPostState::ALL
            .into_iter()
            .find(|state| state.name() == name)
            .ok_or_else(|| not_listed("State"))?,
    };
    let rows = wanted.page.page(20, 40);
    let found = networks::posts(&app, caller.person(), id.0, state, rows).await?;
    page::<_, NetworkPost>(&request, &app, found)
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct After {
    /// A handle: those whose names come after it.
    after: Text,
    limit: Number,
}

impl After {
    /// As handles are stored, and how many.
    fn read(self) -> (String, i64) {
        let after = self.after.0.unwrap_or_default();
        let after = after.trim_start_matches('@').to_lowercase();
        (after, self.limit.0.unwrap_or(40).clamp(1, 80))
    }
}

async fn people(
    caller: Anyone<ReadAccounts>,
    id: PathId<AccountId>,
    params: Params<After>,
    app: Data<App>,
) -> Answer {
    let (after, limit) = params.into_inner().read();
    let found = networks::people(&app, caller.person(), id.0, after, limit).await?;
    json(found.into_iter().map(Account::from).collect::<Vec<_>>())
}

async fn bans(
    caller: Caller<ReadFollows>,
    id: PathId<AccountId>,
    params: Params<After>,
    app: Data<App>,
) -> Answer {
    let (after, limit) = params.into_inner().read();
    let found = networks::bans(&app, &caller.person, id.0, after, limit).await?;
    json(found.into_iter().map(Account::from).collect::<Vec<_>>())
}

async fn requests(
    request: HttpRequest,
    caller: Caller<ReadFollows>,
    id: PathId<AccountId>,
    params: Params<PageParams>,
    app: Data<App>,
) -> Answer {
    let rows = params.0.page(40, 80);
    let found = networks::requests(&app, &caller.person, id.0, rows).await?;
    page::<_, Account>(&request, &app, found)
}

async fn proposals(caller: Caller<ReadAccounts>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let found = networks::proposals(&app, &caller.person, id.0).await?;
    json(
        found
            .into_iter()
            .map(NetworkProposal::from)
            .collect::<Vec<_>>(),
    )
}

async fn saved(caller: Caller<ReadAccounts>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let found = networks::saved(&app, &caller.person, id.0).await?;
    json(SavedNetwork::from(found))
}

async fn half(caller: Caller<WriteAccounts>, id: PathId<AccountId>, app: Data<App>) -> Answer {
    let half = networks::half(&app, &caller.person, id.0).await?;
    json(NetworkHalf { half })
}

async fn similar(caller: Anyone<ReadStatuses>, id: PathId<StatusId>, app: Data<App>) -> Answer {
    let found = networks::similar(&app, caller.person(), id.0).await?;
    json(found.into_iter().map(Status::from).collect::<Vec<_>>())
}

#[derive(Deserialize)]
struct Target {
    #[serde(rename = "id")]
    network: String,
    #[serde(alias = "account", alias = "number", alias = "post")]
    what: String,
    #[serde(default)]
    deed: String,
}

impl Target {
    fn network(&self) -> Result<AccountId, ApiError> {
        self.network.parse().map_err(|_| ApiError::NotFound)
    }
}

async fn do_with_post(
    request: HttpRequest,
    caller: Caller<WriteStatuses>,
    target: Path<Target>,
    app: Data<App>,
) -> Answer {
    let deed = match target.deed.as_str() {
        "approve" => Deed::Approve,
        "refuse" => Deed::Refuse,
        "remove" => Deed::Remove,
        "restore" => Deed::Restore,
        "pin" => Deed::Pin,
        "unpin" => Deed::Unpin,
        _ => return Err(ApiError::NotFound),
    };
    let status: StatusId = target.what.parse().map_err(|_| ApiError::NotFound)?;
    let network = target.network()?;
    let said = networks::do_with_post(&app, &caller.person, network, status, deed).await?;
    say(&request, &caller, &said)
}

async fn do_with_person(
    request: HttpRequest,
    caller: Caller<WriteFollows>,
    target: Path<Target>,
    app: Data<App>,
) -> Answer {
    let deed = match target.deed.as_str() {
        "accept" => PersonDeed::Accept,
        "decline" => PersonDeed::Decline,
        "invite" => PersonDeed::Invite,
        "ban" => PersonDeed::Ban,
        "unban" => PersonDeed::Unban,
        "add_steward" => PersonDeed::AddSteward,
        "remove_steward" => PersonDeed::RemoveSteward,
        "alias" => PersonDeed::Alias,
        "unalias" => PersonDeed::Unalias,
        "move" => PersonDeed::Move,
        "share_key" => PersonDeed::ShareKey,
        _ => return Err(ApiError::NotFound),
    };
    let who: AccountId = target.what.parse().map_err(|_| ApiError::NotFound)?;
    let network = target.network()?;
    let said = networks::do_with_person(&app, &caller.person, network, who, deed).await?;
    say(&request, &caller, &said)
}

async fn confirm(
    request: HttpRequest,
    caller: Caller<WriteAccounts>,
    target: Path<Target>,
    app: Data<App>,
) -> Answer {
    let number: i32 = target.what.parse().map_err(|_| ApiError::NotFound)?;
    let network = target.network()?;
    let said = networks::confirm(&app, &caller.person, network, number).await?;
    say(&request, &caller, &said)
}
