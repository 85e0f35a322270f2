//! What somebody is told.

use std::collections::HashMap;
use std::sync::LazyLock;

use domain::wording::Wording;
use domain::{AccountId, CollectionId, NotificationId, NotificationKind, Page, ReportId, StatusId};
use storage::DbConnection;
use storage::notifications::Notification;

use crate::oauth::Person;
use crate::statuses::in_order;
use crate::streaming::Event;
use crate::views::{self, NotificationView, StatusView};
use crate::{App, Error, Paged, Result, collections, decisions, push, reports};

pub use storage::notifications::Wanted;

/// What is said of each kind that is pushed, with a column for each language.
const HEADLINES: &str = include_str!("notifications/headlines.tsv");

static WORDING: LazyLock<Wording> = LazyLock::new(|| Wording::read(HEADLINES));

/// One page of what the viewer was told, newest first.
pub async fn page(
    app: &App,
    person: &Person,
    wanted: Wanted,
    page: Page,
) -> Result<Paged<NotificationView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::notifications::page(conn, me, &wanted, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
        Ok(Paged::new(show(app, conn, me, rows)?, cursors, &page))
    })
    .await
}

/// One line of what the viewer was told.
pub async fn find(app: &App, person: &Person, id: NotificationId) -> Result<NotificationView> {
    let me = person.id();
    app.read(move |app, conn| {
        let row = match storage::notifications::find(conn, me, id)? {
            Some(row) => row,
            None => rounded(conn, me, id)?.ok_or(Error::NotFound)?,
        };
        show(app, conn, me, vec![row])?.pop().ok_or(Error::NotFound)
    })
    .await
}

/// The line whose id a program in JavaScript read as a number, out of a pushed message, and lost its last digits.
fn rounded(
    conn: &mut DbConnection,
    me: AccountId,
    id: NotificationId,
) -> Result<Option<Notification>> {
    /// Bits that a number keeps there.
    const KEPT: u32 = 53;
    let bits = i64::BITS - id.0.leading_zeros();
    let Some(lost) = bits.checked_sub(KEPT).filter(|lost| *lost > 0) else {
        return Ok(None);
    };
    let about = 1_i64 << lost;
    let near = (id.0.saturating_sub(about), id.0.saturating_add(about));
    let found = storage::notifications::find_near(conn, me, near)?;
    Ok(found.into_iter().min_by_key(|row| row.id.0.abs_diff(id.0)))
}

/// Tells somebody, and their client programs, once: true unless they were told already.
pub(crate) fn write(app: &App, conn: &mut DbConnection, line: &Notification) -> Result<bool> {
    let is_new = storage::notifications::insert(conn, line.clone())?;
    if is_new {
        push::owe(app, conn, line)?;
    }
    if is_new && !line.filtered {
        app.tell(Event::Notified {
            account: line.account_id,
            notification: line.id,
        });
    }
    Ok(is_new)
}

/// Takes one line away.
pub async fn dismiss(app: &App, person: &Person, id: NotificationId) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| {
        if storage::notifications::delete(conn, me, id)? {
            Ok(())
        } else {
            Err(Error::NotFound)
        }
    })
    .await
}

/// Takes all lines away.
pub async fn clear(app: &App, person: &Person) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| Ok(storage::notifications::delete_all(conn, me)?))
        .await
}

/// How many of the lines that are wanted are newer than the viewer's marker, counted up to `limit`.
pub async fn unread_count(app: &App, person: &Person, wanted: Wanted, limit: i64) -> Result<usize> {
    let (me, user) = (person.id(), person.user.id);
    app.read(move |_, conn| {
        let read = storage::markers::find(conn, user, &["notifications".to_owned()])?;
        let page = Page {
            since_id: read.first().map(|marker| marker.last_read_id),
            ..Page::newest(limit)
        };
        Ok(storage::notifications::page(conn, me, &wanted, &page)?.len())
    })
    .await
}

