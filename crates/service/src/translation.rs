//! Statuses in another language, by the translator that the administrator chose.
//! <https://docs.joinmastodon.org/methods/statuses/#translate>

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use domain::text::shortcodes;
use domain::{MediaId, PollId, StatusId};
use moka::future::Cache;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::error::invalid;
use crate::oauth::Person;
use crate::text::format::escape;
use crate::text::{plain_text, sanitise};
use crate::views::StatusView;
use crate::{App, Error, Result, language, statuses};

/// Codes of languages, each with those into which it is translated.
pub type Languages = BTreeMap<String, Vec<String>>;

/// Under which the languages stand into which any is translated: ISO 639-2 for what is not determined.
const UNDETERMINED: &str = "und";
/// Bytes of a status that is translated.
const LENGTH: usize = 100_000;
/// For how long a reader waits.
const PATIENCE: Duration = Duration::from_secs(20);
/// Statuses that are translated at the same time.
const AT_ONCE: usize = 4;
/// For how long the translator is not asked again: for the same status, and which languages it knows.
const FRESH: (Duration, Duration) = (Duration::from_secs(86_400), Duration::from_secs(60));
/// Bytes of translations that are remembered.
const REMEMBERED: u64 = 8 * 1_024 * 1_024;

/// What a translator made of texts.
#[derive(Debug, Clone)]
pub struct Translated {
    /// HTML, which nobody has looked at.
    pub texts: Vec<String>,
    /// In which language they were, where it had to find out.
    pub detected: Option<String>,
}

/// What was translated lately.
pub(crate) struct Remembered {
    done: Cache<String, Arc<Translated>>,
    languages: Cache<(), Arc<Languages>>,
    turns: Semaphore,
}

impl Default for Remembered {
    fn default() -> Self {
        let weight = |_: &String, done: &Arc<Translated>| {
            let length: usize = done.texts.iter().map(String::len).sum();
            u32::try_from(length + 200).unwrap_or(u32::MAX)
        };
        Self {
            done: Cache::builder()
                .max_capacity(REMEMBERED)
                .weigher(weight)
                .time_to_live(FRESH.0)
                .build(),
            languages: Cache::builder()
                .max_capacity(1)
                .time_to_live(FRESH.1)
                .build(),
            turns: Semaphore::new(AT_ONCE),
        }
    }
}

/// A status in another language.
#[derive(Debug, Clone)]
pub struct TranslationView {
    /// HTML, sanitised.
    pub content: String,
    pub spoiler_text: String,
    pub poll: Option<(PollId, Vec<String>)>,
    /// Of those that have one.
    pub descriptions: Vec<(MediaId, String)>,
    /// In which language it was.
    pub from: String,
    pub to: String,
}

/// Between which languages this server translates; none where it does not.
pub async fn languages(app: &App) -> Result<Languages> {
    if !app.settings().translates {
        return Ok(Languages::new());
    }
    Ok(known(app).await?.as_ref().clone())
}

async fn known(app: &App) -> Result<Arc<Languages>> {
    let ask = async {
        let asked = timeout(PATIENCE, app.remote().translation_languages()).await;
        let mut languages = asked.map_err(|_| late())??;
        for (code, into) in &mut languages {
            into.retain(|other| other != code);
        }
        let mut all: Vec<String> = languages.values().flatten().cloned().collect();
        all.sort_unstable();
        all.dedup();
        languages.insert(UNDETERMINED.to_owned(), all);
        Ok::<_, Error>(Arc::new(languages))
    };
    let remembered = &app.translations().languages;
    remembered.try_get_with((), ask).await.map_err(shared)
}

/// Translates a public status, or of a boost the one that it repeats, into `language`; without one into the reader's.
/// [`Error::NotFound`] where nothing is translated or the reader may not see the status, [`Error::Forbidden`] where it is
/// not for everybody or its language is not translated into that one, [`Error::Unavailable`] where the translator does not answer.
pub async fn translate(
    app: &App,
    person: &Person,
    id: StatusId,
    language: Option<String>,
) -> Result<TranslationView> {
    if !app.settings().translates {
        return Err(Error::NotFound);
    }
    let wanted = match language {
        Some(code) => language::checked(code)?,
        None => person.user.locale.clone(),
    };
    let mut view = statuses::view(app, Some(person), id).await?;
    if let Some(boosted) = view.boosted.take() {
        view = *boosted;
    }
    let not_allowed = || Error::Forbidden("This action is not allowed".to_owned());
    if !view.status.visibility.is_open() || view.status.local_only {
        return Err(not_allowed());
    }
    let languages = known(app).await?;
    let said = view.status.language.as_deref();
    let from = said.and_then(|code| named(languages.keys(), code));
    let into = match (said, from) {
        (Some(_), None) => return Err(not_allowed()),
        (_, from) => languages.get(from.unwrap_or(UNDETERMINED)),
    };
    let to = into
        .and_then(|into| named(into.iter(), &wanted))
        .ok_or_else(not_allowed)?;
    let texts = texts(&view);
    if texts.iter().map(String::len).sum::<usize>() > LENGTH {
        return Err(invalid("Text is too long to be translated"));
    }
    let done = translated(app, texts, from, to).await?;
    Ok(shown(&view, &done, from, to))
}

/// The code among these that means that language, or the language of which it is a variety.
fn named<'a>(mut codes: impl Iterator<Item = &'a String> + Clone, wanted: &str) -> Option<&'a str> {
    let base = wanted.split(['-', '_']).next().unwrap_or_default();
    codes
        .clone()
        .find(|code| code.eq_ignore_ascii_case(wanted))
        .or_else(|| codes.find(|code| code.eq_ignore_ascii_case(base)))
        .map(String::as_str)
}

