//! Practice posts: statuses by which teachers pass on what works. `domain::practice` reads them; here they are kept, shown,
//! completed by their authors, and found again.

mod asking;
mod library;
mod networks;
mod preferences;

use std::sync::Arc;

use domain::practice::{Licence, Practice, Words, described, read};
use domain::vocabulary::{Concept, Curriculum, Mistake, Scheme, Vocabulary, key};
use domain::{AccountId, StatusId, Visibility, limits};
use storage::DbConnection;
use storage::practices::{Answers, Practice as Row};
use storage::statuses::Status;
use url::Url;

use crate::text::plain_text;
use crate::{App, Result};

pub use library::{Order, Wanted, list};
pub use preferences::{Preferences, preferences, set_preferences};

pub(crate) use asking::{ask, hear};
pub(crate) use networks::reconsider;

/// Bytes of a text that are looked at.
const TEXT: usize = 20_000;
/// Concepts that another server may name.
const NAMED: usize = 40;

/// What is practice here, and in which words it is described.
#[derive(Debug, Clone)]
pub struct Rules {
    pub words: Words,
    pub vocabulary: Arc<Vocabulary>,
}

impl Rules {
    /// `own_terms` are the administrator's, as a table.
    ///
    /// # Errors
    /// If a line of it is no term.
    pub fn new<'a>(
        words: impl IntoIterator<Item = &'a str>,
        curriculum: Curriculum,
        own_terms: &str,
    ) -> std::result::Result<Self, Mistake> {
        Ok(Self {
            words: Words::new(words),
            vocabulary: Arc::new(Vocabulary::new(curriculum, own_terms)?),
        })
    }
}

/// What another server says of a resource: its title, addresses of concepts, and that of a licence.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemotePractice {
    pub title: Option<String>,
    pub about: Vec<String>,
    pub levels: Vec<String>,
    pub kinds: Vec<String>,
    pub licence: Option<String>,
}

/// A concept as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TermView {
    /// Within its scheme.
    pub id: String,
    pub label: String,
}

/// A licence as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LicenceView {
    pub id: String,
    pub label: String,
    pub url: String,
}

/// What a status says of a resource, as somebody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PracticeView {
    /// Empty if there is none.
    pub title: String,
    pub stages: Vec<TermView>,
    pub subjects: Vec<TermView>,
    pub kinds: Vec<TermView>,
    pub licence: Option<LicenceView>,
    /// What is missing; only for the author.
    pub missing: Option<Vec<&'static str>>,
}

/// Reads what a status of ours says of a resource, and keeps it in the place of what was kept before. What it does not say its
/// author may have answered, or wants for all of theirs: that counts as answered from then on, whatever they want later.
pub(crate) fn keep_own(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    tags: &[String],
) -> Result<Option<Practice>> {
    let rules = &app.settings().practice;
    let known = storage::practices::get(conn, status.id)?;
    if known.is_some() {
        storage::practices::delete_of_status(conn, status.id)?;
    }
    if !may_be(status) {
        return Ok(None);
    }
    let text = text_of(&status.content);
    let found = read(&text, tags, &rules.words, &rules.vocabulary);
    let by_network = found.is_none() && networks::rules(conn, status)?;
    let found = found
        .or_else(|| by_network.then(|| described(&text, tags, &rules.words, &rules.vocabulary)));
    let Some(mut practice) = found else {
        return Ok(None);
    };
    let mut answers = storage::practices::answers(conn, status.id)?;
    if let Some(title) = &answers.title {
        practice.title.clone_from(title);
    }
    let named = answers.terms.iter();
    for concept in named.filter_map(|key| rules.vocabulary.with_key(key)) {
        practice.add(concept);
    }
    if let Some(licence) = &answers.licence {
        practice.licence = Some(licence_of(licence.clone()));
    }
    // One that was there without a licence stays so until its author says something of it.
    let lost_none = known.is_none_or(|row| row.licence.is_some());
    if practice.licence.is_none() && lost_none {
        answers.licence = storage::practice_reminders::settings(conn, status.account_id)?.licence;
        if let Some(licence) = &answers.licence {
            practice.licence = Some(licence_of(licence.clone()));
            storage::practices::set_answers(conn, status.id, &answers)?;
        }
    }
    store(app, conn, status.id, &practice, by_network)?;
    Ok(Some(practice))
}

/// What a status of ours says by now of its title and licence, and did not say before, takes the place of what its author
/// answered. `before` is the HTML that it was.
pub(crate) fn overrule(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    before: &str,
) -> Result<()> {
    let known = storage::practices::answers(conn, status.id)?;
    if known.title.is_none() && known.licence.is_none() {
        return Ok(());
    }
    let rules = &app.settings().practice;
    let said = |content: &str| described(&text_of(content), &[], &rules.words, &rules.vocabulary);
    let (before, now) = (said(before), said(&status.content));
    let keeps_title = now.title.is_empty() || now.title == before.title;
    let keeps_licence = now.licence.is_none() || now.licence == before.licence;
    let left = Answers {
        title: known.title.filter(|_| keeps_title),
        licence: known.licence.filter(|_| keeps_licence),
        terms: known.terms,
    };
    Ok(storage::practices::set_answers(conn, status.id, &left)?)
}