/// A line about a status or a collection that the viewer may no longer see is left out.
pub(crate) fn show(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    rows: Vec<Notification>,
) -> Result<Vec<NotificationView>> {
    let from: Vec<AccountId> = rows.iter().map(|row| row.from_account_id).collect();
    let accounts = views::accounts_by_id(app, conn, Some(me), from)?;
    let mut ids: Vec<StatusId> = rows.iter().filter_map(|row| row.status_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let statuses: HashMap<StatusId, StatusView> = in_order(app, conn, Some(me), &ids)?
        .into_iter()
        .map(|view| (view.status.id, view))
        .collect();
    let ids: Vec<ReportId> = rows.iter().filter_map(|row| row.report_id).collect();
    let reports = reports::with_ids(app, conn, me, &ids)?;
    let mut decisions = decisions::of(conn, &rows)?;
    let ids: Vec<CollectionId> = rows.iter().filter_map(collection).collect();
    let collections = collections::with_ids(app, conn, me, &ids)?;
    Ok(rows
        .into_iter()
        .filter_map(|notification| {
            let account = accounts.get(&notification.from_account_id)?.clone();
            let status = match notification.status_id {
                Some(id) => Some(statuses.get(&id)?.clone()),
                None => None,
            };
            let report = match notification.report_id {
                Some(id) => Some(reports.get(&id)?.clone()),
                None => None,
            };
            let collection = match collection(&notification) {
                Some(id) => Some(collections.get(&id)?.clone()),
                None => None,
            };
            let (warning, severance) = decisions.take(&notification);
            Some(NotificationView {
                notification,
                account,
                status,
                report,
                warning,
                severance,
                collection,
            })
        })
        .collect())
}

/// The collection that a line is about.
fn collection(row: &Notification) -> Option<CollectionId> {
    let is_about_one = matches!(
        row.kind,
        NotificationKind::AddedToCollection | NotificationKind::CollectionUpdate
    );
    row.event_id.filter(|_| is_about_one).map(CollectionId)
}

/// The year of the report that a line is about.
#[must_use]
pub fn year(row: &Notification) -> Option<i64> {
    row.event_id
        .filter(|_| row.kind == NotificationKind::AnnualReport)
}

/// What a line says in one sentence.
#[must_use]
pub fn headline(kind: NotificationKind, name: &str) -> String {
    match kind {
        NotificationKind::Mention => format!("{name} mentioned you"),
        NotificationKind::Status => format!("{name} has posted"),
        NotificationKind::Reblog => format!("{name} boosted your post"),
        NotificationKind::Follow => format!("{name} follows you"),
        NotificationKind::FollowRequest => format!("{name} asks to follow you"),
        NotificationKind::Favourite => format!("{name} favourited your post"),
        NotificationKind::Update => format!("{name} edited a post"),
        NotificationKind::SignUp => format!("{name} signed up"),
        NotificationKind::Report => format!("{name} reported somebody"),
        NotificationKind::Poll => format!("A poll by {name} has ended"),
        NotificationKind::Quote => format!("{name} quoted your post"),
        NotificationKind::QuotedUpdate => format!("{name} edited a post that you quoted"),
        NotificationKind::SeveredRelationships => format!("{name}, follows of yours have ended"),
        NotificationKind::ModerationWarning => format!("{name}, the moderators tell you something"),
        NotificationKind::AddedToCollection => format!("{name} added you to a collection"),
        NotificationKind::CollectionUpdate => {
            format!("{name} changed a collection that you are in")
        }
        NotificationKind::AnnualReport => format!("{name}, your year in posts is ready"),
    }
}

/// The same in the language that `tag` (`de`, `de-AT`) names, if it is one of ours.
pub(crate) fn headline_in(kind: NotificationKind, name: &str, tag: &str) -> String {
    let english = headline(kind, name);
    let language = WORDING.language(tag);
    let said = language.and_then(|language| WORDING.say(&english, language));
    said.unwrap_or(english)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_kind_has_words() {
        let titles: HashSet<String> = NotificationKind::ALL
            .into_iter()
            .map(|kind| headline(kind, "Ada"))
            .collect();
        assert_eq!(titles.len(), NotificationKind::ALL.len());
        assert!(titles.iter().all(|title| title.contains("Ada")));
    }

    #[test]
    fn every_kind_that_is_pushed_has_words_in_every_language() {
        assert_eq!(Wording::mistakes(HEADLINES), Vec::<&str>::new());
        let pushed = NotificationKind::ALL
            .into_iter()
            .filter(|kind| !kind.is_rare());
        for kind in pushed {
            let english = headline(kind, "Ada");
            for tag in ["de-AT", "fr", "es", "cy"] {
                let said = headline_in(kind, "Ada", tag);
                assert!(said.contains("Ada") && said != english, "{tag}: {said}");
            }
            assert_eq!(headline_in(kind, "Ada", "nl"), english);
        }
    }
}