async fn translated(
    app: &App,
    texts: Vec<String>,
    from: Option<&str>,
    to: &str,
) -> Result<Arc<Translated>> {
    let count = texts.len();
    let key = key(&texts, from, to);
    let work = async {
        let _turn = app.translations().turns.acquire().await.ok();
        let done = app.remote().translate(texts, from, to).await?;
        if done.texts.len() == count {
            Ok(Arc::new(done))
        } else {
            Err(Error::Unavailable(
                "the translator left something out".to_owned(),
            ))
        }
    };
    // Those who ask for the same at the same time wait for one answer.
    let remembered = app.translations().done.try_get_with(key, work);
    match timeout(PATIENCE, remembered).await {
        Ok(done) => done.map_err(shared),
        Err(_) => Err(late()),
    }
}

fn late() -> Error {
    Error::Unavailable("the translator did not answer in time".to_owned())
}

/// An error that several waited for.
#[expect(clippy::needless_pass_by_value, reason = "as `map_err` wants it")]
fn shared(error: Arc<Error>) -> Error {
    Error::Unavailable(error.to_string())
}

fn key(texts: &[String], from: Option<&str>, to: &str) -> String {
    let mut hash = Sha256::new();
    let codes = [from.unwrap_or_default(), to].into_iter();
    for text in codes.chain(texts.iter().map(String::as_str)) {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    crate::passwords::hex(&hash.finalize())
}

/// All texts of a status, as HTML in which the names of custom emoji stand apart.
fn texts(view: &StatusView) -> Vec<String> {
    let status = &view.status;
    let options = view.poll.iter().flat_map(|poll| &poll.options);
    let options = options.map(|(title, _)| title.as_str());
    let plain = std::iter::once(status.spoiler_text.as_str())
        .filter(|text| !text.is_empty())
        .chain(options)
        .chain(descriptions(view).map(|(_, text)| text));
    std::iter::once(apart(&status.content))
        .chain(plain.map(|text| apart(&escape(text))))
        .collect()
}

fn descriptions(view: &StatusView) -> impl Iterator<Item = (MediaId, &str)> {
    view.media.iter().filter_map(|file| {
        let text = file.media.description.as_deref()?;
        (!text.is_empty()).then_some((file.id(), text))
    })
}

const BEFORE: &str = "<span translate=\"no\">";
const AFTER: &str = "</span>";

/// With the names of custom emoji marked as what is not translated.
fn apart(html: &str) -> String {
    let mut marked = String::with_capacity(html.len());
    for part in html.split_inclusive('>') {
        let (text, tag) = part.split_at(part.find('<').unwrap_or(part.len()));
        let mut from = 0;
        for emoji in shortcodes(text) {
            marked.push_str(text.get(from..emoji.start).unwrap_or_default());
            marked.push_str(BEFORE);
            marked.push_str(text.get(emoji.clone()).unwrap_or_default());
            marked.push_str(AFTER);
            from = emoji.end;
        }
        marked.push_str(text.get(from..).unwrap_or_default());
        marked.push_str(tag);
    }
    marked
}

/// Takes those marks away again.
fn together(html: &str) -> String {
    let mut whole = String::with_capacity(html.len());
    let mut parts = html.split(BEFORE);
    whole.push_str(parts.next().unwrap_or_default());
    for part in parts {
        match part.split_once(AFTER) {
            Some((name, rest)) if name.starts_with(':') && name.ends_with(':') => {
                whole.push_str(name);
                whole.push_str(rest);
            }
            _ => {
                whole.push_str(BEFORE);
                whole.push_str(part);
            }
        }
    }
    whole
}

fn shown(view: &StatusView, done: &Translated, from: Option<&str>, to: &str) -> TranslationView {
    let mut texts = done.texts.iter();
    let content = texts.next().map(|html| together(&sanitise::html(html)));
    let mut plain = || {
        let html = texts.next().map(String::as_str).unwrap_or_default();
        plain_text(&sanitise::html(&together(html)))
    };
    let spoiler_text = if view.status.spoiler_text.is_empty() {
        String::new()
    } else {
        plain()
    };
    let poll = view.poll.as_ref().map(|poll| {
        let titles = poll.options.iter().map(|_| plain()).collect();
        (poll.poll.id, titles)
    });
    TranslationView {
        content: content.unwrap_or_default(),
        spoiler_text,
        poll,
        descriptions: descriptions(view).map(|(id, _)| (id, plain())).collect(),
        from: from
            .map(str::to_owned)
            .or_else(|| done.detected.clone())
            .unwrap_or_else(|| UNDETERMINED.to_owned()),
        to: to.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_emoji_stand_apart_and_come_back() {
        let html = "<p title=\":no:\">an :apple: a day</p>";
        let marked = apart(html);
        assert_eq!(
            marked,
            "<p title=\":no:\">an <span translate=\"no\">:apple:</span> a day</p>"
        );
        assert_eq!(together(&marked), html);
        let mention = "<span translate=\"no\"><a>@ada</a></span>";
        assert_eq!(together(mention), mention);
    }

    #[test]
    fn a_language_is_found_by_its_code_or_that_of_which_it_is_a_variety() {
        let codes = ["en", "pt", "pt-BR"].map(str::to_owned);
        for (wanted, found) in [
            ("pt-BR", Some("pt-BR")),
            ("pt-PT", Some("pt")),
            ("EN-gb", Some("en")),
            ("cy", None),
            ("", None),
        ] {
            assert_eq!(named(codes.iter(), wanted), found, "{wanted}");
        }
    }
}
