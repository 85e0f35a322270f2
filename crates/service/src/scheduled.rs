//! Statuses that are posted at a time.
//! <https://docs.joinmastodon.org/methods/scheduled_statuses/>

use std::collections::HashMap;

use chrono::{NaiveTime, TimeDelta};
use domain::{
    AccountId, ApplicationId, ContentType, MediaId, MediaKind, Page, QuotePolicy, StatusId, Time,
    Visibility,
};
use serde::{Deserialize, Serialize};
use storage::DbConnection;
use storage::scheduled::Scheduled;

use crate::attachments::{check_described, check_ready};
use crate::audience::find_visible;
use crate::error::invalid;
use crate::jobs::{Job, enqueue_at};
use crate::oauth::Person;
use crate::polls::NewPoll;
use crate::statuses::{NewStatus, publish};
use crate::views::{self, MediaView};
use crate::{App, Error, Paged, Result, accounts, quotes, users};

/// How far ahead the time must lie.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// What one person may have waiting, in all and for one day, as in Mastodon.
const IN_ALL: i64 = 300;
const FOR_A_DAY: i64 = 25;

/// What a scheduled status is to be, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Params {
    pub text: String,
    #[serde(default)]
    pub content_type: Option<ContentType>,
    pub spoiler_text: String,
    pub sensitive: Option<bool>,
    pub visibility: Option<Visibility>,
    pub language: Option<String>,
    pub in_reply_to: Option<StatusId>,
    pub media: Vec<MediaId>,
    #[serde(default)]
    pub documents: Vec<MediaId>,
    pub poll: Option<NewPoll>,
    pub quoted: Option<StatusId>,
    pub quote_policy: Option<i32>,
    pub local_only: bool,
}

/// A status that is not posted yet.
#[derive(Debug, Clone)]
pub struct ScheduledView {
    pub row: Scheduled,
    pub params: Params,
    pub media: Vec<MediaView>,
    pub documents: Vec<MediaView>,
}

/// Keeps a status until its time. The same key again gives the one that is waiting.
pub async fn schedule(
    app: &App,
    person: &Person,
    application: ApplicationId,
    new: NewStatus,
    at: Time,
) -> Result<ScheduledView> {
    let me = person.id();
    let new = new.checked(app, person)?;
    app.transaction(move |app, conn| {
        if let Some(key) = &new.idempotency_key
            && let Some(row) = storage::scheduled::with_key(conn, me, key)?
        {
            return one(app, conn, row);
        }
        check_time(app, conn, me, at)?;
        if let Some(answered) = new.in_reply_to {
            find_visible(conn, Some(me), answered)?;
        }
        if let Some(quoted) = new.quoted {
            quotes::quotable(conn, me, quoted)?;
        }
        let (media, key) = (new.media.clone(), new.idempotency_key.clone());
        let documents = new.documents.clone();
        let params = serde_json::to_string(&Params::from(new))
            .map_err(|error| Error::Internal(error.to_string()))?;
        let row = Scheduled {
            id: app.next_id(),
            account_id: me,
            application_id: application,
            scheduled_at: at,
            params,
            idempotency_key: key,
            created_at: app.now(),
        };
        storage::scheduled::insert(conn, row.clone())?;
        let owned = storage::media::owned(conn, me, &media)?;
        check_ready(&owned)?;
        check_described(app, &owned)?;
        for id in &media {
            let is_own = owned
                .iter()
                .any(|row| row.id == *id && row.kind != MediaKind::Document);
            if !is_own || !storage::scheduled::attach(conn, *id, row.id)? {
                return Err(invalid("Media attachments could not be found"));
            }
        }
        let owned = storage::media::owned(conn, me, &documents)?;
        for id in &documents {
            let is_own = owned
                .iter()
                .any(|row| row.id == *id && row.kind == MediaKind::Document);
            if !is_own || !storage::scheduled::attach(conn, *id, row.id)? {
                return Err(invalid("Documents could not be found, or are in use"));
            }
        }
        enqueue_at(app, conn, &Job::PublishScheduled { id: row.id }, at)?;
        one(app, conn, row)
    })
    .await
}

/// One page of what the viewer scheduled, newest first.
pub async fn page(app: &App, person: &Person, page: Page) -> Result<Paged<ScheduledView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::scheduled::page(conn, me, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok(Paged::new(show(app, conn, rows)?, cursors, &page))
    })
    .await
}

/// One status that the viewer scheduled.
pub async fn find(app: &App, person: &Person, id: i64) -> Result<ScheduledView> {
    let me = person.id();
    app.read(move |app, conn| {
        let row = own(conn, me, id)?;
        one(app, conn, row)
    })
    .await
}

/// Sets another time.
pub async fn move_to(app: &App, person: &Person, id: i64, at: Time) -> Result<ScheduledView> {
    let me = person.id();
    app.transaction(move |app, conn| {
        let mut row = own(conn, me, id)?;
        check_time(app, conn, me, at)?;
        storage::scheduled::set_time(conn, id, at)?;
        row.scheduled_at = at;
        enqueue_at(app, conn, &Job::PublishScheduled { id }, at)?;
        one(app, conn, row)
    })
    .await
}

