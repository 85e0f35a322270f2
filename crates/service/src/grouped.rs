//! What somebody is told, with what many did with one thing told together.
//! <https://docs.joinmastodon.org/methods/grouped_notifications/>

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::notification::GROUP_SECONDS;
use domain::{AccountId, NotificationGroup, NotificationId, NotificationKind, Page, Time};
use storage::DbConnection;
use storage::notifications::{Notification, Wanted};

use crate::notifications::show;
use crate::oauth::Person;
use crate::views::{AccountView, NotificationView};
use crate::{App, Error, Paged, Result};

/// Rows that are read for one group of a page.
const ROWS: i64 = 10;
/// Members of one group that are looked at.
const MEMBERS: i64 = 400;
/// People of a group who are shown in a page.
const SAMPLES: usize = 8;

/// Deeds that are told together: newest first, and not empty.
#[derive(Debug, Clone)]
pub struct GroupView {
    pub group: NotificationGroup,
    pub newest: NotificationId,
    pub oldest: NotificationId,
    pub count: usize,
    /// The newest of them, with who did them.
    pub samples: Vec<NotificationView>,
}

/// One page of groups, newest first; only `kinds` are told together.
pub async fn page(
    app: &App,
    person: &Person,
    wanted: Wanted,
    kinds: Vec<NotificationKind>,
    page: Page,
) -> Result<Paged<GroupView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let mut wide = page;
        wide.limit = page.limit * ROWS;
        let rows = storage::notifications::page(conn, me, &wanted, &wide)?;
        let is_cut = i64::try_from(rows.len()).is_ok_and(|read| read >= wide.limit);
        let (groups, cursors) = gather(rows, &kinds, &page);
        let behind = behind(conn, me, &wanted, &kinds, &groups, &cursors)?;
        let is_full = is_cut || i64::try_from(groups.len()).is_ok_and(|read| read >= page.limit);
        let shown = show_groups(app, conn, me, groups, &behind)?;
        Ok(Paged {
            is_full,
            ..Paged::new(shown, cursors, &page)
        })
    })
    .await
}

/// One group of the viewer's, by its key.
pub async fn find(app: &App, person: &Person, key: &str) -> Result<GroupView> {
    let me = person.id();
    let group = NotificationGroup::named(key).ok_or(Error::NotFound)?;
    app.read(move |app, conn| {
        let rows = members(conn, me, group, &Page::newest(MEMBERS))?;
        show_groups(app, conn, me, vec![(group, rows)], &Behind::new())?
            .pop()
            .ok_or(Error::NotFound)
    })
    .await
}

