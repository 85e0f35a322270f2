//! Following people, and being followed.

use domain::language::is_code;
use domain::{AccountId, NotificationKind, Page};
use storage::DbConnection;
use storage::accounts::{Account, Counts};
use storage::follows::Follow;

use crate::accounts::{accounts_page, relationship};
use crate::audience::blocked_among;
use crate::domain_blocks::is_blocked;
use crate::error::invalid;
use crate::jobs::{Job, Outgoing, enqueue, federate};
use crate::notify::{About, notify};
use crate::oauth::Person;
use crate::views::{AccountView, RelationshipView};
use crate::{App, Error, Paged, Result, accounts, home, networks};

/// What a follower wants to see; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct FollowWishes {
    pub reblogs: Option<bool>,
    pub notify: Option<bool>,
    /// Codes; empty for all.
    pub languages: Option<Vec<String>>,
}

/// Codes of languages of which posts are wanted, at most: there are not many more.
const LANGUAGES: usize = 200;
/// Who is let to follow at once, when nobody has to wait any more; a job lets the others.
const AT_ONCE: i64 = 100;

/// Follows somebody, or asks to; once more it changes what one wants to see.
/// Answers too whether the other decides by hand who may follow.
pub async fn follow(
    app: &App,
    person: &Person,
    id: AccountId,
    wishes: FollowWishes,
) -> Result<(RelationshipView, bool)> {
    let me = person.account.clone();
    check_languages(wishes.languages.as_deref().unwrap_or_default())?;
    app.transaction(move |app, conn| {
        let other = accounts::find(conn, id)?;
        want(app, conn, &me, &other, wishes)?;
        let by_hand = other.locked || me.silenced_at.is_some();
        Ok((relationship(app, conn, me.id, other.id)?, by_hand))
    })
    .await
}

fn check_languages(codes: &[String]) -> Result<()> {
    if codes.len() > LANGUAGES || !codes.iter().all(|code| is_code(code)) {
        return Err(invalid("Languages is invalid"));
    }
    Ok(())
}

/// The same in the transaction at hand: true for a new follow.
pub(crate) fn want(
    app: &App,
    conn: &mut DbConnection,
    me: &Account,
    other: &Account,
    wishes: FollowWishes,
) -> Result<bool> {
    if other.id == me.id {
        return Err(Error::Forbidden("You cannot follow yourself".to_owned()));
    }
    if !blocked_among(conn, me.id, &[other.id])?.is_empty() || is_blocked(conn, me.id, other.id)? {
        return Err(Error::Forbidden("This action is not allowed".to_owned()));
    }
    let known = storage::follows::find(conn, me.id, other.id)?;
    let is_new = known.is_none();
    if is_new {
        if accounts::is_waiting(conn, other)? {
            return Err(Error::NotFound);
        }
        networks::check_may_join(conn, other, me.id)?;
        if other.moved_to_uri.is_some() {
            return Err(Error::Forbidden("This action is not allowed".to_owned()));
        }
    }
    // Whom moderators silenced asks everybody, here as elsewhere.
    let pending = is_new && (me.silenced_at.is_some() || waits(app, conn, me.id, other)?);
    let row_id = app.next_id();
    let mut follow = known.unwrap_or_else(|| Follow {
        id: row_id,
        follower_id: me.id,
        account_id: other.id,
        uri: app.addresses().follow(&me.username, row_id),
        pending,
        show_reblogs: true,
        notify: false,
        languages: None,
        created_at: app.now(),
    });
    follow.show_reblogs = wishes.reblogs.unwrap_or(follow.show_reblogs);
    follow.notify = wishes.notify.unwrap_or(follow.notify);
    if let Some(languages) = wishes.languages {
        follow.languages =
            (!languages.is_empty()).then(|| serde_json::json!(languages).to_string());
    }
    if is_new {
        place(app, conn, &follow, other)?;
    } else {
        storage::follows::set_wishes(conn, &follow)?;
    }
    Ok(is_new)
}

/// Whether a new follow has to wait: somebody elsewhere answers by an Accept.
pub(crate) fn waits(
    app: &App,
    conn: &mut DbConnection,
    follower: AccountId,
    other: &Account,
) -> Result<bool> {
    Ok(!other.is_local() || (!networks::comes_along(app, conn, other, follower)? && other.locked))
}

