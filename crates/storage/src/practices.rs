//! Practice posts: what statuses say of what their authors pass on.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use domain::{AccountId, Page, StatusId};

use crate::DbConnection;
use crate::connection::each;
use crate::dialect::said::Said;
use crate::listed::listed;
use crate::literal::Literal;
use crate::paging::load_page;
use crate::schema::{accounts, practice_answers, practice_terms, practices, statuses};
use crate::status_index::Query;
use crate::statuses::Status;

/// The concept that all practice has.
const ALL: &str = "all";
/// Of concepts that follow from others.
const IMPLIED: i16 = -1;
/// Begins the concept that stands for a network.
const NETWORK: &str = "network/";

/// What a status says of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practice {
    pub status_id: StatusId,
    /// Empty if there is none.
    pub title: String,
    /// Id of a concept, and the address of the licence.
    pub licence: Option<(String, String)>,
    /// Names of concepts, such as `phase/ks3`, in the order of the author.
    pub terms: Vec<String>,
    /// Whether it is practice because of a network alone, by whose rule all is that it passes on.
    pub by_network: bool,
}

/// What its author said elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answers {
    pub title: Option<String>,
    pub licence: Option<(String, String)>,
    pub terms: Vec<String>,
}

/// Which practice is wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Names of concepts, all of which it has.
    pub terms: Vec<String>,
    pub language: Option<String>,
    pub words: Option<Words>,
}

/// Words that it says: in the title, or anywhere.
#[derive(Debug, Clone)]
pub struct Words {
    /// In small letters, at least one; parts of words count too.
    pub of_title: Vec<String>,
    pub of_text: Query,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = practices)]
struct Row {
    status_id: i64,
    title: String,
    licence: Option<String>,
    licence_url: Option<String>,
    by_network: bool,
}

/// The practice of a status. Two queries by key.
pub fn get(conn: &mut DbConnection, status: StatusId) -> QueryResult<Option<Practice>> {
    Ok(of_statuses(conn, &[status])?.pop())
}

/// The practice of these statuses, of those that have some. Two queries; one where there is none.
pub fn of_statuses(conn: &mut DbConnection, ids: &[StatusId]) -> QueryResult<Vec<Practice>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = listed(practices::status_id, ids.iter().map(|id| id.0));
    let rows: Vec<Row> =
        each!(conn, c => practices::table.filter(wanted).select(Row::as_select()).load(c))?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = listed(
        practice_terms::status_id,
        rows.iter().map(|row| row.status_id),
    );
    let terms: Vec<(i64, String)> = each!(conn, c => practice_terms::table
        .filter(wanted)
        .filter(practice_terms::position.ge(0))
        .order((practice_terms::status_id, practice_terms::position))
        .select((practice_terms::status_id, practice_terms::concept))
        .load(c))?;
    let mut terms_of: HashMap<i64, Vec<String>> = HashMap::new();
    for (status, concept) in terms {
        terms_of.entry(status).or_default().push(concept);
    }
    Ok(rows
        .into_iter()
        .map(|row| Practice {
            status_id: StatusId(row.status_id),
            title: row.title,
            licence: row.licence.zip(row.licence_url),
            terms: terms_of.remove(&row.status_id).unwrap_or_default(),
            by_network: row.by_network,
        })
        .collect())
}

/// The licence of a status: id of its concept, and its address. One row by key.
pub fn licence_of(
    conn: &mut DbConnection,
    status: StatusId,
) -> QueryResult<Option<(String, String)>> {
    let found: Option<(Option<String>, Option<String>)> = practices::table
        .find(status.0)
        .select((practices::licence, practices::licence_url))
        .first(conn)
        .optional()?;
    Ok(found.and_then(|(id, url)| id.zip(url)))
}

/// Writes what a status says of a resource, of which nothing is there. `implied` are concepts to which its own belong.
pub fn insert(conn: &mut DbConnection, practice: &Practice, implied: &[String]) -> QueryResult<()> {
    let (licence, licence_url) = practice.licence.clone().unzip();
    let status = practice.status_id.0;
    diesel::insert_into(practices::table)
        .values((
            practices::status_id.eq(status),
            practices::title.eq(&practice.title),
            practices::title_key.eq(title_key(&practice.title)),
            practices::licence.eq(licence),
            practices::licence_url.eq(licence_url),
            practices::by_network.eq(practice.by_network),
        ))
        .execute(conn)?;
    let named = (0_i16..).zip(&practice.terms);
    let named = named.map(|(position, concept)| (concept.clone(), position));
    let others = implied.iter().cloned().chain([ALL.to_owned()]);
    let all = named.chain(others.map(|concept| (concept, IMPLIED)));
    insert_terms(conn, practice.status_id, all)
}