/// Reads what a status from elsewhere says, and keeps it: what its server says of it, or else its hashtags. What was kept before
/// is forgotten already.
pub(crate) fn keep_theirs(
    app: &App,
    conn: &mut DbConnection,
    status: &Status,
    tags: &[String],
    told: Option<&RemotePractice>,
) -> Result<()> {
    let rules = &app.settings().practice;
    let told = told.map(|told| understood(told, &rules.vocabulary));
    let told = told.filter(|told| !told.says_nothing());
    let is_tagged = tags.iter().any(|tag| rules.words.has(tag));
    // A licence alone is on photographs and whole sites, too.
    let is_described = told
        .as_ref()
        .is_some_and(|told| told.concepts().next().is_some());
    if !may_be(status) {
        return Ok(());
    }
    let by_network = !(is_tagged || is_described);
    if by_network && !networks::rules(conn, status)? {
        return Ok(());
    }
    let by_tags = described(
        &text_of(&status.content),
        tags,
        &rules.words,
        &rules.vocabulary,
    );
    let practice = match told {
        Some(told) => first_of(told, by_tags),
        None => by_tags,
    };
    store(app, conn, status.id, &practice, by_network)
}

/// Direct statuses are said to few, and boosts are somebody else's.
fn may_be(status: &Status) -> bool {
    status.visibility != Visibility::Direct && status.reblog_of_id.is_none()
}

fn text_of(content: &str) -> String {
    plain_text(limits::cut_bytes(content, TEXT))
}

fn licence_of((id, url): (String, String)) -> Licence {
    Licence { id, url }
}

/// Each of what was told, or where nothing was, what was read.
fn first_of(told: Practice, read: Practice) -> Practice {
    let filled = |told: Vec<String>, read: Vec<String>| if told.is_empty() { read } else { told };
    Practice {
        title: if told.title.is_empty() {
            read.title
        } else {
            told.title
        },
        stages: filled(told.stages, read.stages),
        subjects: filled(told.subjects, read.subjects),
        kinds: filled(told.kinds, read.kinds),
        licence: told.licence.or(read.licence),
    }
}

fn understood(told: &RemotePractice, vocabulary: &Vocabulary) -> Practice {
    let title = told.title.as_deref().unwrap_or_default();
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut practice = Practice {
        title: limits::cut(&title, limits::REMOTE_NAME).replace('\0', ""),
        ..Practice::default()
    };
    let known = |uris: &[String], scheme: Scheme| -> Vec<Concept> {
        let uris = || uris.iter().take(NAMED);
        let exact: Vec<&Concept> = uris().filter_map(|uri| at(uri, vocabulary)).collect();
        // What the common vocabulary says of those says nothing more.
        let said: Vec<&str> = exact
            .iter()
            .filter_map(|of| vocabulary.match_of(of))
            .collect();
        let others = uris().filter(|uri| !said.contains(&uri.as_str()));
        let others = others.filter_map(|uri| vocabulary.matching(scheme, uri));
        exact.iter().copied().chain(others).cloned().collect()
    };
    for concept in known(&told.about, Scheme::Subject) {
        practice.add(&concept);
    }
    for concept in known(&told.kinds, Scheme::Kind) {
        practice.add(&concept);
    }
    // Levels of the common vocabulary are coarse, and follow from the stage where that is said.
    if practice.stages.is_empty() {
        for concept in known(&told.levels, Scheme::Stage) {
            practice.add(&concept);
        }
    }
    practice.licence = told
        .licence
        .as_deref()
        .and_then(|url| Licence::at(url, vocabulary));
    practice
}

/// The concept at an address such as `https://school.example/vocab/phase/ks3`: the vocabulary is the same on every server of
/// this kind.
fn at<'a>(uri: &str, vocabulary: &'a Vocabulary) -> Option<&'a Concept> {
    let url = Url::parse(uri).ok()?;
    let mut parts = url.path_segments()?;
    let is_ours = parts.next() == Some("vocab");
    let (scheme, id) = (parts.next()?, parts.next()?);
    let concept = vocabulary.get(Scheme::named(scheme)?, id)?;
    (is_ours && parts.next().is_none()).then_some(concept)
}

fn store(
    app: &App,
    conn: &mut DbConnection,
    status: StatusId,
    practice: &Practice,
    by_network: bool,
) -> Result<()> {
    let vocabulary = &app.settings().practice.vocabulary;
    let licence = practice.licence.as_ref();
    let licence = licence.map(|licence| (licence.id.clone(), licence.url.clone()));
    let row = Row {
        status_id: status,
        title: practice.title.clone(),
        terms: practice
            .concepts()
            .map(|(scheme, id)| key(scheme, id))
            .collect(),
        licence,
        by_network,
    };
    let named = practice.concepts();
    let mut implied: Vec<String> = named
        .filter_map(|(scheme, id)| vocabulary.get(scheme, id))
        .flat_map(|concept| vocabulary.broader(concept))
        .map(Concept::key)
        .collect();
    implied.extend(row.licence.iter().map(|(id, _)| key(Scheme::Licence, id)));
    let networks = storage::practice_networks::of_status(conn, status)?;
    implied.extend(networks.into_iter().map(storage::practices::of_network));
    Ok(storage::practices::insert(conn, &row, &implied)?)
}

