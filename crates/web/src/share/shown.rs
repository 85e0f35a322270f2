//! The page as it is shown: the form, with what was typed and what is wrong with it.

use askama::Template;
use domain::language::LANGUAGES;
use domain::vocabulary::Scheme;
use domain::{MediaId, MediaKind};
use service::oauth::Person;
use service::practice::preferences;
use service::views::{AccountView, MediaView};
use service::{App, attachments, networks};

use super::form::{Draft, SLOTS, about, most_bytes};
use super::words::can_be_said;
use super::{Flaws, VISIBILITIES, below, chosen};
use crate::forms::Visitor;
use crate::page::{Answer, Failure, Forms, Frame, Mistake, filters, show};
use crate::practice::{Choice, Choices};

#[derive(Template)]
#[template(path = "share.html")]
struct Page {
    page: Frame,
    mistakes: Vec<Mistake>,
    draft: Draft,
    terms: Vec<Choices>,
    networks: Vec<Choice>,
    visibilities: Vec<Choice>,
    languages: Vec<Choice>,
    /// What goes below the words.
    below: String,
    attached: Vec<Attached>,
    places: Vec<Place>,
    characters: usize,
    sizes: Sizes,
}

/// A file that is there already.
struct Attached {
    id: MediaId,
    is_document: bool,
    /// What it is, or is called.
    name: String,
    /// `PDF, 240 kB`
    about: String,
    preview: Option<String>,
    /// What is said of it for those who do not see or hear it.
    said: String,
}

impl Attached {
    fn of(view: MediaView, draft: &Draft) -> Self {
        let name = match view.media.kind {
            MediaKind::Document => view.name(),
            MediaKind::Image => "Picture",
            MediaKind::Gifv | MediaKind::Video => "Film",
            MediaKind::Audio => "Sound",
            MediaKind::Unknown => "File",
        };
        let known = view.media.description.as_deref().unwrap_or_default();
        Self {
            id: view.id(),
            is_document: view.is_document(),
            name: name.to_owned(),
            about: view.about(),
            said: draft.said(&about(view.id())).unwrap_or(known).to_owned(),
            preview: view.preview_url,
        }
    }
}

/// Where a new file may be chosen.
struct Place {
    number: usize,
    file: &'static str,
    about: &'static str,
    said: String,
    mistake: Option<String>,
}

/// Megabytes that files may have.
pub(super) struct Sizes {
    picture: usize,
    film: usize,
    document: usize,
    pub(super) together: usize,
}

impl Sizes {
    pub(super) fn of(app: &App) -> Self {
        let megabytes = |bytes: usize| bytes.div_ceil(1_024 * 1_024);
        let settings = app.settings();
        Self {
            picture: megabytes(settings.max_image_bytes),
            film: megabytes(settings.max_video_bytes),
            document: megabytes(settings.max_document_bytes),
            together: megabytes(most_bytes(app)),
        }
    }
}

/// The page, with what was typed and what is wrong with it.
pub(super) async fn draw(
    app: &App,
    visitor: &Visitor,
    person: &Person,
    mut draft: Draft,
    flaws: Flaws,
) -> Answer {
    let joined = networks::joined(app, person).await?;
    let network = joined.iter().find(|known| known.acct == draft.network);
    let attached = attachments::unposted(app, person, draft.attached).await?;
    draft.attached = attached.iter().map(MediaView::id).collect();
    let status = flaws.status();
    let page = Page {
        page: Frame::new(app, visitor, "Write a post"),
        terms: terms(app, person, &draft).await?,
        networks: joined
            .iter()
            .map(|network| Choice {
                id: network.acct.clone(),
                label: called(network),
                chosen: network.acct == draft.network,
            })
            .collect(),
        visibilities: VISIBILITIES
            .iter()
            .map(|(_, name, label)| Choice {
                id: (*name).to_owned(),
                label: (*label).to_owned(),
                chosen: *name == draft.visibility,
            })
            .collect(),
        languages: languages(&draft.language),
        below: below(app, &draft, network),
        attached: attached
            .into_iter()
            .map(|view| Attached::of(view, &draft))
            .collect(),
        places: SLOTS
            .iter()
            .zip(1..)
            .map(|(slot, number)| Place {
                number,
                file: slot.file,
                about: slot.about,
                said: draft.said(slot.about).unwrap_or_default().to_owned(),
                mistake: flaws.of(slot.file).map(str::to_owned),
            })
            .collect(),
        characters: app.settings().max_characters,
        sizes: Sizes::of(app),
        mistakes: flaws.mistakes,
        draft,
    };
    show(app, visitor, status, Forms::Here, &page)
}

/// Stages, subjects, kinds and licences that a hashtag says.
async fn terms(app: &App, person: &Person, draft: &Draft) -> Result<Vec<Choices>, Failure> {
    let has_licence = preferences(app, person).await?.licence.is_some();
    let rules = &app.settings().practice;
    let lists = chosen(draft).map(|(scheme, id)| {
        let none = if scheme == Scheme::Licence && has_licence {
            "As in your settings"
        } else {
            "Not said"
        };
        let mut list = Choices::of(app, scheme, id);
        list.any = none;
        list.all.retain(|choice| {
            let term = rules.vocabulary.get(scheme, &choice.id);
            term.is_some_and(|term| can_be_said(term, rules))
        });
        list
    });
    Ok(lists.into())
}

/// Name and handle of a network.
fn called(network: &AccountView) -> String {
    match network.account.display_name.as_str() {
        "" => format!("@{}", network.acct),
        name => format!("{name} (@{})", network.acct),
    }
}

/// Languages by name.
fn languages(chosen: &str) -> Vec<Choice> {
    let mut languages = LANGUAGES;
    languages.sort_by_key(|(_, name)| *name);
    languages
        .into_iter()
        .map(|(code, name)| Choice {
            id: code.to_owned(),
            label: name.to_owned(),
            chosen: code == chosen,
        })
        .collect()
}
