//! The library: public practice, by what it is about; newest first or by title, and never by how much it is liked.

use domain::search::{Mark, words};
use domain::vocabulary::{Scheme, fold, key};
use domain::{AccountId, AccountKind, Handle, Page};
use storage::DbConnection;
use storage::practices::{Wanted as Rows, Words, of_network};
use storage::status_index::Query;

use crate::audience::visible_to;
use crate::oauth::Person;
use crate::unwanted::{wishes, without_unwanted};
use crate::views::{self, StatusView};
use crate::{App, Paged, Result};

/// Words of a question.
const WORDS: usize = 8;
/// Concepts of a question.
const TERMS: usize = 8;

/// How the library is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    Newest,
    Title,
}

/// What is looked for; of concepts the ids within their scheme.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub stage: Option<String>,
    pub subject: Option<String>,
    pub kind: Option<String>,
    pub licence: Option<String>,
    /// The id or the handle of a network that passed it on.
    pub network: Option<String>,
    /// A code such as `cy`; of `cy-GB`, only the language counts.
    pub language: Option<String>,
    /// Words that it says.
    pub words: String,
    pub order: Order,
}

impl Wanted {
    /// The names of all concepts that are wanted.
    fn terms(&self) -> Vec<String> {
        let all = [
            (Scheme::Stage, &self.stage),
            (Scheme::Subject, &self.subject),
            (Scheme::Kind, &self.kind),
            (Scheme::Licence, &self.licence),
        ];
        let named = all
            .into_iter()
            .filter_map(|(scheme, id)| Some((scheme, id.as_deref()?)));
        named
            .map(|(scheme, id)| key(scheme, &id.replace('\0', "")))
            .take(TERMS)
            .collect()
    }

    /// What is asked of the database; none where nothing can be found.
    fn rows(
        &self,
        app: &App,
        conn: &mut DbConnection,
        viewer: Option<AccountId>,
    ) -> Result<Option<Rows>> {
        let mut terms = self.terms();
        if let Some(name) = &self.network {
            let Some(network) = network(app, conn, name)? else {
                return Ok(None);
            };
            // What one network passed on is less than what most concepts have.
            terms.insert(0, of_network(network));
        }
        let language = self.language.as_ref();
        let language = language.and_then(|code| code.split(['-', '_']).next());
        Ok(Some(Rows {
            terms,
            language: language.map(|code| code.replace('\0', "").to_lowercase()),
            words: self.words_for(viewer),
        }))
    }

    /// Titles everybody may search, since the library is there to be looked through; of texts those whose authors let
    /// everybody find what they write, and those with which the viewer had to do.
    fn words_for(&self, viewer: Option<AccountId>) -> Option<Words> {
        let text = self.words.replace('\0', "").to_lowercase();
        let asked: Vec<&str> = text
            .split_whitespace()
            .filter(|word| !fold(word).is_empty())
            .take(WORDS)
            .collect();
        if asked.is_empty() {
            return None;
        }
        let mark = |mark: Mark| vec![mark.token()];
        let own = viewer.map(|viewer| mark(Mark::InLibraryOf(viewer)));
        let findable = own.into_iter().chain([mark(Mark::Public)]).collect();
        let mut all = vec![findable, vec![mark(Mark::Practice)]];
        let said = asked.iter().map(|word| words(word));
        all.extend(
            said.filter(|tokens| !tokens.is_empty())
                .map(|tokens| vec![tokens]),
        );
        Some(Words {
            of_title: asked.into_iter().map(str::to_owned).collect(),
            of_text: Query {
                all,
                none: Vec::new(),
            },
        })
    }
}

/// The network, here or elsewhere, of that handle or id.
fn network(app: &App, conn: &mut DbConnection, name: &str) -> Result<Option<AccountId>> {
    let name = name.replace('\0', "");
    let called = match name.parse::<Handle>() {
        Ok(handle) => {
            let key = handle.seen_from(&app.settings().host).key();
            storage::accounts::with_handle_key(conn, &key)?
        }
        Err(_) => None,
    };
    let found = match (called, name.parse::<AccountId>()) {
        (Some(found), _) => Some(found),
        (None, Ok(id)) => storage::accounts::find(conn, id)?,
        (None, Err(_)) => None,
    };
    let is_network =
        |row: &storage::accounts::Account| row.kind == AccountKind::Group && !row.is_gone();
    Ok(found.filter(is_network).map(|row| row.id))
}

/// One page of the library. By title the cursors are still ids, and the ends are the first and the last.
pub async fn list(
    app: &App,
    viewer: Option<&Person>,
    wanted: Wanted,
    page: Page,
) -> Result<Paged<StatusView>> {
    let viewer = viewer.map(Person::id);
    let is_search = wanted.words.chars().any(char::is_alphanumeric);
    let look = move |app: &App, conn: &mut DbConnection| -> Result<Paged<StatusView>> {
        let wishes = wishes(conn, viewer)?;
        let rows = match (wanted.rows(app, conn, viewer)?, wanted.order) {
            (Some(asked), Order::Newest) => storage::practices::newest(conn, &asked, &page)?,
            (Some(asked), Order::Title) => storage::practices::by_title(conn, &asked, &page)?,
            (None, _) => Vec::new(),
        };
        let ends = rows.first().zip(rows.last());
        let ends = ends.map(|(first, last)| (first.id.0, last.id.0));
        let is_full = i64::try_from(rows.len()).is_ok_and(|rows| rows >= page.limit);
        let rows = visible_to(conn, viewer, rows)?;
        let shown = views::statuses(app, conn, viewer, rows)?;
        Ok(Paged {
            items: without_unwanted(app, conn, viewer, wishes, shown)?,
            ends,
            is_full,
        })
    };
    if !is_search {
        return app.read(look).await;
    }
    // It is never closed.
    let _turn = app.searches().acquire().await;
    app.read_long(look).await
}