/// Writes a new follow of `other` by one of ours, and asks the other's server.
pub(crate) fn place(
    app: &App,
    conn: &mut DbConnection,
    follow: &Follow,
    other: &Account,
) -> Result<()> {
    storage::follows::insert(conn, follow.clone())?;
    if !other.is_local() {
        let asked = Outgoing::Follow {
            follower: follow.follower_id,
            account: other.id,
            uri: follow.uri.clone(),
        };
        return federate(app, conn, asked);
    }
    tell(app, conn, follow, other)?;
    if follow.pending {
        return Ok(());
    }
    begin(conn, follow)
}

/// Stops following somebody, or takes the request back.
pub async fn unfollow(app: &App, person: &Person, id: AccountId) -> Result<RelationshipView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let other = storage::accounts::find(conn, id)?.ok_or(Error::NotFound)?;
        end(app, conn, me, &other)?;
        relationship(app, conn, me, other.id)
    })
    .await
}

/// Ends the follow of `other` by `follower`, who is ours, and tells the other's server.
pub(crate) fn end(
    app: &App,
    conn: &mut DbConnection,
    follower: AccountId,
    other: &Account,
) -> Result<()> {
    if let Some(follow) = remove(conn, follower, other.id)?
        && !other.is_local()
    {
        federate(
            app,
            conn,
            Outgoing::Unfollow {
                follower,
                account: other.id,
                uri: follow.uri,
            },
        )?;
    }
    Ok(())
}

/// One page of those who ask to follow the viewer.
pub async fn requests(app: &App, person: &Person, page: Page) -> Result<Paged<AccountView>> {
    let me = person.id();
    app.read(move |app, conn| {
        Ok(accounts_page(
            app,
            Some(me),
            storage::follows::requests(conn, me, &page)?,
            &page,
        ))
    })
    .await
}

/// Lets somebody follow who asked to.
pub async fn authorize(app: &App, person: &Person, id: AccountId) -> Result<RelationshipView> {
    let me = person.account.clone();
    app.transaction(move |app, conn| {
        let follow = storage::follows::find(conn, id, me.id)?
            .filter(|follow| follow.pending)
            .ok_or(Error::NotFound)?;
        let follower = accounts::find(conn, id)?;
        accept(app, conn, &follow, &follower)?;
        storage::notifications::withdraw(conn, me.id, id, NotificationKind::FollowRequest, None)?;
        // As in Mastodon, what was asked is told as done.
        let follow = Follow {
            pending: false,
            ..follow
        };
        tell(app, conn, &follow, &me)?;
        relationship(app, conn, me.id, id)
    })
    .await
}

/// Says yes to those who have waited for it before the request `max_id`, since nobody has to any more; but not to those
/// whom moderators silenced.
pub(crate) fn accept_waiting(
    app: &App,
    conn: &mut DbConnection,
    account: AccountId,
    max_id: Option<i64>,
) -> Result<()> {
    let page = Page {
        max_id,
        ..Page::newest(AT_ONCE)
    };
    let waiting = storage::follows::requests(conn, account, &page)?;
    let is_full = i64::try_from(waiting.len()).is_ok_and(|count| count >= AT_ONCE);
    if let Some((before, _)) = waiting.last().filter(|_| is_full) {
        let before = *before;
        enqueue(app, conn, &Job::AcceptWaiting { account, before })?;
    }
    for (_, follower) in waiting {
        if follower.silenced_at.is_some() {
            continue;
        }
        let Some(follow) = storage::follows::find(conn, follower.id, account)? else {
            continue;
        };
        accept(app, conn, &follow, &follower)?;
        let kind = NotificationKind::FollowRequest;
        storage::notifications::withdraw(conn, account, follower.id, kind, None)?;
    }
    Ok(())
}

/// The same for those who waited before one, unless somebody has to wait again by now.
pub(crate) async fn accept_earlier(app: &App, account: AccountId, before: i64) -> Result<()> {
    app.transaction(move |app, conn| {
        let known = storage::accounts::find(conn, account)?;
        match known.filter(|row| !row.locked && !row.is_gone()) {
            Some(_) => accept_waiting(app, conn, account, Some(before)),
            None => Ok(()),
        }
    })
    .await
}