fn insert_terms(
    conn: &mut DbConnection,
    status: StatusId,
    terms: impl Iterator<Item = (String, i16)>,
) -> QueryResult<()> {
    let rows: Vec<_> = terms
        .map(|(concept, position)| {
            (
                practice_terms::concept.eq(concept),
                practice_terms::status_id.eq(status.0),
                practice_terms::position.eq(position),
            )
        })
        .collect();
    each!(conn, c => diesel::insert_into(practice_terms::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(c))
    .map(drop)
}

/// The concept by which practice is found that a network passed on.
#[must_use]
pub fn of_network(network: AccountId) -> String {
    format!("{NETWORK}{network}")
}

/// Writes by which networks a status with practice was passed on.
pub fn set_networks(
    conn: &mut DbConnection,
    status: StatusId,
    networks: &[AccountId],
) -> QueryResult<()> {
    let known = practice_terms::table
        .filter(practice_terms::status_id.eq(status.0))
        .filter(practice_terms::concept.like(format!("{NETWORK}%")));
    each!(conn, c => diesel::delete(known).execute(c))?;
    if networks.is_empty() {
        return Ok(());
    }
    let terms = networks.iter().map(|id| (of_network(*id), IMPLIED));
    insert_terms(conn, status, terms)
}

/// Forgets what a status says of a resource, with its terms. What its author answered stays.
pub fn delete_of_status(conn: &mut DbConnection, status: StatusId) -> QueryResult<()> {
    diesel::delete(practices::table.find(status.0))
        .execute(conn)
        .map(drop)
}

/// What the author of a status said elsewhere. One row by key.
pub fn answers(conn: &mut DbConnection, status: StatusId) -> QueryResult<Answers> {
    type Found = (Option<String>, Option<String>, Option<String>, String);
    let found: Option<Found> = practice_answers::table
        .find(status.0)
        .select((
            practice_answers::title,
            practice_answers::licence,
            practice_answers::licence_url,
            practice_answers::terms,
        ))
        .first(conn)
        .optional()?;
    Ok(
        found.map_or_else(Answers::default, |(title, id, url, terms)| Answers {
            title,
            licence: id.zip(url),
            terms: serde_json::from_str(&terms).unwrap_or_default(),
        }),
    )
}

/// Writes what the author of a status said elsewhere.
pub fn set_answers(
    conn: &mut DbConnection,
    status: StatusId,
    answers: &Answers,
) -> QueryResult<()> {
    delete_answers(conn, status)?;
    let (licence, licence_url) = answers.licence.clone().unzip();
    diesel::insert_into(practice_answers::table)
        .values((
            practice_answers::status_id.eq(status.0),
            practice_answers::title.eq(&answers.title),
            practice_answers::licence.eq(licence),
            practice_answers::licence_url.eq(licence_url),
            practice_answers::terms.eq(serde_json::json!(answers.terms).to_string()),
        ))
        .execute(conn)
        .map(drop)
}

/// Forgets what the author of a status said elsewhere.
pub fn delete_answers(conn: &mut DbConnection, status: StatusId) -> QueryResult<()> {
    diesel::delete(practice_answers::table.find(status.0))
        .execute(conn)
        .map(drop)
}

/// By which titles are sorted and found: small letters, from the first letter or digit on.
fn title_key(title: &str) -> String {
    title
        .trim_start_matches(|character: char| !character.is_alphanumeric())
        .to_lowercase()
}

/// One page of public statuses with practice, newest first. A range of the primary key of `practice_terms`: that of the
/// first concept that is wanted, or of all practice.
pub fn newest(conn: &mut DbConnection, wanted: &Wanted, page: &Page) -> QueryResult<Vec<Status>> {
    let (first, others) = match wanted.terms.split_first() {
        Some((first, others)) => (first.as_str(), others),
        None => (ALL, [].as_slice()),
    };
    let more = diesel::alias!(practice_terms as more);
    each!(conn, c => {
        let mut query = practice_terms::table
            .inner_join(practices::table.inner_join(statuses::table.inner_join(accounts::table)))
            .filter(practice_terms::concept.eq(first))
            .filter(Literal("statuses.visibility = 0"))
            .filter(statuses::deleted_at.is_null())
            .filter(
                accounts::suspended_at
                    .is_null()
                    .and(accounts::silenced_at.is_null()),
            )
            .select(Status::as_select())
            .into_boxed();
        for concept in others {
            query = query.filter(exists(
                more.filter(more.field(practice_terms::concept).eq(concept))
                    .filter(more.field(practice_terms::status_id).eq(practices::status_id)),
            ));
        }
        if let Some(words) = &wanted.words {
            query = query.filter(said(words));
        }
        if let Some((language, dialects)) = languages(wanted) {
            query = query.filter(
                statuses::language
                    .eq(language)
                    .or(statuses::language.like(dialects)),
            );
        }
        load_page!(query, practice_terms::status_id, page, c)
    })
}

/// One page of public statuses with practice, by title; the cursors are ids of statuses. A range of the index on titles, read until
/// the page is full. Empty where the status of a cursor has no practice any more.
pub fn by_title(conn: &mut DbConnection, wanted: &Wanted, page: &Page) -> QueryResult<Vec<Status>> {
    let from = match page.min_id.or(page.max_id) {
        None => None,
        Some(id) => {
            let found: Option<String> = practices::table
                .find(id)
                .select(practices::title_key)
                .first(conn)
                .optional()?;
            match found {
                Some(key) => Some((key, id)),
                None => return Ok(Vec::new()),
            }
        }
    };
    each!(conn, c => {
        let mut query = practices::table
            .inner_join(statuses::table.inner_join(accounts::table))
            .filter(Literal("statuses.visibility = 0"))
            .filter(statuses::deleted_at.is_null())
            .filter(
                accounts::suspended_at
                    .is_null()
                    .and(accounts::silenced_at.is_null()),
            )
            .select(Status::as_select())
            .limit(page.limit)
            .into_boxed();
        for concept in &wanted.terms {
            query = query.filter(exists(
                practice_terms::table
                    .filter(practice_terms::concept.eq(concept))
                    .filter(practice_terms::status_id.eq(practices::status_id)),
            ));
        }
        if let Some(words) = &wanted.words {
            query = query.filter(said(words));
        }
        if let Some((language, dialects)) = languages(wanted) {
            query = query.filter(
                statuses::language
                    .eq(language)
                    .or(statuses::language.like(dialects)),
            );
        }
        match from {
            Some((key, id)) if page.is_upwards() => {
                let before = practices::title_key
                    .lt(key.clone())
                    .or(practices::title_key.eq(key).and(practices::status_id.lt(id)));
                query
                    .filter(before)
                    .order((practices::title_key.desc(), practices::status_id.desc()))
                    .load(c)
                    .map(|mut rows: Vec<Status>| {
                        rows.reverse();
                        rows
                    })
            }
            Some((key, id)) => {
                let after = practices::title_key
                    .gt(key.clone())
                    .or(practices::title_key.eq(key).and(practices::status_id.gt(id)));
                query
                    .filter(after)
                    .order((practices::title_key, practices::status_id))
                    .load(c)
            }
            None => query
                .order((practices::title_key, practices::status_id))
                .load(c),
        }
    })
}

/// Of titles each word is a pattern that finds it anywhere.
fn said(words: &Words) -> Said {
    let patterns = words.of_title.iter().map(|word| {
        let word = word
            .replace('\\', "\\\\")
            .replace('%', "\\%")
            .replace('_', "\\_");
        format!("%{word}%")
    });
    Said::new(patterns.collect(), &words.of_text)
}

/// The language that is wanted, and a pattern of what it is called in some place.
fn languages(wanted: &Wanted) -> Option<(String, String)> {
    let language = wanted.language.clone()?;
    let dialects = format!("{}-%", language.replace(['%', '_', '\\'], ""));
    Some((language, dialects))
}

#[cfg(test)]
mod tests {
    use super::title_key;

    #[test]
    fn titles_are_sorted_by_their_letters() {
        assert_eq!(title_key("🎲 Times tables"), "times tables");
        assert_eq!(title_key("«Élan»"), "élan»");
    }
}