/// What is kept, in the words of `domain`.
fn of_row(row: Row) -> Practice {
    let mut practice = Practice {
        title: row.title,
        licence: row.licence.map(licence_of),
        ..Practice::default()
    };
    for term in row.terms {
        let Some((scheme, id)) = term.split_once('/') else {
            continue;
        };
        let list = match Scheme::named(scheme) {
            Some(Scheme::Stage) => &mut practice.stages,
            Some(Scheme::Subject) => &mut practice.subjects,
            Some(Scheme::Kind) => &mut practice.kinds,
            Some(Scheme::Licence) | None => continue,
        };
        list.push(id.to_owned());
    }
    practice
}

/// What a status says of a resource, as `viewer` sees it.
pub(crate) fn view(
    app: &App,
    row: Row,
    author: AccountId,
    viewer: Option<AccountId>,
) -> PracticeView {
    let vocabulary = &app.settings().practice.vocabulary;
    let practice = of_row(row);
    let missing = (viewer == Some(author)).then(|| {
        let missing = practice.missing().into_iter();
        missing.map(domain::practice::Missing::name).collect()
    });
    let shown = |scheme: Scheme, ids: &[String]| {
        let term = |id: &String| TermView {
            label: label(vocabulary, scheme, id),
            id: id.clone(),
        };
        ids.iter().map(term).collect::<Vec<TermView>>()
    };
    PracticeView {
        stages: shown(Scheme::Stage, &practice.stages),
        subjects: shown(Scheme::Subject, &practice.subjects),
        kinds: shown(Scheme::Kind, &practice.kinds),
        licence: practice.licence.map(|licence| LicenceView {
            label: licence_label(vocabulary, &licence),
            id: licence.id,
            url: licence.url,
        }),
        title: practice.title,
        missing,
    }
}

/// A concept that an administrator took away has only its id.
fn label(vocabulary: &Vocabulary, scheme: Scheme, id: &str) -> String {
    let concept = vocabulary.get(scheme, id);
    concept.map_or(id, |concept| concept.label("en")).to_owned()
}

/// `CC BY 3.0` where that is the version, though the concept is one for all versions.
fn licence_label(vocabulary: &Vocabulary, licence: &Licence) -> String {
    let label = label(vocabulary, Scheme::Licence, &licence.id);
    let version = licence.url.trim_end_matches('/').rsplit('/').next();
    match (label.strip_suffix(" 4.0"), version) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        _ => label,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vocabulary() -> Vocabulary {
        Vocabulary::new(Curriculum::England, "").unwrap()
    }

    fn told(about: &[&str], levels: &[&str], licence: &str) -> Practice {
        let all = |list: &[&str]| list.iter().map(|uri| (*uri).to_owned()).collect();
        let told = RemotePractice {
            title: Some(" A \n tracker".to_owned()),
            about: all(about),
            levels: all(levels),
            kinds: vec!["https://w3id.org/kim/hcrt/assessment".to_owned()],
            licence: Some(licence.to_owned()),
        };
        understood(&told, &vocabulary())
    }

    #[test]
    fn addresses_of_concepts_are_understood() {
        let level = "https://w3id.org/kim/educationalLevel/level_2";
        let practice = told(
            &[
                "https://oakfield.example/vocab/subject/english",
                "https://oakfield.example/vocab/phase/ks3",
                "https://oakfield.example/vocab/phase/none",
                "https://elsewhere.example/english",
            ],
            &[level],
            "https://creativecommons.org/licenses/by/4.0/",
        );
        assert_eq!(practice.title, "A tracker");
        assert_eq!(practice.stages, ["ks3"]);
        assert_eq!(practice.subjects, ["english"]);
        assert_eq!(practice.kinds, ["assessment"]);
        assert_eq!(practice.licence.unwrap().id, "cc-by");
        let coarse = told(&[], &[level], "https://elsewhere.example/terms");
        assert_eq!(coarse.stages.len(), 1);
        assert_eq!(coarse.licence, None);
    }

    #[test]
    fn a_licence_is_shown_with_its_version() {
        let licence = Licence::at(
            "https://creativecommons.org/licenses/by-sa/3.0/",
            &vocabulary(),
        );
        assert_eq!(
            licence_label(&vocabulary(), &licence.unwrap()),
            "CC BY-SA 3.0"
        );
        let zero = Licence::at(
            "https://creativecommons.org/publicdomain/zero/1.0/",
            &vocabulary(),
        );
        assert_eq!(licence_label(&vocabulary(), &zero.unwrap()), "CC0 1.0");
    }
}