/// Will not post it after all.
pub async fn cancel(app: &App, person: &Person, id: i64) -> Result<()> {
    let me = person.id();
    app.transaction(move |_, conn| {
        own(conn, me, id)?;
        Ok(storage::scheduled::delete(conn, id)?)
    })
    .await
}

/// Posts what is due. Twice does no harm: the row's id is the key of the status. What cannot be posted any more (its author
/// is suspended or disabled, what it answers is gone) stays in the list, where its author finds it.
pub(crate) async fn publish_due(app: &App, id: i64) -> Result<()> {
    match publish_if_due(app, id).await {
        Err(error @ (Error::NotFound | Error::Invalid(_) | Error::Forbidden(_))) => {
            tracing::warn!(%error, id, "a scheduled status cannot be posted");
            Ok(())
        }
        other => other,
    }
}

async fn publish_if_due(app: &App, id: i64) -> Result<()> {
    let due = app
        .read(move |app, conn| {
            let Some(row) = storage::scheduled::find(conn, id)? else {
                return Ok(None);
            };
            // A later time has been set, and work for it.
            if row.scheduled_at > app.now() {
                return Ok(None);
            }
            let account = accounts::find(conn, row.account_id)?;
            let user = storage::users::of_account(conn, account.id)?.ok_or(Error::NotFound)?;
            let person = Person { user, account };
            users::check_is_enabled(&person)?;
            Ok(Some((row, person)))
        })
        .await?;
    let Some((row, person)) = due else {
        return Ok(());
    };
    let params: Params =
        serde_json::from_str(&row.params).map_err(|error| Error::Internal(error.to_string()))?;
    let new = NewStatus {
        idempotency_key: Some(format!("scheduled {id}")),
        scheduled: Some(id),
        ..NewStatus::from(params)
    };
    publish(app, &person, row.application_id, new)
        .await
        .map(drop)
}

fn own(conn: &mut DbConnection, me: AccountId, id: i64) -> Result<Scheduled> {
    storage::scheduled::find(conn, id)?
        .filter(|row| row.account_id == me)
        .ok_or(Error::NotFound)
}

fn check_time(app: &App, conn: &mut DbConnection, me: AccountId, at: Time) -> Result<()> {
    let now = app.now();
    if at <= now + AHEAD {
        return Err(invalid("Scheduled at must be in the future"));
    }
    let day = at.date().and_time(NaiveTime::MIN);
    let next = day
        .checked_add_signed(TimeDelta::days(1))
        .ok_or_else(|| invalid("Scheduled at is too far in the future"))?;
    let count = |conn: &mut DbConnection, from, to| storage::scheduled::count(conn, me, from, to);
    if count(conn, day, next)? >= FOR_A_DAY {
        return Err(invalid(format!(
            "You have exceeded the limit of {FOR_A_DAY} scheduled posts for that day"
        )));
    }
    if count(conn, now, Time::MAX)? >= IN_ALL {
        return Err(invalid(format!(
            "You have exceeded the limit of {IN_ALL} scheduled posts"
        )));
    }
    Ok(())
}

fn one(app: &App, conn: &mut DbConnection, row: Scheduled) -> Result<ScheduledView> {
    show(app, conn, vec![row])?.pop().ok_or(Error::NotFound)
}

fn show(app: &App, conn: &mut DbConnection, rows: Vec<Scheduled>) -> Result<Vec<ScheduledView>> {
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    let mut files: HashMap<MediaId, MediaView> = storage::scheduled::files(conn, &ids)?
        .into_iter()
        .map(|(_, row)| (row.id, views::media(app, row)))
        .collect();
    rows.into_iter()
        .map(|row| {
            let params: Params = serde_json::from_str(&row.params)
                .map_err(|error| Error::Internal(error.to_string()))?;
            let mut taken = |ids: &[MediaId]| -> Vec<MediaView> {
                ids.iter().filter_map(|id| files.remove(id)).collect()
            };
            Ok(ScheduledView {
                media: taken(&params.media),
                documents: taken(&params.documents),
                row,
                params,
            })
        })
        .collect()
}

impl From<NewStatus> for Params {
    fn from(new: NewStatus) -> Self {
        Self {
            text: new.text,
            content_type: new.content_type,
            spoiler_text: new.spoiler_text,
            sensitive: new.sensitive,
            visibility: new.visibility,
            language: new.language,
            in_reply_to: new.in_reply_to,
            media: new.media,
            documents: new.documents,
            poll: new.poll,
            quoted: new.quoted,
            quote_policy: new.quote_policy.map(i32::from),
            local_only: new.local_only,
        }
    }
}

impl From<Params> for NewStatus {
    fn from(params: Params) -> Self {
        Self {
            text: params.text,
            content_type: params.content_type,
            spoiler_text: params.spoiler_text,
            sensitive: params.sensitive,
            visibility: params.visibility,
            language: params.language,
            in_reply_to: params.in_reply_to,
            media: params.media,
            documents: params.documents,
            poll: params.poll,
            quoted: params.quoted,
            quote_policy: params.quote_policy.map(QuotePolicy::from),
            local_only: params.local_only,
            idempotency_key: None,
            scheduled: None,
        }
    }
}
