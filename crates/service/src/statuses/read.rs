//! Reading statuses and their threads.

use std::collections::{HashMap, HashSet};

use domain::{AccountId, MediaKind, QuoteState, StatusId, limits};
use storage::DbConnection;
use storage::media::Media;
use storage::statuses::{Status, StatusEdit};

use super::deeds::seen;
use crate::audience::{find_visible, visible_to};
use crate::completing::{self, Opened, Refresh, State};
use crate::oauth::Person;
use crate::unwanted::{wishes, without_silenced, without_unwanted};
use crate::views::{self, EditView, QuoteView, Quoted, StatusView};
use crate::{App, Error, Result, custom_emojis, documents};

/// What stands before and after a status in its thread.
#[derive(Debug, Clone)]
pub struct Context {
    /// From the first status of the thread to the one answered.
    pub ancestors: Vec<StatusView>,
    /// Each answer followed by its own answers.
    pub descendants: Vec<StatusView>,
    /// The search for what is missing of it, while that is under way.
    pub refresh: Option<Refresh>,
}

/// The status of that id, if the viewer may see it.
pub async fn view(app: &App, viewer: Option<&Person>, id: StatusId) -> Result<StatusView> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let status = find_visible(conn, viewer, id)?;
        views::statuses(app, conn, viewer, vec![status])?
            .pop()
            .ok_or(Error::NotFound)
    })
    .await
}

/// The statuses of these ids that the viewer may see, in the same order.
pub async fn with_ids(
    app: &App,
    viewer: Option<&Person>,
    ids: Vec<StatusId>,
) -> Result<Vec<StatusView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| in_order(app, conn, viewer, &ids))
        .await
}

pub(crate) fn in_order(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<AccountId>,
    ids: &[StatusId],
) -> Result<Vec<StatusView>> {
    let mut rows: HashMap<StatusId, Status> = seen(conn, viewer, ids)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let rows = ids.iter().filter_map(|id| rows.remove(id)).collect();
    views::statuses(app, conn, viewer, rows)
}

/// The thread around a status, as far as the viewer may see it. One scan of the thread. What may be missing of a thread
/// elsewhere is looked for after that, for those signed in.
pub async fn context(app: &App, viewer: Option<&Person>, id: StatusId) -> Result<Context> {
    let viewer = viewer.map(Person::id);
    let (mut context, due) = app
        .read(move |app, conn| {
            let mut status = find_visible(conn, viewer, id)?;
            if let Some(boosted) = status.reblog_of_id {
                status = find_visible(conn, viewer, boosted)?;
            }
            let rows = storage::statuses::thread(conn, status.conversation_id, limits::THREAD)?;
            let known = completing::of_others(&rows);
            let thread = Thread::new(&rows);
            let ancestors = thread.ancestors(&status);
            let above: HashSet<StatusId> = ancestors.iter().map(|row| row.id).collect();
            let descendants = thread.descendants(status.id, &above);
            let whole = ancestors.into_iter().chain(descendants).collect();
            // As in Mastodon, a thread goes on behind what its reader may not see.
            let whole = visible_to(conn, viewer, whole)?;
            let whole = views::statuses(app, conn, viewer, whole)?;
            let whole = without_silenced(conn, viewer, whole)?;
            let wishes = wishes(conn, viewer)?;
            let (ancestors, mut descendants): (Vec<_>, Vec<_>) =
                without_unwanted(app, conn, viewer, wishes, whole)?
                    .into_iter()
                    .partition(|view| above.contains(&view.status.id));
            // As in Mastodon, where people go on with their own words comes before what others answer.
            descendants.sort_by_key(|view| {
                view.status.in_reply_to_account_id != Some(view.status.account_id)
            });
            let opened = Opened::thread(&status, known);
            let state = if viewer.is_some() && !status.local && status.visibility.is_open() {
                completing::state(app, conn, opened)?
            } else {
                State::Over
            };
            let refresh = |found| Refresh {
                first: status.conversation_id,
                status: status.id,
                is_over: false,
                found,
            };
            let context = Context {
                ancestors,
                descendants,
                refresh: match state {
                    State::Due => Some(refresh(0)),
                    State::UnderWay(found) => Some(refresh(found)),
                    State::Over => None,
                },
            };
            Ok((context, (state == State::Due).then_some(opened)))
        })
        .await?;
    if let Some(opened) = due
        && !completing::begin(app, opened).await
    {
        context.refresh = None;
    }
    Ok(context)
}

/// The statuses of a thread, by what they answer. Servers elsewhere can make circles.
struct Thread<'a> {
    by_id: HashMap<StatusId, &'a Status>,
    /// Oldest first.
    answers: HashMap<StatusId, Vec<&'a Status>>,
}

impl<'a> Thread<'a> {
    fn new(rows: &'a [Status]) -> Self {
        let mut answers: HashMap<StatusId, Vec<&Status>> = HashMap::new();
        for row in rows {
            if let Some(parent) = row.in_reply_to_id {
                answers.entry(parent).or_default().push(row);
            }
        }
        Self {
            by_id: rows.iter().map(|row| (row.id, row)).collect(),
            answers,
        }
    }

