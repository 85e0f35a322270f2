//! `staffroom vocabulary`

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use domain::vocabulary::{Concept, Curriculum, Mistake, Scheme, Vocabulary, own_terms, written};

use crate::cli::Vocabulary as Command;
use crate::commands::say;
use crate::config::Config;
use crate::parts::curriculum;

pub fn run(config: &Config, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { scheme } => {
            for concept in of(&vocabulary(config)?, scheme) {
                let tags = concept.tags.join(" ");
                say(&format!(
                    "{}\t{}\t{tags}",
                    concept.key(),
                    concept.label("en")
                ));
            }
        }
        Command::Export { scheme } => {
            for concept in of(&vocabulary(config)?, scheme) {
                say(&written(concept));
            }
        }
        Command::Show { term } => show(&vocabulary(config)?, &term)?,
        Command::Check { file } => check(config, &file)?,
        Command::Set {
            term,
            labels,
            broader,
            matches,
            tags,
            without,
        } => {
            let change = Change {
                labels,
                broader,
                matches,
                tags,
                without,
            };
            let (file, text) = own(config)?;
            let curriculum = curriculum(config)?;
            // A line that is no term may be the one that is put right.
            let before =
                Vocabulary::new(curriculum, &text).or_else(|_| Vocabulary::new(curriculum, ""))?;
            let tags = change.tags.clone();
            let line = change.line(&before, &term)?;
            let is_new = replace(curriculum, &file, &text, &term, Some(&line))?;
            let done = if is_new { "added" } else { "changed" };
            say(&format!(
                "{term} {done}; the server reads it when it starts"
            ));
            tell_of_tags(&before, &vocabulary(config)?, &term, &tags);
        }
        Command::Remove { term } => {
            let (file, text) = own(config)?;
            let is_new = replace(curriculum(config)?, &file, &text, &term, None)?;
            ensure!(
                !is_new,
                "{term} is not in {}: terms that come with the program stay",
                file.display()
            );
            say(&format!(
                "{term} removed; the server reads it when it starts"
            ));
        }
    }
    Ok(())
}

fn of(vocabulary: &Vocabulary, scheme: Option<Scheme>) -> impl Iterator<Item = &Concept> {
    let wanted = Scheme::ALL
        .into_iter()
        .filter(move |of| scheme.is_none_or(|scheme| scheme == *of));
    wanted.flat_map(move |scheme| vocabulary.of_scheme(scheme))
}

fn show(vocabulary: &Vocabulary, term: &str) -> anyhow::Result<()> {
    let concept = vocabulary
        .with_key(term)
        .with_context(|| format!("there is no term {term}: terms are written as phase/ks3"))?;
    say(&concept.key());
    for (language, label) in &concept.labels {
        say(&format!("label {language}: {label}"));
    }
    say(&format!("hashtags: {}", concept.tags.join(" ")));
    if let Some(of) = &concept.matches {
        let kind = if of.is_exact {
            "the same as"
        } else {
            "a kind of"
        };
        say(&format!("{kind}: {}", of.uri));
    }
    for above in vocabulary.broader(concept) {
        say(&format!("belongs to: {}", above.key()));
    }
    let is_below = |other: &&Concept| other.broader.as_deref() == Some(concept.id.as_str());
    for below in vocabulary.of_scheme(concept.scheme).filter(is_below) {
        say(&format!("has: {}", below.key()));
    }
    Ok(())
}

/// Says of a table whether the server would take it, and what it changes.
fn check(config: &Config, file: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let terms = own_terms(&text).with_context(|| file.display().to_string())?;
    let curriculum = curriculum(config)?;
    let shipped = Vocabulary::new(curriculum, "")?;
    for term in &terms {
        let place = match shipped.with_key(&term.key()) {
            Some(_) => "stands in the place of ours",
            None => "is new",
        };
        say(&format!("{} {place}", term.key()));
    }
    let faults = faults(curriculum, &text)?;
    ensure!(faults.is_empty(), "{}", faults.join("; "));
    say(&format!("{} terms, nothing wrong", terms.len()));
    Ok(())
}

/// What is wrong with the terms of a table besides how they are written.
fn faults(curriculum: Curriculum, text: &str) -> Result<Vec<String>, Mistake> {
    let whole = Vocabulary::new(curriculum, text)?;
    let terms = own_terms(text)?;
    Ok(terms.iter().filter_map(|term| whole.fault(term)).collect())
}

/// Says of hashtags that were given to a term which other they meant before, or mean still.
fn tell_of_tags(before: &Vocabulary, now: &Vocabulary, term: &str, tags: &[String]) {
    let scheme = term
        .split_once('/')
        .and_then(|(name, _)| Scheme::named(name));
    let Some(scheme) = scheme else {
        return;
    };
    for tag in tags {
        let tag = tag.trim_start_matches('#');
        let other = |of: &Vocabulary| {
            let key = of.spelt_as(scheme, tag)?.key();
            (key != term).then_some(key)
        };
        match (other(before), other(now)) {
            (_, Some(other)) => say(&format!(
                "Take note: #{tag} still means {other}, which stands before it"
            )),
            (Some(other), None) => say(&format!("Take note: #{tag} meant {other} until now")),
            (None, None) => {}
        }
    }
}

