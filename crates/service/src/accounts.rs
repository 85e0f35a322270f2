//! Looking at people.

use std::collections::HashMap;

use domain::text::normalise_tag;
use domain::{AccountId, Handle, Page, Visibility};
use storage::DbConnection;
use storage::accounts::Account;

use crate::audience::{blocked_among, visible_to};
use crate::completing::{self, Opened, State};
use crate::oauth::Person;
use crate::unwanted::avoided;
use crate::views::{self, AccountView, RelationshipView, StatusView};
use crate::{App, Error, Paged, Result};

/// Which of somebody's statuses are wanted.
#[derive(Debug, Clone, Default)]
pub struct AccountStatuses {
    pub only_media: bool,
    pub exclude_replies: bool,
    pub exclude_reblogs: bool,
    pub exclude_direct: bool,
    pub pinned: bool,
    pub tagged: Option<String>,
}

/// The account of that id; a suspended one without all that it said.
pub async fn view(app: &App, viewer: Option<&Person>, id: AccountId) -> Result<AccountView> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let account = known(conn, id)?;
        shown(app, conn, viewer, account)
    })
    .await
}

/// The accounts of these ids; unknown ones are left out.
pub async fn with_ids(
    app: &App,
    viewer: Option<&Person>,
    ids: Vec<AccountId>,
) -> Result<Vec<AccountView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let mut found = views::accounts(app, conn, viewer, &ids)?;
        let waiting = waiting_among(conn, found.iter().map(|view| &view.account))?;
        found.retain(|view| !waiting.contains(&view.account.id));
        Ok(found)
    })
    .await
}

/// The account of a handle (`ada`, `ada@school.example`), looked for elsewhere if `resolve` says so.
/// A suspended one comes without all that it said; [`Error::Gone`] if it was ours and is deleted.
pub async fn lookup(
    app: &App,
    viewer: Option<&Person>,
    handle: &str,
    resolve: bool,
) -> Result<AccountView> {
    let handle: Handle = handle.parse().map_err(|_| Error::NotFound)?;
    let account = by_handle(app, handle, resolve)
        .await?
        .ok_or(Error::NotFound)?;
    if account.deleted_at.is_some() {
        return Err(if account.is_local() {
            Error::Gone
        } else {
            Error::NotFound
        });
    }
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| shown(app, conn, viewer, account))
        .await
}

fn shown(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    account: Account,
) -> Result<AccountView> {
    if viewer != Some(account.id) && is_waiting(conn, &account)? {
        return Err(Error::NotFound);
    }
    let view = views::account(app, viewer, account);
    views::with_moved(app, conn, viewer, vec![view])?
        .pop()
        .ok_or(Error::NotFound)
}

/// Whether it is somebody of ours who signed up and was not let in yet: but for moderators they are not there.
pub(crate) fn is_waiting(conn: &mut DbConnection, account: &Account) -> Result<bool> {
    Ok(!waiting_among(conn, [account])?.is_empty())
}

/// Those of them who are. One query, if any is ours.
pub(crate) fn waiting_among<'a>(
    conn: &mut DbConnection,
    accounts: impl IntoIterator<Item = &'a Account>,
) -> Result<Vec<AccountId>> {
    let ours = accounts.into_iter().filter(|account| account.is_local());
    let ours: Vec<AccountId> = ours.map(|account| account.id).collect();
    Ok(storage::users::not_let_in(conn, &ours)?)
}

/// Whose handle it is, among those known, or elsewhere if `resolve` says so. Who left may be back there.
pub(crate) async fn by_handle(app: &App, handle: Handle, resolve: bool) -> Result<Option<Account>> {
    let handle = handle.seen_from(&app.settings().host);
    let key = handle.key();
    let known = app
        .read(move |_, conn| Ok(storage::accounts::with_handle_key(conn, &key)?))
        .await?;
    match known {
        Some(account) if account.deleted_at.is_none() => Ok(Some(account)),
        _ if resolve && handle.host.is_some() => app.remote().account(app, &handle).await,
        known => Ok(known),
    }
}

/// One's own account, and how many people ask to follow it.
pub async fn own(app: &App, person: &Person) -> Result<(AccountView, i64)> {
    let id = person.id();
    let account = person.account.clone();
    app.read(move |app, conn| {
        // Also whom moderators silenced waits for somebody who lets all others follow.
        let asking = storage::follows::count_requests(conn, id)?;
        Ok((shown(app, conn, Some(id), account)?, asking))
    })
    .await
}

