//! Streams of statuses.

use domain::text::fold_tag;
use domain::{ListId, Page};
use storage::DbConnection;
use storage::statuses::{Public, Status, Tagged};
use storage::wishes::Wishes;

use crate::audience::visible_to;
use crate::oauth::Person;
use crate::unwanted::{wishes, without_unwanted};
use crate::views::{self, StatusView};
use crate::{App, Paged, Result, lists};

/// Which public statuses are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct PublicTimeline {
    pub local: bool,
    pub remote: bool,
    pub only_media: bool,
}

/// Which statuses with a tag are wanted.
#[derive(Debug, Clone, Default)]
pub struct TagTimeline {
    pub name: String,
    pub any: Vec<String>,
    pub all: Vec<String>,
    pub none: Vec<String>,
    pub public: PublicTimeline,
}

/// Further tags in one question, as Mastodon bounds them.
const MORE_TAGS: usize = 4;

impl From<PublicTimeline> for Public {
    /// As in Mastodon, whoever asks for both gets both.
    fn from(wanted: PublicTimeline) -> Self {
        Self {
            only_local: wanted.local && !wanted.remote,
            only_remote: wanted.remote && !wanted.local,
            only_media: wanted.only_media,
        }
    }
}

/// One page of what the viewer's own people write.
pub async fn home(app: &App, person: &Person, page: Page) -> Result<Paged<StatusView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let wishes = wishes(conn, Some(me))?;
        let apart = if wishes.has_exclusive_lists {
            storage::lists::kept_from_home(conn, me)?
        } else {
            Vec::new()
        };
        let rows = storage::home_feed::page(conn, me, &apart, &page)?;
        show(app, conn, Some(me), wishes, rows, &page)
    })
    .await
}

/// One page of what the people in one of the viewer's lists write.
pub async fn list(app: &App, person: &Person, id: ListId, page: Page) -> Result<Paged<StatusView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let list = lists::own(conn, me, id)?;
        let rows = storage::lists::timeline(conn, &list, &page)?;
        let wishes = wishes(conn, Some(me))?;
        show(app, conn, Some(me), wishes, rows, &page)
    })
    .await
}

/// One page of all that is public.
pub async fn public(
    app: &App,
    viewer: Option<&Person>,
    wanted: PublicTimeline,
    page: Page,
) -> Result<Paged<StatusView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let rows = storage::statuses::page_of_public(conn, wanted.into(), &page)?;
        let wishes = wishes(conn, viewer)?;
        show(app, conn, viewer, wishes, rows, &page)
    })
    .await
}

/// One page of all that is public and carries a tag.
pub async fn tag(
    app: &App,
    viewer: Option<&Person>,
    wanted: TagTimeline,
    page: Page,
) -> Result<Paged<StatusView>> {
    let viewer = viewer.map(Person::id);
    app.read(move |app, conn| {
        let mut any = vec![wanted.name];
        any.extend(wanted.any.into_iter().take(MORE_TAGS));
        let any = storage::tags::with_names(conn, &any)?;
        let required = different(&wanted.all);
        let all = storage::tags::with_names(conn, &required)?;
        // A tag that nobody ever used is on no status.
        if any.is_empty() || all.len() < required.len() {
            return Ok(Paged::empty());
        }
        let none = storage::tags::with_names(conn, &different(&wanted.none))?;
        let rows = storage::statuses::page_of_tags(
            conn,
            &Tagged {
                any,
                all,
                none,
                public: wanted.public.into(),
            },
            &page,
        )?;
        let wishes = wishes(conn, viewer)?;
        show(app, conn, viewer, wishes, rows, &page)
    })
    .await
}

/// One page of what is said to the viewer alone, or by them to others alone.
pub async fn direct(app: &App, person: &Person, page: Page) -> Result<Paged<StatusView>> {
    let me = person.id();
    app.read(move |app, conn| {
        let rows = storage::streams::direct(conn, me, &page)?;
        let wishes = wishes(conn, Some(me))?;
        show(app, conn, Some(me), wishes, rows, &page)
    })
    .await
}

/// One page of all that is public and links to an address.
pub async fn link(
    app: &App,
    viewer: Option<&Person>,
    url: &str,
    page: Page,
) -> Result<Paged<StatusView>> {
    let viewer = viewer.map(Person::id);
    let url = url.replace('\0', "");
    app.read(move |app, conn| {
        let rows = storage::streams::linking(conn, &url, &page)?;
        let wishes = wishes(conn, viewer)?;
        show(app, conn, viewer, wishes, rows, &page)
    })
    .await
}

/// The first of these, as they are found: each once, however often and in whatever way it is spelt.
fn different(names: &[String]) -> Vec<String> {
    let names = names.iter().take(MORE_TAGS);
    let mut names: Vec<String> = names.map(|name| fold_tag(name)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn show(
    app: &App,
    conn: &mut DbConnection,
    viewer: Option<domain::AccountId>,
    wishes: Wishes,
    rows: Vec<Status>,
    page: &Page,
) -> Result<Paged<StatusView>> {
    let cursors: Vec<i64> = rows.iter().map(|row| row.id.0).collect();
    let rows = visible_to(conn, viewer, rows)?;
    let shown = views::statuses(app, conn, viewer, rows)?;
    Ok(Paged::new(
        without_unwanted(app, conn, viewer, wishes, shown)?,
        cursors,
        page,
    ))
}
