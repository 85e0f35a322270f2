//! Filters at work: which of a viewer's filters a status meets. They are made ready once and remembered until they change.

use std::collections::HashMap;
use std::sync::Arc;

use domain::filter::Keywords;
use domain::{AccountId, FilterId, StatusId, Time};
use moka::sync::Cache;
use storage::DbConnection;
use storage::filters::Filter;

use crate::text::plain_text;
use crate::views::StatusView;
use crate::{App, Error, Result};

/// Viewers whose filters are remembered.
const KEPT: u64 = 1_000;

/// That a status meets a filter, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filtered {
    pub filter: Arc<Filter>,
    pub keywords: Vec<String>,
    pub status: Option<StatusId>,
}

/// The filters of one viewer, ready to be used.
pub(crate) struct Filters {
    version: i64,
    filters: HashMap<FilterId, Arc<Filter>>,
    /// In the order of `keywords`.
    owners: Vec<(FilterId, String)>,
    keywords: Keywords,
    statuses: HashMap<StatusId, Vec<FilterId>>,
}

pub(crate) struct Remembered(Cache<AccountId, Arc<Filters>>);

impl Default for Remembered {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Filters {
    /// The filters of a viewer, if there are any. One query by key while they stay the same.
    pub(crate) fn of(
        app: &App,
        conn: &mut DbConnection,
        viewer: AccountId,
    ) -> Result<Option<Arc<Self>>> {
        let version = storage::filters::version(conn, viewer)?;
        if version == 0 {
            return Ok(None);
        }
        Self::at(app, conn, viewer, version).map(Some)
    }

    /// The filters of those of `viewers` who have any. One query while they stay the same.
    pub(crate) fn of_many(
        app: &App,
        conn: &mut DbConnection,
        viewers: &[AccountId],
    ) -> Result<HashMap<AccountId, Arc<Self>>> {
        let versions = storage::filters::versions(conn, viewers)?;
        let ready = |(viewer, version)| Ok((viewer, Self::at(app, conn, viewer, version)?));
        versions.into_iter().map(ready).collect()
    }

    fn at(
        app: &App,
        conn: &mut DbConnection,
        viewer: AccountId,
        version: i64,
    ) -> Result<Arc<Self>> {
        let known = app.filters().0.get(&viewer);
        if let Some(known) = known.filter(|known| known.version == version) {
            return Ok(known);
        }
        let ready = Arc::new(Self::load(conn, viewer, version)?);
        app.filters().0.insert(viewer, ready.clone());
        Ok(ready)
    }

    fn load(conn: &mut DbConnection, viewer: AccountId, version: i64) -> Result<Self> {
        let rows = storage::filters::of_account(conn, viewer)?;
        let ids: Vec<FilterId> = rows.iter().map(|row| row.id).collect();
        let words = storage::filters::keywords(conn, &ids)?;
        let keywords: Vec<(String, bool)> = words
            .iter()
            .map(|word| (word.keyword.clone(), word.whole_word))
            .collect();
        let mut statuses: HashMap<StatusId, Vec<FilterId>> = HashMap::new();
        for row in storage::filters::statuses(conn, &ids)? {
            statuses
                .entry(row.status_id)
                .or_default()
                .push(row.filter_id);
        }
        Ok(Self {
            version,
            filters: rows
                .into_iter()
                .map(|row| (row.id, Arc::new(row)))
                .collect(),
            owners: words
                .into_iter()
                .map(|word| (word.filter_id, word.keyword))
                .collect(),
            keywords: Keywords::new(&keywords)
                .map_err(|error| Error::Internal(error.to_string()))?,
            statuses,
        })
    }

    /// Which filters a status meets that have not run out.
    pub(crate) fn met_by(&self, view: &StatusView, now: Time) -> Vec<Filtered> {
        let mut met: Vec<Filtered> = Vec::new();
        let mut meet = |id: FilterId, keyword: Option<&String>, status: Option<StatusId>| {
            let place = match met.iter().position(|filtered| filtered.filter.id == id) {
                Some(place) => place,
                None => match self.filters.get(&id) {
                    Some(filter) if filter.expires_at.is_none_or(|end| end > now) => {
                        met.push(Filtered {
                            filter: filter.clone(),
                            keywords: Vec::new(),
                            status: None,
                        });
                        met.len() - 1
                    }
                    _ => return,
                },
            };
            if let Some(filtered) = met.get_mut(place) {
                filtered.keywords.extend(keyword.cloned());
                filtered.status = filtered.status.or(status);
            }
        };
        for place in self.keywords.found_in(&words(view)) {
            if let Some((filter, keyword)) = self.owners.get(place) {
                meet(*filter, Some(keyword), None);
            }
        }
        for filter in self.statuses.get(&view.status.id).into_iter().flatten() {
            meet(*filter, None, Some(view.status.id));
        }
        met
    }
}

/// All that can be read of a status, as in Mastodon: its warning, its words, the options of its poll, and what its
/// pictures show.
fn words(view: &StatusView) -> String {
    let status = &view.status;
    let mut words = vec![status.spoiler_text.clone(), plain_text(&status.content)];
    let options = view.poll.iter().flat_map(|poll| &poll.options);
    words.extend(options.map(|(title, _)| title.clone()));
    let pictures = view.media.iter().map(|media| &media.media.description);
    words.extend(pictures.flatten().cloned());
    words.join("\n\n")
}