/// One page of somebody's statuses that the viewer may see, newest first. What somebody elsewhere posted last is looked
/// for after that, for those signed in.
pub async fn statuses(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
    wanted: AccountStatuses,
    page: Page,
) -> Result<Paged<StatusView>> {
    let viewer = viewer.map(Person::id);
    let opened = Opened::Profile(id);
    let (page, looked_for) = app
        .read(move |app, conn| {
            let Some(author) = unless_suspended(conn, id)? else {
                return Ok((Paged::empty(), false));
            };
            let looked_for = viewer.is_some()
                && !author.is_local()
                && completing::state(app, conn, opened)? == State::Due;
            let page = page_of(app, conn, viewer, id, &wanted, &page)?;
            Ok((page, looked_for))
        })
        .await?;
    if looked_for {
        completing::begin(app, opened).await;
    }
    Ok(page)
}

fn page_of(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    id: AccountId,
    wanted: &AccountStatuses,
    page: &Page,
) -> Result<Paged<StatusView>> {
    let Some(mut seen) = visibilities(conn, viewer, id)? else {
        return Ok(Paged::empty());
    };
    if wanted.exclude_direct {
        seen.retain(|visibility| *visibility != Visibility::Direct);
    }
    let tag = match &wanted.tagged {
        Some(name) => match storage::tags::with_names(conn, &[normalise_tag(name)])?.first() {
            Some(tag) => Some(*tag),
            None => return Ok(Paged::empty()),
        },
        None => None,
    };
    let wanted = storage::statuses::OfAccount {
        seen,
        without_replies: wanted.exclude_replies,
        without_boosts: wanted.exclude_reblogs,
        only_media: wanted.only_media,
        only_pinned: wanted.pinned,
        tag,
    };
    let rows = storage::statuses::page_of_account(conn, id, &wanted, page)?;
    let cursors: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
    let rows = visible_to(conn, viewer, rows)?;
    let mut shown = views::statuses(app, conn, viewer, rows)?;
    let boosted = shown.iter().filter_map(|view| view.boosted.as_deref());
    let boosted: Vec<AccountId> = boosted.map(|view| view.status.account_id).collect();
    // Whoever opens a profile meets its owner, though not all whom these pass on.
    let other = viewer.filter(|viewer| *viewer != id);
    let avoided = avoided(app, conn, other, &boosted)?;
    shown.retain(|view| {
        let boosted = view.boosted.as_deref();
        boosted.is_none_or(|boosted| !avoided.contains(&boosted.status.account_id))
    });
    Ok(Paged::new(shown, cursors, page))
}

/// Which visibilities of `author`'s statuses can be for the viewer at all; none if one has blocked the other.
fn visibilities(
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    author: AccountId,
) -> Result<Option<Vec<Visibility>>> {
    use Visibility::{Direct, FollowersOnly, Public, Unlisted};
    Ok(match viewer {
        None => Some(vec![Public, Unlisted]),
        Some(viewer) if viewer == author => Some(vec![Public, Unlisted, FollowersOnly, Direct]),
        Some(viewer) if !blocked_among(conn, viewer, &[author])?.is_empty() => None,
        Some(_) => Some(vec![Public, Unlisted, FollowersOnly, Direct]),
    })
}

/// One page of those who follow an account. Whoever hides them hides them from all others.
pub async fn followers(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
    page: Page,
) -> Result<Paged<AccountView>> {
    collection(app, viewer, id, page, storage::follows::followers).await
}

/// One page of those whom an account follows.
pub async fn following(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
    page: Page,
) -> Result<Paged<AccountView>> {
    collection(app, viewer, id, page, storage::follows::following).await
}

type Collection = fn(
    &mut DbConnection,
    AccountId,
    &Page,
) -> std::result::Result<Vec<(i64, Account)>, storage::QueryError>;

async fn collection(
    app: &App,
    viewer: Option<&Person>,
    id: AccountId,
    page: Page,
    members: Collection,
) -> Result<Paged<AccountView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let Some(account) = unless_suspended(conn, id)? else {
            return Ok(Paged::empty());
        };
        if account.hide_collections && viewer != Some(id) {
            return Ok(Paged::empty());
        }
        if let Some(viewer) = viewer
            && !blocked_among(conn, viewer, &[id])?.is_empty()
        {
            return Ok(Paged::empty());
        }
        let rows = members(conn, id, &page)?;
        let people: Vec<AccountId> = rows.iter().map(|(_, row)| row.id).collect();
        let other = viewer.filter(|viewer| *viewer != id);
        let avoided = avoided(app, conn, other, &people)?;
        let mut found = accounts_page(app, viewer, rows, &page);
        found
            .items
            .retain(|view| !avoided.contains(&view.account.id));
        Ok(found)
    })
    .await
}

