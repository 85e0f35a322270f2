//! People elsewhere who follow, like, pass on and quote: for tests that look for traces of how many they are.

use diesel::prelude::*;
use domain::{AccountId, QuoteState, StatusId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::favourites::Favourite;
use storage::follows::Follow;
use storage::quotes::Quote;
use storage::statuses::Status;

use crate::account_row;

const HOST: &str = "fans.example";

/// Somebody, a post of theirs, and how many people do what.
#[derive(Debug, Clone, Copy)]
pub struct Admired {
    pub account: AccountId,
    pub status: StatusId,
    pub followers: usize,
    pub favourites: usize,
    pub boosts: usize,
    pub quotes: usize,
}

/// Numbers that are kept beside somebody and a post of theirs.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    pub followers: i64,
    pub following: i64,
    pub statuses: i64,
    pub favourites: i64,
    pub boosts: i64,
    pub quotes: i64,
}

diesel::table! {
    accounts (id) {
        id -> BigInt,
        statuses_count -> BigInt,
        followers_count -> BigInt,
        following_count -> BigInt,
    }
}

diesel::table! {
    statuses (id) {
        id -> BigInt,
        reblogs_count -> BigInt,
        favourites_count -> BigInt,
        quotes_count -> BigInt,
    }
}

/// Writes rows of all that they do, which changes no number that is kept. The same people admire everybody; quotes have the
/// hashtag `tag`.
pub fn admire(conn: &mut DbConnection, everybody: &[Admired], tag: &str) {
    let most = |of: &Admired| [of.followers, of.favourites, of.boosts, of.quotes];
    let most = everybody.iter().flat_map(most).max().unwrap_or(0);
    let written = conn.transaction(|conn| {
        let mut fans = Vec::new();
        for number in 0..most {
            let fan = fan(number);
            fans.push(fan.id);
            storage::accounts::insert(conn, fan)?;
        }
        // Ids of rows, far below those that a server makes.
        let mut ids = 10_000..;
        for of in everybody {
            admire_one(conn, of, &fans, tag, &mut ids)?;
        }
        Ok::<_, diesel::result::Error>(())
    });
    written.unwrap_or_else(|error| panic!("{error}"));
}

fn fan(number: usize) -> Account {
    let name = format!("fan{number}");
    let uri = format!("https://{HOST}/users/{name}");
    Account {
        id: AccountId(1_000 + i64::try_from(number).unwrap_or_default()),
        host: Some(HOST.to_owned()),
        handle_key: format!("{name}@{HOST}"),
        url: format!("https://{HOST}/@{name}"),
        inbox_uri: format!("{uri}/inbox"),
        outbox_uri: format!("{uri}/outbox"),
        followers_uri: format!("{uri}/followers"),
        following_uri: format!("{uri}/following"),
        uri,
        username: name,
        ..account_row()
    }
}

fn admire_one(
    conn: &mut DbConnection,
    of: &Admired,
    fans: &[AccountId],
    tag: &str,
    ids: &mut impl Iterator<Item = i64>,
) -> QueryResult<()> {
    let status =
        storage::statuses::find(conn, of.status)?.ok_or(diesel::result::Error::NotFound)?;
    let mut next = || ids.next().unwrap_or_default();
    for fan in fans.iter().take(of.followers) {
        let id = next();
        let follow = Follow {
            id,
            follower_id: *fan,
            account_id: of.account,
            uri: format!("https://{HOST}/follows/{id}"),
            pending: false,
            show_reblogs: true,
            notify: false,
            languages: None,
            created_at: status.created_at,
        };
        storage::follows::insert(conn, follow)?;
    }
    for fan in fans.iter().take(of.favourites) {
        let id = next();
        let favourite = Favourite {
            id,
            account_id: *fan,
            status_id: of.status,
            uri: format!("https://{HOST}/likes/{id}"),
            created_at: status.created_at,
        };
        storage::favourites::insert(conn, favourite)?;
    }
    for fan in fans.iter().take(of.boosts) {
        let boost = Status {
            reblog_of_id: Some(of.status),
            content: String::new(),
            ..by_fan(*fan, next(), &status)
        };
        storage::statuses::insert(conn, boost)?;
    }
    for fan in fans.iter().take(of.quotes) {
        let quoting = by_fan(*fan, next(), &status);
        let quote = Quote {
            id: next(),
            status_id: quoting.id,
            account_id: *fan,
            quoted_uri: status.uri.clone(),
            quoted_status_id: Some(of.status),
            quoted_account_id: Some(of.account),
            state: QuoteState::Accepted,
            request_uri: None,
            approval_uri: None,
            created_at: status.created_at,
        };
        let id = quoting.id;
        storage::statuses::insert(conn, quoting)?;
        storage::quotes::insert(conn, quote)?;
        storage::tags::insert(conn, id, &[tag.to_owned()], status.created_at, &mut next)?;
    }
    Ok(())
}

/// A post of somebody elsewhere, as visible as another one.
fn by_fan(fan: AccountId, id: i64, like: &Status) -> Status {
    let uri = format!("https://{HOST}/statuses/{id}");
    Status {
        account_id: fan,
        url: uri.clone(),
        local: false,
        ..alone(id, uri, like)
    }
}

/// One more post by the author of another, whose text it has.
fn alone(id: i64, uri: String, like: &Status) -> Status {
    Status {
        id: StatusId(id),
        url: uri.clone(),
        uri,
        conversation_id: StatusId(id),
        in_reply_to_id: None,
        in_reply_to_account_id: None,
        in_reply_to_uri: None,
        text: String::new(),
        application_id: None,
        replies_count: 0,
        reblogs_count: 0,
        favourites_count: 0,
        quotes_count: 0,
        pinned_at: None,
        has_poll: false,
        has_quote: false,
        has_source: false,
        card_id: None,
        ..like.clone()
    }
}

/// Writes `count` further unlisted posts by the author of one, with a hashtag; no number that is kept changes.
pub fn write_often(conn: &mut DbConnection, like: StatusId, count: i64, tag: &str) {
    let found = storage::statuses::find(conn, like).unwrap_or_else(|error| panic!("{error}"));
    let like = found.unwrap_or_else(|| panic!("no status {like:?}"));
    let written = conn.transaction(|conn| {
        // Far below those that a server makes, and above those of the admirers.
        for id in (100_000..).take(usize::try_from(count).unwrap_or_default()) {
            let status = Status {
                visibility: Visibility::Unlisted,
                ..alone(id, format!("{}/more/{id}", like.uri), &like)
            };
            let (status_id, at) = (status.id, status.created_at);
            storage::statuses::insert(conn, status)?;
            storage::tags::insert(conn, status_id, &[tag.to_owned()], at, || id)?;
        }
        Ok::<_, diesel::result::Error>(())
    });
    written.unwrap_or_else(|error| panic!("{error}"));
}

/// Writes numbers as if so many had done it.
pub fn keep(conn: &mut DbConnection, account: AccountId, status: StatusId, kept: Kept) {
    let written = conn.transaction(|conn| {
        diesel::update(accounts::table.find(account.0))
            .set((
                accounts::statuses_count.eq(kept.statuses),
                accounts::followers_count.eq(kept.followers),
                accounts::following_count.eq(kept.following),
            ))
            .execute(conn)?;
        diesel::update(statuses::table.find(status.0))
            .set((
                statuses::reblogs_count.eq(kept.boosts),
                statuses::favourites_count.eq(kept.favourites),
                statuses::quotes_count.eq(kept.quotes),
            ))
            .execute(conn)
    });
    written.unwrap_or_else(|error| panic!("{error}"));
}