    fn ancestors(&self, status: &Status) -> Vec<Status> {
        let mut found: Vec<Status> = Vec::new();
        let mut seen = HashSet::from([status.id]);
        let mut parent = status.in_reply_to_id;
        while let Some(row) = parent
            .and_then(|id| self.by_id.get(&id))
            .filter(|row| seen.insert(row.id))
        {
            found.push((*row).clone());
            parent = row.in_reply_to_id;
        }
        found.reverse();
        found
    }

    /// None of what is `above`.
    fn descendants(&self, id: StatusId, above: &HashSet<StatusId>) -> Vec<Status> {
        let mut found: Vec<Status> = Vec::new();
        let mut seen = above.clone();
        seen.insert(id);
        let mut open: Vec<&Status> = self.answers_to(id);
        while let Some(row) = open.pop() {
            if seen.insert(row.id) {
                found.push(row.clone());
                open.extend(self.answers_to(row.id));
            }
        }
        found
    }

    /// Newest first, to be taken from the end.
    fn answers_to(&self, id: StatusId) -> Vec<&'a Status> {
        self.answers
            .get(&id)
            .into_iter()
            .flatten()
            .rev()
            .copied()
            .collect()
    }
}

/// A status as it was typed, for whoever may read it.
pub async fn source(app: &App, person: &Person, id: StatusId) -> Result<Status> {
    let me = person.id();
    app.read(move |_, conn| {
        let status = find_visible(conn, Some(me), id)?;
        if status.reblog_of_id.is_some() {
            return Err(Error::NotFound);
        }
        Ok(status)
    })
    .await
}

/// All versions of a status, oldest first.
pub async fn history(app: &App, viewer: Option<&Person>, id: StatusId) -> Result<Vec<EditView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let status = find_visible(conn, viewer, id)?;
        let edits = storage::statuses::edits(conn, id)?;
        let mut files: HashMap<i64, Vec<Media>> = HashMap::new();
        for (edit, file) in storage::statuses::files_of_edits(conn, id)? {
            files.entry(edit).or_default().push(file);
        }
        let local = status.local;
        let current = views::statuses(app, conn, viewer, vec![status])?
            .pop()
            .ok_or(Error::NotFound)?;
        let quote = storage::quotes::of_status(conn, id)?.map(|quote| quote.id);
        let mut versions: Vec<EditView> = edits
            .into_iter()
            .map(|edit| {
                let had = files.remove(&edit.id).unwrap_or_default();
                let quoted = quoted_then(&current, quote, edit.quote_id);
                EditView {
                    quote: quoted,
                    ..earlier(app, &current, edit, had)
                }
            })
            .collect();
        let now = &current.status;
        let asked = current.poll.iter().flat_map(|poll| &poll.options);
        versions.push(EditView {
            content: now.content.clone(),
            spoiler_text: now.spoiler_text.clone(),
            sensitive: now.sensitive,
            created_at: now.edited_at.unwrap_or(now.created_at),
            account: current.author.clone(),
            media: current.media.clone(),
            emojis: Vec::new(),
            poll_options: asked.map(|(title, _)| title.clone()).collect(),
            quote: current.quote.clone(),
        });
        let emojis = if local {
            let names = custom_emojis::names(versions.iter().flat_map(words));
            custom_emojis::of_names(app, conn, &names)?
        } else {
            now.emojis.clone()
        };
        for version in &mut versions {
            version.emojis = custom_emojis::used_by(&emojis, words(version));
        }
        Ok(versions)
    })
    .await
}

/// A version that was replaced, with the files that it had; where nobody knows them, with those of today.
fn earlier(app: &App, current: &StatusView, edit: StatusEdit, had: Vec<Media>) -> EditView {
    let (content, media) = if edit.files_known {
        let (documents, shown): (Vec<Media>, Vec<Media>) = had
            .into_iter()
            .partition(|file| file.kind == MediaKind::Document);
        (
            documents::with_links(app, &edit.content, &documents),
            shown
                .into_iter()
                .map(|file| views::media(app, file))
                .collect(),
        )
    } else {
        (edit.content, current.media.clone())
    };
    EditView {
        content,
        spoiler_text: edit.spoiler_text,
        sensitive: edit.sensitive,
        created_at: edit.created_at,
        account: current.author.clone(),
        media,
        emojis: Vec::new(),
        poll_options: edit.poll_options,
        quote: None,
    }
}

/// What a version quoted whose quote was `then`, where the post has `now`. As in Mastodon, of one that is gone nothing is known.
fn quoted_then(current: &StatusView, now: Option<i64>, then: Option<i64>) -> Option<QuoteView> {
    if then == now {
        return current.quote.clone();
    }
    then.map(|_| QuoteView {
        state: QuoteState::Pending.name(),
        quoted: Quoted::Whole(None),
    })
}

/// All in a version that may use custom emoji.
fn words(version: &EditView) -> impl Iterator<Item = &str> {
    let options = version.poll_options.iter().map(String::as_str);
    [version.content.as_str(), version.spoiler_text.as_str()]
        .into_iter()
        .chain(options)
}
