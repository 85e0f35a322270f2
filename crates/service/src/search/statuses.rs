//! Finding statuses by their words: those that everybody may find, and those with which the viewer had to do.

use domain::search::{Mark, Part, Place, Question, pairs};
use domain::{AccountId, Handle, StatusId};
use storage::DbConnection;
use storage::status_index::Query;

use super::SearchRequest;
use crate::accounts::by_handle;
use crate::oauth::Person;
use crate::statuses::in_order;
use crate::unwanted::{wishes, without_silenced, without_unwanted};
use crate::views::StatusView;
use crate::{App, Result};

/// Statuses that are looked at together, and how often: what may not be shown is left out after it was found.
const BATCH: i64 = 40;
const ROUNDS: usize = 12;
/// Words of a phrase that are looked for with the next one before the whole phrase is.
const PAIRS: usize = 8;

/// One page of statuses that meet a question, newest first.
pub(super) async fn statuses(
    app: &App,
    person: &Person,
    request: &SearchRequest,
) -> Result<Vec<StatusView>> {
    let question = Question::parse(&request.q);
    if question.is_empty() {
        return Ok(Vec::new());
    }
    let me = person.id();
    let Some(query) = query(app, me, &question, request.account).await? else {
        return Ok(Vec::new());
    };
    let midnight =
        |day: chrono::NaiveDate| App::first_id_from(day.and_time(chrono::NaiveTime::MIN));
    let (from, to) = question.days;
    let from = from
        .map_or(0, midnight)
        .max(request.min_id.map_or(0, |id| id.saturating_add(1)));
    let to = to
        .map_or(i64::MAX, midnight)
        .min(request.max_id.unwrap_or(i64::MAX));
    let count = |number: i64| usize::try_from(number).unwrap_or(0);
    let (offset, limit) = (count(request.offset), count(request.limit));
    // It is never closed.
    let _turn = app.searches().acquire().await;
    app.read_long(move |app, conn| {
        let mut to = to;
        let mut found = Vec::new();
        for _ in 0..ROUNDS {
            let ids = storage::status_index::find(conn, &query, (from, to), BATCH)?;
            let Some(last) = ids.last() else {
                break;
            };
            to = last.0;
            let is_last = count(BATCH) > ids.len();
            found.extend(shown(app, conn, me, &ids)?);
            if is_last || found.len() >= offset.saturating_add(limit) {
                break;
            }
        }
        Ok(found.into_iter().skip(offset).take(limit).collect())
    })
    .await
}

/// What the index is asked; none if nothing can meet the question.
async fn query(
    app: &App,
    me: AccountId,
    question: &Question,
    by: Option<AccountId>,
) -> Result<Option<Query>> {
    let token = |mark: Mark| vec![mark.token()];
    let mut query = Query::default();
    query.all.push(match question.place {
        Place::All => vec![token(Mark::Public), token(Mark::InLibraryOf(me))],
        Place::Public => vec![token(Mark::Public)],
        Place::Library => vec![token(Mark::InLibraryOf(me))],
    });
    query.all.extend(by.map(|by| vec![token(Mark::By(by))]));
    for (part, wanted) in &question.parts {
        let phrase = match part {
            Part::Phrase(words) => {
                if *wanted {
                    let pairs = pairs(words).take(PAIRS);
                    query.all.extend(pairs.map(|pair| vec![vec![pair]]));
                }
                words.clone()
            }
            Part::Mark(mark) => token(mark.clone()),
            Part::In(handle) => match (author(app, me, handle).await?, *wanted) {
                (Some(network), _) => token(Mark::InNetwork(network)),
                (None, true) => return Ok(None),
                (None, false) => continue,
            },
            Part::From(handle) => match (author(app, me, handle).await?, *wanted) {
                (Some(author), _) => token(Mark::By(author)),
                (None, true) => return Ok(None),
                (None, false) => continue,
            },
        };
        if *wanted {
            query.all.push(vec![phrase]);
        } else {
            query.none.push(phrase);
        }
    }
    Ok(Some(query))
}

/// Whose handle it is, as far as that is known here.
async fn author(app: &App, me: AccountId, handle: &str) -> Result<Option<AccountId>> {
    if handle == "me" {
        return Ok(Some(me));
    }
    let Ok(handle) = handle.parse::<Handle>() else {
        return Ok(None);
    };
    let found = by_handle(app, handle, false).await?;
    Ok(found.map(|account| account.id))
}

/// Those that the viewer may see, wants to see, and would come across: the silenced are found by their followers only.
fn shown(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    ids: &[StatusId],
) -> Result<Vec<StatusView>> {
    let views = in_order(app, conn, Some(me), ids)?;
    let wishes = wishes(conn, Some(me))?;
    let views = without_unwanted(app, conn, Some(me), wishes, views)?;
    without_silenced(conn, Some(me), views)
}