/// What becomes of a term.
struct Change {
    labels: Vec<String>,
    broader: Option<String>,
    matches: Option<String>,
    tags: Vec<String>,
    without: Vec<String>,
}

impl Change {
    /// The term as a line of the table: what is there already, changed.
    fn line(self, vocabulary: &Vocabulary, term: &str) -> anyhow::Result<String> {
        let Some((scheme, id)) = term.split_once('/') else {
            bail!("a term is written as phase/ks3");
        };
        let known = vocabulary.with_key(term);
        let known = known.map(written).unwrap_or_default();
        let mut cells = known.split('\t').skip(2).map(str::to_owned);
        let mut cell = || cells.next().unwrap_or_default();
        let (mut broader, mut matches, tags, labels) = (cell(), cell(), cell(), cell());
        broader = self.broader.unwrap_or(broader);
        matches = self.matches.unwrap_or(matches);
        let mut tags: Vec<String> = tags.split_whitespace().map(str::to_owned).collect();
        let plain = |tag: &String| tag.trim_start_matches('#').to_lowercase();
        for tag in &self.tags {
            let is_one = tag.contains(char::is_alphanumeric) && !tag.contains(char::is_whitespace);
            ensure!(
                is_one,
                "{tag:?} is no hashtag: it is one word, without blanks"
            );
        }
        for tag in self.tags.iter().map(plain) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        let without: Vec<String> = self.without.iter().map(plain).collect();
        tags.retain(|tag| !without.contains(tag));
        let mut labels: Vec<String> = labels
            .split('|')
            .filter(|label| !label.is_empty())
            .map(str::to_owned)
            .collect();
        for label in self.labels {
            let language = format!("{}=", label.split('=').next().unwrap_or_default());
            let is_same = |known: &String| known.starts_with(&language);
            // English stays the first.
            let place = labels.iter().position(is_same).unwrap_or(labels.len());
            labels.retain(|known| !is_same(known));
            labels.insert(place.min(labels.len()), label);
        }
        let tags = tags.join(" ");
        let cells = [scheme, id, &broader, &matches, &tags, &labels.join("|")].join("\t");
        ensure!(
            cells.matches('\t').count() == 5 && !cells.contains(['\n', '\r']),
            "tabs and line ends stand between terms only"
        );
        own_terms(&cells).map_err(|mistake| anyhow::Error::msg(mistake.reason))?;
        Ok(cells)
    }
}

/// The administrator's table, and where it is.
fn own(config: &Config) -> anyhow::Result<(PathBuf, String)> {
    let file = config.practice.terms_file.clone();
    let file = file.context("practice.terms_file names no file for terms of your own")?;
    let text = text_of(&file)?;
    Ok((file, text))
}

/// A file that is not there yet is empty.
fn text_of(file: &Path) -> anyhow::Result<String> {
    match std::fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        read => read.with_context(|| file.display().to_string()),
    }
}

/// All terms, as the server will know them.
fn vocabulary(config: &Config) -> anyhow::Result<Vocabulary> {
    let curriculum = curriculum(config)?;
    match &config.practice.terms_file {
        None => Ok(Vocabulary::new(curriculum, "")?),
        Some(file) => {
            let all = Vocabulary::new(curriculum, &text_of(file)?);
            all.with_context(|| file.display().to_string())
        }
    }
}

/// Puts a line in the place of that of a term, or none; whether there was none before.
fn replace(
    curriculum: Curriculum,
    file: &Path,
    text: &str,
    term: &str,
    line: Option<&str>,
) -> anyhow::Result<bool> {
    let is_it = |known: &str| {
        let mut cells = known.split('\t').map(str::trim);
        let (scheme, id) = (cells.next(), cells.next());
        scheme
            .zip(id)
            .is_some_and(|(scheme, id)| format!("{scheme}/{id}") == term)
    };
    let is_new = !text.lines().any(is_it);
    if is_new && line.is_none() {
        return Ok(true);
    }
    let mut lines: Vec<Option<&str>> = text
        .lines()
        .map(|known| if is_it(known) { line } else { Some(known) })
        .collect();
    if is_new {
        lines.push(line);
    }
    // With the numbers that the lines have now.
    let numbered: Vec<&str> = lines.iter().map(|line| line.unwrap_or_default()).collect();
    let wrong =
        faults(curriculum, &numbered.join("\n")).with_context(|| file.display().to_string())?;
    let known = faults(curriculum, text).unwrap_or_default();
    if let Some(fault) = wrong.iter().find(|fault| !known.contains(fault)) {
        bail!("{fault}");
    }
    let mut changed = lines.into_iter().flatten().collect::<Vec<_>>().join("\n");
    changed.push('\n');
    // Whole or not at all.
    let beside = file.with_extension("new");
    std::fs::write(&beside, changed).with_context(|| beside.display().to_string())?;
    std::fs::rename(&beside, file).with_context(|| file.display().to_string())?;
    Ok(is_new)
}