/// Turns somebody down who asked to follow.
pub async fn reject(app: &App, person: &Person, id: AccountId) -> Result<RelationshipView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        storage::follows::find(conn, id, me)?
            .filter(|follow| follow.pending)
            .ok_or(Error::NotFound)?;
        turn_away(app, conn, id, me)?;
        relationship(app, conn, me, id)
    })
    .await
}

/// Takes a follower away.
pub async fn remove_follower(
    app: &App,
    person: &Person,
    id: AccountId,
) -> Result<RelationshipView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        accounts::find(conn, id)?;
        turn_away(app, conn, id, me)?;
        relationship(app, conn, me, id)
    })
    .await
}

/// Ends the follow of `account`, who is ours, and tells the follower's server.
pub(crate) fn turn_away(
    app: &App,
    conn: &mut DbConnection,
    follower: AccountId,
    account: AccountId,
) -> Result<()> {
    let Some(follow) = remove(conn, follower, account)? else {
        return Ok(());
    };
    let elsewhere = storage::accounts::find(conn, follower)?.is_some_and(|row| !row.is_local());
    if elsewhere {
        federate(
            app,
            conn,
            Outgoing::Reject {
                follower,
                account,
                uri: follow.uri,
            },
        )?;
    }
    Ok(())
}

/// Says yes to a waiting follow, and says so to the follower's server.
pub(crate) fn accept(
    app: &App,
    conn: &mut DbConnection,
    follow: &Follow,
    follower: &Account,
) -> Result<()> {
    if storage::follows::accept(conn, follow.follower_id, follow.account_id)? {
        begin(conn, follow)?;
        if follower.is_local() {
            return Ok(());
        }
        federate(
            app,
            conn,
            Outgoing::Accept {
                follower: follow.follower_id,
                account: follow.account_id,
                uri: follow.uri.clone(),
            },
        )?;
    }
    Ok(())
}

/// What follows from a yes: the numbers, and the new reader's home timeline.
pub(crate) fn begin(conn: &mut DbConnection, follow: &Follow) -> Result<()> {
    count(conn, follow, 1)?;
    if storage::users::of_account(conn, follow.follower_id)?.is_some() {
        home::begin_following(conn, follow.follower_id, follow.account_id)?;
    }
    Ok(())
}

/// Removes a follow and all that came with it; says what it was.
pub(crate) fn remove(
    conn: &mut DbConnection,
    follower: AccountId,
    account: AccountId,
) -> Result<Option<Follow>> {
    let Some(follow) = storage::follows::delete(conn, follower, account)? else {
        return Ok(None);
    };
    // Who is only asked can stand in one, too.
    storage::lists::remove_from_all(conn, follower, account)?;
    if !follow.pending {
        storage::endorsements::delete(conn, follower, account)?;
        count(conn, &follow, -1)?;
        home::stop_following(conn, follower, account)?;
    }
    for kind in [NotificationKind::Follow, NotificationKind::FollowRequest] {
        storage::notifications::withdraw(conn, account, follower, kind, None)?;
    }
    Ok(Some(follow))
}

fn count(conn: &mut DbConnection, follow: &Follow, change: i64) -> Result<()> {
    storage::accounts::add_to_counts(
        conn,
        follow.follower_id,
        Counts {
            following: change,
            ..Counts::default()
        },
    )?;
    storage::accounts::add_to_counts(
        conn,
        follow.account_id,
        Counts {
            followers: change,
            ..Counts::default()
        },
    )?;
    Ok(())
}

/// Tells somebody of ours that they are followed, or asked; of a network, those who look after it.
pub(crate) fn tell(
    app: &App,
    conn: &mut DbConnection,
    follow: &Follow,
    followed: &Account,
) -> Result<()> {
    if networks::is_group(followed) {
        return if follow.pending {
            networks::asked(app, conn, followed, follow.follower_id)
        } else {
            Ok(())
        };
    }
    let kind = if follow.pending {
        NotificationKind::FollowRequest
    } else {
        NotificationKind::Follow
    };
    notify(
        app,
        conn,
        follow.account_id,
        follow.follower_id,
        kind,
        About::Nothing,
    )
}
