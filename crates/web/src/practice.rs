//! The library of practice posts: to look through, and for feed readers.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Query};
use askama::Template;
use atom_syndication::{Feed, Text};
use domain::vocabulary::{Concept, Scheme};
use domain::{Page, Time};
use serde::{Deserialize, Serialize};
use service::App;
use service::networks;
use service::practice::{self, Order, PracticeView, TermView, Wanted};
use service::views::StatusView;

use crate::feed::{answer, entry, link, moment, updated};
use crate::front::POSTS;
use crate::page::{Answer, EVERYBODY, Failure, Forms, Frame, filters, show, visitor};

/// What is looked for, as it stands in an address.
#[derive(Deserialize, Serialize, Default, Clone)]
#[serde(default)]
pub struct Looked {
    #[serde(skip_serializing_if = "String::is_empty")]
    q: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    stage: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    subject: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    licence: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    network: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    language: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    order: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    max_id: String,
}

impl Looked {
    fn wanted(&self) -> Wanted {
        let filled = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Wanted {
            stage: filled(&self.stage),
            subject: filled(&self.subject),
            kind: filled(&self.kind),
            licence: filled(&self.licence),
            network: filled(&self.network),
            language: filled(&self.language),
            words: self.q.clone(),
            order: if self.is_by_title() {
                Order::Title
            } else {
                Order::Newest
            },
        }
    }

    fn is_by_title(&self) -> bool {
        self.order == "title"
    }

    fn page(&self) -> Page {
        Page {
            max_id: domain::page::cursor(&self.max_id),
            ..Page::newest(POSTS)
        }
    }

    /// Where the same is found, from `max_id` on.
    fn address(&self, path: &str, max_id: Option<i64>) -> String {
        let asked = Self {
            max_id: max_id.map(|id| id.to_string()).unwrap_or_default(),
            ..self.clone()
        };
        match serde_urlencoded::to_string(&asked) {
            Ok(query) if !query.is_empty() => format!("{path}?{query}"),
            _ => path.to_owned(),
        }
    }
}

/// One choice of a form.
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) chosen: bool,
}

/// A list to choose from.
pub(crate) struct Choices {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// Where nothing is chosen.
    pub(crate) any: &'static str,
    pub(crate) all: Vec<Choice>,
}

impl Choices {
    pub(crate) fn of(app: &App, scheme: Scheme, chosen: &str) -> Self {
        let (name, label, any) = match scheme {
            Scheme::Stage => ("stage", "Stage", "Every stage"),
            Scheme::Subject => ("subject", "Subject", "Every subject"),
            Scheme::Kind => ("kind", "Kind", "Every kind"),
            Scheme::Licence => ("licence", "Licence", "Every licence"),
        };
        let choice = |concept: &Concept| Choice {
            id: concept.id.clone(),
            label: concept.label("en").to_owned(),
            chosen: concept.id == chosen,
        };
        let terms = app.settings().practice.vocabulary.of_scheme(scheme);
        Self {
            name,
            label,
            any,
            all: terms.map(choice).collect(),
        }
    }
}

/// The networks to choose from: ours, by name, and the one that was chosen.
async fn networks_of(app: &Data<App>, chosen: &str) -> Result<Option<Choices>, Failure> {
    let chosen = chosen.trim().trim_start_matches('@');
    let ours = networks::list(app, EVERYBODY).await?;
    let mut all: Vec<Choice> = ours
        .into_iter()
        .map(|network| {
            let account = network.account.account;
            let title = account.display_name;
            Choice {
                label: Some(title)
                    .filter(|title| !title.is_empty())
                    .unwrap_or_else(|| account.username.clone()),
                chosen: account.username.eq_ignore_ascii_case(chosen),
                id: account.username,
            }
        })
        .collect();
    if !chosen.is_empty() && all.iter().all(|choice| !choice.chosen) {
        all.push(Choice {
            id: chosen.to_owned(),
            label: chosen.to_owned(),
            chosen: true,
        });
    }
    Ok((!all.is_empty()).then_some(Choices {
        name: "network",
        label: "Network",
        any: "Every network, and none",
        all,
    }))
}

/// One resource.
pub(crate) struct Shown {
    pub(crate) view: StatusView,
    practice: PracticeView,
}

impl Shown {
    pub(crate) fn of(view: StatusView) -> Option<Self> {
        let practice = view.practice.clone()?;
        Some(Self { view, practice })
    }

    pub(crate) fn title(&self) -> &str {
        match self.practice.title.as_str() {
            "" => "Without a title",
            title => title,
        }
    }

    /// What it is about, with the name of the filter for each.
    fn terms(&self) -> impl Iterator<Item = (&'static str, &TermView)> {
        named("stage", &self.practice.stages)
            .chain(named("subject", &self.practice.subjects))
            .chain(named("kind", &self.practice.kinds))
    }
}

fn named<'a>(
    name: &'static str,
    terms: &'a [TermView],
) -> impl Iterator<Item = (&'static str, &'a TermView)> {
    terms.iter().map(move |term| (name, term))
}

#[derive(Template)]
#[template(path = "practice.html")]
struct Library {
    page: Frame,
    looked: Looked,
    choices: Vec<Choices>,
    shown: Vec<Shown>,
    feed: String,
    more: Option<String>,
}

pub async fn library(request: HttpRequest, looked: Query<Looked>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let looked = looked.into_inner();
    let found = practice::list(&app, EVERYBODY, looked.wanted(), looked.page()).await?;
    let chosen = [
        (Scheme::Stage, &looked.stage),
        (Scheme::Subject, &looked.subject),
        (Scheme::Kind, &looked.kind),
        (Scheme::Licence, &looked.licence),
    ];
    let mut choices: Vec<Choices> = chosen
        .into_iter()
        .map(|(scheme, chosen)| Choices::of(&app, scheme, chosen))
        .collect();
    choices.extend(networks_of(&app, &looked.network).await?);
    let page = Library {
        page: Frame::new(&app, &visitor, "Practice"),
        choices,
        feed: looked.address("/practice.atom", None),
        more: found.more().map(|id| looked.address("/practice", Some(id))),
        shown: found.items.into_iter().filter_map(Shown::of).collect(),
        looked,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

/// The newest of what is looked for, for feed readers.
pub async fn feed(looked: Query<Looked>, app: Data<App>) -> Answer {
    let looked = Looked {
        max_id: String::new(),
        ..looked.into_inner()
    };
    let found = practice::list(&app, EVERYBODY, looked.wanted(), looked.page()).await?;
    let address = |path: &str| app.addresses().join(&looked.address(path, None));
    let entries = found.items.into_iter().filter_map(Shown::of);
    let entries: Vec<(Time, _)> = entries
        .map(|shown| {
            let mut entry = entry(&shown.view);
            entry.title = Text::plain(shown.title().to_owned());
            (updated(&shown.view), entry)
        })
        .collect();
    let newest = entries.iter().map(|(time, _)| *time).max();
    let feed = Feed {
        title: Text::plain(format!("Practice – {}", app.settings().title)),
        id: address("/practice.atom"),
        updated: moment(newest.unwrap_or_default()),
        links: vec![
            link("alternate", "text/html", address("/practice")),
            link("self", "application/atom+xml", address("/practice.atom")),
        ],
        entries: entries.into_iter().map(|(_, entry)| entry).collect(),
        ..Feed::default()
    };
    Ok(answer(&feed))
}
