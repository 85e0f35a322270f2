//! Reading tables of terms: a line for each, with tabs between id, broader id, match, hashtags and labels.

use super::tags::spelt;
use super::{Concept, Match, Scheme};

/// A line that is no term.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct Mistake {
    /// From 1 on.
    pub line: usize,
    pub reason: &'static str,
}

/// A shipped table; a test sees that every line of it is a term.
pub(super) fn shipped(scheme: Scheme, text: &str) -> Vec<Concept> {
    let lines = text.lines().filter(|line| is_term(line));
    lines
        .filter_map(|line| concept(scheme, &mut line.split('\t')).ok())
        .collect()
}

/// A table whose first column names the scheme: the terms of an administrator.
///
/// # Errors
/// If a line is no term.
pub fn own_terms(text: &str) -> Result<Vec<Concept>, Mistake> {
    let lines = (1..).zip(text.lines()).filter(|(_, line)| is_term(line));
    lines
        .map(|(number, line)| {
            let mut cells = line.split('\t');
            let scheme = cells.next().and_then(|name| Scheme::named(name.trim()));
            let scheme = scheme.ok_or("the first column must be phase, subject, kind or licence");
            scheme
                .and_then(|scheme| concept(scheme, &mut cells))
                .map_err(|reason| Mistake {
                    line: number,
                    reason,
                })
        })
        .collect()
}

/// A term as a line of such a table.
#[must_use]
pub fn written(concept: &Concept) -> String {
    let sign = |of: &Match| if of.is_exact { '=' } else { '<' };
    let matches = concept.matches.as_ref();
    let matches = matches.map(|of| format!("{}{}", sign(of), of.uri));
    let labels = concept.labels.iter();
    let labels: Vec<String> = labels
        .map(|(language, text)| format!("{language}={text}"))
        .collect();
    let cells = [
        concept.scheme.name().to_owned(),
        concept.id.clone(),
        concept.broader.clone().unwrap_or_default(),
        matches.unwrap_or_default(),
        concept.tags.join(" "),
        labels.join("|"),
    ];
    cells.join("\t")
}

fn is_term(line: &str) -> bool {
    !line.trim().is_empty() && !line.starts_with('#')
}

fn concept<'a>(
    scheme: Scheme,
    cells: &mut impl Iterator<Item = &'a str>,
) -> Result<Concept, &'static str> {
    let mut cell = || cells.next().unwrap_or_default().trim();
    let (id, broader, matches, tags, labels) = (cell(), cell(), cell(), cell(), cell());
    if !is_id(id) || !(broader.is_empty() || is_id(broader)) {
        return Err("ids are made of small letters, digits and hyphens");
    }
    let labels: Option<Vec<(String, String)>> = labels
        .split('|')
        .map(|label| {
            let (language, text) = label.split_once('=')?;
            Some((language.trim().to_owned(), text.trim().to_owned()))
        })
        .collect();
    let labels = labels
        .filter(|labels| labels.iter().all(|(_, text)| !text.is_empty()))
        .ok_or("labels are written as en=Science|cy=Gwyddoniaeth")?;
    Ok(Concept {
        scheme,
        id: id.to_owned(),
        broader: (!broader.is_empty()).then(|| broader.to_owned()),
        matches: matched(matches)?,
        tags: tags.split_whitespace().map(spelt).collect(),
        labels,
    })
}

fn is_id(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 60 && text.bytes().all(good)
}

fn matched(text: &str) -> Result<Option<Match>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let (is_exact, uri) = match (text.strip_prefix('='), text.strip_prefix('<')) {
        (Some(uri), _) => (true, uri),
        (None, Some(uri)) => (false, uri),
        (None, None) => return Err("a match begins with = (the same) or < (broader)"),
    };
    Ok(Some(Match {
        is_exact,
        uri: uri.to_owned(),
    }))
}