pub(crate) fn accounts_page(
    app: &App,
    viewer: Option<AccountId>,
    rows: Vec<(i64, Account)>,
    page: &Page,
) -> Paged<AccountView> {
    let cursors: Vec<i64> = rows.iter().map(|(cursor, _)| *cursor).collect();
    let items = rows
        .into_iter()
        .map(|(_, account)| views::account(app, viewer, account))
        .collect();
    Paged::new(items, cursors, page)
}

/// How the viewer and each of these accounts stand to each other; unknown ones are left out.
pub async fn relationships(
    app: &App,
    person: &Person,
    ids: &[AccountId],
) -> Result<Vec<RelationshipView>> {
    let viewer = person.id();
    let ids = ids.to_vec();
    app.read(move |app, conn| {
        let known: Vec<AccountId> = storage::accounts::with_ids(conn, &ids)?
            .iter()
            .map(|row| row.id)
            .collect();
        let ids: Vec<AccountId> = ids.into_iter().filter(|id| known.contains(id)).collect();
        relationships_between(app, conn, viewer, &ids)
    })
    .await
}

pub(crate) fn relationship(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    other: AccountId,
) -> Result<RelationshipView> {
    relationships_between(app, conn, viewer, &[other])?
        .pop()
        .ok_or(Error::NotFound)
}

fn relationships_between(
    app: &App,
    conn: &mut DbConnection,
    viewer: AccountId,
    ids: &[AccountId],
) -> Result<Vec<RelationshipView>> {
    let mut found: HashMap<AccountId, RelationshipView> = ids
        .iter()
        .map(|id| (*id, RelationshipView::none(*id)))
        .collect();
    for follow in storage::follows::between(conn, viewer, ids)? {
        if follow.follower_id == viewer
            && let Some(view) = found.get_mut(&follow.account_id)
        {
            view.following = !follow.pending;
            view.requested = follow.pending;
            view.showing_boosts = follow.show_reblogs;
            view.notifying = follow.notify;
            view.languages = follow
                .languages
                .as_deref()
                .and_then(|list| serde_json::from_str(list).ok());
        } else if let Some(view) = found.get_mut(&follow.follower_id) {
            view.followed_by = !follow.pending;
            view.requested_by = follow.pending;
        }
    }
    for block in storage::blocks::between(conn, viewer, ids)? {
        if block.account_id == viewer
            && let Some(view) = found.get_mut(&block.target_id)
        {
            view.blocking = true;
        } else if let Some(view) = found.get_mut(&block.account_id) {
            view.blocked_by = true;
        }
    }
    let blocked = storage::account_domain_blocks::hosts(conn, viewer)?;
    if !blocked.is_empty() {
        for account in storage::accounts::with_ids(conn, ids)? {
            if let (Some(host), Some(view)) = (&account.host, found.get_mut(&account.id)) {
                view.domain_blocking = blocked.contains(host);
            }
        }
    }
    for mute in storage::mutes::among_targets(conn, viewer, ids, app.now())? {
        if let Some(view) = found.get_mut(&mute.target_id) {
            view.muting = true;
            view.muting_notifications = mute.notifications;
            view.muting_expires_at = mute.expires_at;
        }
    }
    for id in storage::endorsements::among_targets(conn, viewer, ids)? {
        if let Some(view) = found.get_mut(&id) {
            view.endorsed = true;
        }
    }
    for (id, note) in storage::account_notes::about(conn, viewer, ids)? {
        if let Some(view) = found.get_mut(&id) {
            view.note = note;
        }
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

impl RelationshipView {
    fn none(id: AccountId) -> Self {
        Self {
            id,
            following: false,
            showing_boosts: false,
            notifying: false,
            languages: None,
            followed_by: false,
            blocking: false,
            blocked_by: false,
            requested: false,
            requested_by: false,
            domain_blocking: false,
            muting: false,
            muting_notifications: false,
            muting_expires_at: None,
            endorsed: false,
            note: String::new(),
        }
    }
}

/// The account of that id, unless it is gone.
pub(crate) fn find(conn: &mut DbConnection, id: AccountId) -> Result<Account> {
    let account = storage::accounts::find(conn, id)?.ok_or(Error::NotFound)?;
    if account.is_gone() {
        Err(Error::NotFound)
    } else {
        Ok(account)
    }
}

/// The account of that id, also where it is suspended: what people decide about it holds when that is lifted.
pub(crate) fn known(conn: &mut DbConnection, id: AccountId) -> Result<Account> {
    storage::accounts::find(conn, id)?
        .filter(|account| account.deleted_at.is_none())
        .ok_or(Error::NotFound)
}

/// The account of that id; none where it is suspended, of which apps show the name and nothing else.
pub(crate) fn unless_suspended(conn: &mut DbConnection, id: AccountId) -> Result<Option<Account>> {
    Ok(Some(known(conn, id)?).filter(|account| !account.is_gone()))
}
