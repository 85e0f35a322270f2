//! Files for another server, a stretch at a time.

use domain::{AccountId, ImportKind, Page, Time};
use storage::DbConnection;
use storage::accounts::Account;
use storage::exports::{self, Name};

use super::{guarded, written};
use crate::audience::visible_to;
use crate::oauth::Person;
use crate::{App, Result};

/// Lines of one stretch.
const STRETCH: i64 = 500;

/// What can be taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    Following,
    Followers,
    Lists,
    Blocks,
    Mutes,
    DomainBlocks,
    Bookmarks,
}

impl ExportKind {
    pub const ALL: [Self; 7] = [
        Self::Following,
        Self::Followers,
        Self::Lists,
        Self::Blocks,
        Self::Mutes,
        Self::DomainBlocks,
        Self::Bookmarks,
    ];

    /// The name of the file, as Mastodon's are called.
    #[must_use]
    pub fn file(self) -> &'static str {
        match self {
            Self::Following => "following_accounts.csv",
            Self::Followers => "followers.csv",
            Self::Lists => "lists.csv",
            Self::Blocks => "blocked_accounts.csv",
            Self::Mutes => "muted_accounts.csv",
            Self::DomainBlocks => "blocked_domains.csv",
            Self::Bookmarks => "bookmarks.csv",
        }
    }

    /// The one whose file is called like that.
    #[must_use]
    pub fn of_file(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.file() == name)
    }

    /// The word that commands use, as [`domain::ImportKind::name`] has it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Following => ImportKind::Following.name(),
            Self::Followers => "followers",
            Self::Lists => ImportKind::Lists.name(),
            Self::Blocks => ImportKind::Blocks.name(),
            Self::Mutes => ImportKind::Mutes.name(),
            Self::DomainBlocks => ImportKind::DomainBlocks.name(),
            Self::Bookmarks => ImportKind::Bookmarks.name(),
        }
    }

    /// The first line, where the file has one.
    fn header(self) -> Option<Vec<String>> {
        let names: &[&str] = match self {
            Self::Following => &[
                "Account address",
                "Show boosts",
                "Notify on new posts",
                "Languages",
            ],
            Self::Followers => &["Account address"],
            Self::Mutes => &["Account address", "Hide notifications"],
            Self::Lists | Self::Blocks | Self::DomainBlocks | Self::Bookmarks => return None,
        };
        Some(names.iter().map(ToString::to_string).collect())
    }
}

/// A stretch of a file.
#[derive(Debug, Clone)]
pub struct Part {
    pub text: Vec<u8>,
    /// Where the next stretch begins, if there is one.
    pub more: Option<i64>,
}

/// The stretch of a file that begins before the cursor; at the beginning, its header too.
pub async fn part(
    app: &App,
    person: &Person,
    kind: ExportKind,
    before: Option<i64>,
) -> Result<Part> {
    let me = person.id();
    app.read(move |app, conn| {
        let page = Page {
            max_id: before,
            ..Page::newest(STRETCH)
        };
        let host = app.settings().host.as_str();
        let rows = rows(conn, kind, me, &page, app.now(), host)?;
        let is_full = i64::try_from(rows.len()).is_ok_and(|count| count >= STRETCH);
        let oldest = rows.iter().map(|(cursor, _)| *cursor).min();
        let header = kind.header().filter(|_| before.is_none());
        // What cannot be shown any more has a cursor, and no line.
        let lines = rows.iter().filter_map(|(_, line)| line.as_ref());
        Ok(Part {
            text: written(header.iter().chain(lines))?,
            more: oldest.filter(|_| is_full),
        })
    })
    .await
}

type Rows = Vec<(i64, Option<Vec<String>>)>;

fn rows(
    conn: &mut DbConnection,
    kind: ExportKind,
    me: AccountId,
    page: &Page,
    now: Time,
    host: &str,
) -> Result<Rows> {
    let handle = |(username, elsewhere): &Name| {
        format!("{username}@{}", elsewhere.as_deref().unwrap_or(host))
    };
    let people = |rows: Vec<(i64, Account)>| -> Rows {
        rows.into_iter()
            .map(|(cursor, row)| (cursor, Some(vec![handle(&(row.username, row.host))])))
            .collect()
    };
    Ok(match kind {
        ExportKind::Following => exports::following(conn, me, page)?
            .into_iter()
            .map(|(follow, name)| {
                let languages: Vec<String> = follow
                    .languages
                    .and_then(|json| serde_json::from_str(&json).ok())
                    .unwrap_or_default();
                let line = vec![
                    handle(&name),
                    follow.show_reblogs.to_string(),
                    follow.notify.to_string(),
                    languages.join(", "),
                ];
                (follow.id, Some(line))
            })
            .collect(),
        ExportKind::Followers => people(storage::follows::followers(conn, me, page)?),
        ExportKind::Blocks => people(storage::blocks::page(conn, me, page)?),
        ExportKind::Mutes => exports::mutes(conn, me, page, now)?
            .into_iter()
            .map(|(cursor, hidden, name)| (cursor, Some(vec![handle(&name), hidden.to_string()])))
            .collect(),
        ExportKind::Lists => exports::listed(conn, me, page)?
            .into_iter()
            .map(|(cursor, title, name)| (cursor, Some(vec![guarded(&title), handle(&name)])))
            .collect(),
        ExportKind::DomainBlocks => storage::account_domain_blocks::page(conn, me, page)?
            .into_iter()
            .map(|(cursor, host)| (cursor, Some(vec![host])))
            .collect(),
        ExportKind::Bookmarks => bookmarks(conn, me, page)?,
    })
}

fn bookmarks(conn: &mut DbConnection, me: AccountId, page: &Page) -> Result<Rows> {
    let kept = storage::bookmarks::page(conn, me, page)?;
    let ids: Vec<_> = kept.iter().map(|(_, id)| *id).collect();
    let statuses = storage::statuses::with_ids(conn, &ids)?;
    let seen: std::collections::HashMap<_, _> = visible_to(conn, Some(me), statuses)?
        .into_iter()
        .map(|status| (status.id, status.uri))
        .collect();
    Ok(kept
        .into_iter()
        .map(|(cursor, id)| (cursor, seen.get(&id).map(|uri| vec![uri.clone()])))
        .collect())
}