/// One page of those who did what a group tells of, the newest first.
pub async fn people(
    app: &App,
    person: &Person,
    key: &str,
    page: Page,
) -> Result<Paged<AccountView>> {
    let me = person.id();
    let group = NotificationGroup::named(key).ok_or(Error::NotFound)?;
    app.read(move |app, conn| {
        let rows = members(conn, me, group, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
        let people = show(app, conn, me, rows)?.into_iter();
        Ok(Paged::new(
            people.map(|view| view.account).collect(),
            cursors,
            &page,
        ))
    })
    .await
}

/// Takes a group away.
pub async fn dismiss(app: &App, person: &Person, key: &str) -> Result<()> {
    let me = person.id();
    let group = NotificationGroup::named(key).ok_or(Error::NotFound)?;
    app.transaction(move |_, conn| {
        for row in members(conn, me, group, &Page::newest(MEMBERS))? {
            storage::notifications::delete(conn, me, row.id)?;
        }
        Ok(())
    })
    .await
}

/// How many groups are newer than the viewer's marker, counted up to `limit`.
pub async fn unread_count(
    app: &App,
    person: &Person,
    wanted: Wanted,
    kinds: Vec<NotificationKind>,
    limit: i64,
) -> Result<usize> {
    let (me, user) = (person.id(), person.user.id);
    app.read(move |_, conn| {
        let read = storage::markers::find(conn, user, &["notifications".to_owned()])?;
        let after = read.first().map_or(0, |marker| marker.last_read_id);
        let mut page = Page::newest(limit);
        page.since_id = Some(after);
        let mut wide = page;
        wide.limit = limit * ROWS;
        let rows = storage::notifications::page(conn, me, &wanted, &wide)?;
        Ok(gather(rows, &kinds, &page).0.len())
    })
    .await
}

type Gathered = Vec<(NotificationGroup, Vec<Notification>)>;
type Behind = HashMap<NotificationGroup, Vec<Notification>>;

/// Groups of rows that are newest first, as many as the page takes, and the ids of the rows that went into them. A page
/// that is read upwards is filled from its lower end.
fn gather(
    mut rows: Vec<Notification>,
    kinds: &[NotificationKind],
    page: &Page,
) -> (Gathered, Vec<i64>) {
    if page.is_upwards() {
        rows.reverse();
    }
    let mut places: HashMap<NotificationGroup, usize> = HashMap::new();
    let mut groups: Gathered = Vec::new();
    let mut cursors = Vec::new();
    let most = usize::try_from(page.limit).unwrap_or(0);
    for row in rows {
        let group = group_of(&row, kinds);
        let id = row.id.0;
        let begun = groups.len();
        match places.get(&group).and_then(|place| groups.get_mut(*place)) {
            Some((_, members)) => members.push(row),
            None if begun >= most => break,
            None => {
                places.insert(group, begun);
                groups.push((group, vec![row]));
            }
        }
        cursors.push(id);
    }
    for (_, members) in &mut groups {
        members.sort_by_key(|row| std::cmp::Reverse(row.id));
    }
    groups.sort_by_key(|(_, members)| std::cmp::Reverse(members.first().map(|row| row.id)));
    (groups, cursors)
}

fn group_of(row: &Notification, kinds: &[NotificationKind]) -> NotificationGroup {
    if kinds.contains(&row.kind) {
        NotificationGroup::of(row.id, row.kind, row.status_id, row.created_at)
    } else {
        NotificationGroup::One(row.id)
    }
}

/// Members of these groups that are older than the page, newest first: of a group all are counted, wherever the page ends.
fn behind(
    conn: &mut DbConnection,
    me: AccountId,
    wanted: &Wanted,
    kinds: &[NotificationKind],
    groups: &[(NotificationGroup, Vec<Notification>)],
    cursors: &[i64],
) -> Result<Behind> {
    let mut begun: Option<Time> = None;
    let mut of_groups = Wanted {
        kinds: Vec::new(),
        ..wanted.clone()
    };
    for (group, _) in groups {
        if let NotificationGroup::Many { kind, half_day, .. } = group {
            let start = start(*half_day)?;
            begun = Some(begun.map_or(start, |begun| begun.min(start)));
            of_groups.kinds.push(*kind);
        }
    }
    let mut behind = Behind::new();
    let (Some(begun), Some(oldest)) = (begun, cursors.iter().min()) else {
        return Ok(behind);
    };
    let older = Page {
        max_id: Some(*oldest),
        since_id: Some(App::first_id_from(begun).saturating_sub(1)),
        ..Page::newest(MEMBERS)
    };
    for row in storage::notifications::page(conn, me, &of_groups, &older)? {
        behind.entry(group_of(&row, kinds)).or_default().push(row);
    }
    Ok(behind)
}

/// When a group begins.
fn start(half_day: i64) -> Result<Time> {
    let seconds = half_day.checked_mul(GROUP_SECONDS);
    let start = seconds.and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    Ok(start.ok_or(Error::NotFound)?.naive_utc())
}

fn members(
    conn: &mut DbConnection,
    me: AccountId,
    group: NotificationGroup,
    page: &Page,
) -> Result<Vec<Notification>> {
    let rows = match group {
        NotificationGroup::One(id) => storage::notifications::find(conn, me, id)?
            .into_iter()
            .filter(|row| row.id.0 < page.before() && row.id.0 > page.after())
            .collect(),
        NotificationGroup::Many {
            kind,
            status,
            half_day,
        } => {
            let start = start(half_day)?;
            let end: Time = start
                .checked_add_signed(TimeDelta::seconds(GROUP_SECONDS))
                .ok_or(Error::NotFound)?;
            let times = (start, end);
            storage::notifications::in_group(conn, me, kind, status, times, page)?
        }
    };
    Ok(rows)
}

fn show_groups(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    groups: Gathered,
    behind: &Behind,
) -> Result<Vec<GroupView>> {
    let older = |group: &NotificationGroup| {
        let older = behind.get(group).map(Vec::as_slice);
        older.unwrap_or_default()
    };
    let samples = groups
        .iter()
        .flat_map(|(group, rows)| rows.iter().chain(older(group)).take(SAMPLES).cloned())
        .collect();
    let mut shown: HashMap<NotificationId, NotificationView> = show(app, conn, me, samples)?
        .into_iter()
        .map(|view| (view.notification.id, view))
        .collect();
    Ok(groups
        .into_iter()
        .filter_map(|(group, rows)| {
            let older = older(&group);
            let samples: Vec<NotificationView> = rows
                .iter()
                .chain(older)
                .filter_map(|row| shown.remove(&row.id))
                .collect();
            if samples.is_empty() {
                return None;
            }
            Some(GroupView {
                group,
                newest: rows.first()?.id,
                oldest: rows.last()?.id,
                count: rows.len() + older.len(),
                samples,
            })
        })
        .collect())
}
