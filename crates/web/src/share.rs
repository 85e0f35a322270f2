//! Where somebody writes a post with a browser: words, what they are about, and files. It takes what other pages pass on, as
//! Mastodon's page of this address does, and does what an app does by the API.

mod files;
mod form;
mod shown;
mod words;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};
use domain::vocabulary::Scheme;
use domain::{ApplicationId, Visibility};
use serde::Deserialize;
use service::oauth::Person;
use service::passwords::random_token;
use service::statuses::NewStatus;
use service::views::{AccountView, StatusView};
use service::{App, Error, networks, statuses};
use url::Url;

use crate::Limits;
use crate::forms::Visitor;
use crate::page::{Answer, Failure, Mistake, say, visitor};
use crate::sign_in::go;
use form::{Draft, Sent, Trouble, receive};
use shown::{Sizes, draw};
use words::Chosen;

/// Letters of the key that a form has.
const KEY: usize = 43;
/// Who may see a post: name, and what it is called here.
static VISIBILITIES: [(Visibility, &str, &str); 4] = [
    (Visibility::Public, "public", "Everybody"),
    (
        Visibility::Unlisted,
        "unlisted",
        "Everybody, but it is in no public list",
    ),
    (
        Visibility::FollowersOnly,
        "private",
        "Those who follow you, and those you mention",
    ),
    (Visibility::Direct, "direct", "Only those you mention"),
];

/// How refusals begin, and to which field they belong.
static REFUSALS: [(&str, &str); 6] = [
    ("Text", "text"),
    ("Language", "language"),
    ("Cannot attach", "files"),
    ("Media attachments", "files"),
    ("Documents", "files"),
    ("Description", "files"),
];

/// What is wrong with a form, and as what it is answered.
struct Flaws {
    mistakes: Vec<Mistake>,
    status: StatusCode,
}

impl Flaws {
    fn none() -> Self {
        Self {
            mistakes: Vec::new(),
            status: StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    /// The first mistake of a field is said.
    fn note(&mut self, field: &'static str, text: String) {
        if self.mistakes.iter().all(|known| known.field != field) {
            self.mistakes.push(Mistake { field, text });
        }
    }

    /// What a use case refused.
    fn refuse(&mut self, text: &str) {
        let text = text.trim_start_matches("Validation failed: ");
        let of = REFUSALS.iter().find(|(begin, _)| text.starts_with(begin));
        self.note(of.map_or("", |(_, field)| *field), format!("{text}."));
    }

    fn of(&self, field: &str) -> Option<&str> {
        let found = self.mistakes.iter().find(|known| known.field == field);
        found.map(|mistake| mistake.text.as_str())
    }

    fn status(&self) -> StatusCode {
        if self.mistakes.is_empty() {
            StatusCode::OK
        } else {
            self.status
        }
    }
}

/// What another page or program passes on.
#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    title: String,
    text: String,
    url: String,
    /// Set where it is to be practice.
    practice: Option<String>,
}

impl Asked {
    fn draft(self, person: &Person) -> Draft {
        let given = [self.title, self.text, self.url];
        let given: Vec<&str> = given
            .iter()
            .map(|part| part.trim())
            .filter(|part| !part.is_empty())
            .collect();
        let usual = person.user.default_visibility;
        let usual = VISIBILITIES.iter().find(|(of, _, _)| *of == usual);
        Draft {
            key: random_token(),
            text: given.join("\n"),
            is_practice: self.practice.is_some(),
            visibility: usual.map_or_else(String::new, |(_, name, _)| (*name).to_owned()),
            ..Draft::default()
        }
    }
}

/// To the sign-in, and back with what was passed on.
fn sign_in_first(request: &HttpRequest) -> Result<HttpResponse, Failure> {
    let query = serde_urlencoded::to_string([("return_to", request.uri().to_string())])
        .map_err(|error| Failure::Server(error.to_string()))?;
    Ok(go(&format!("/sign-in?{query}"), None))
}

pub async fn form(request: HttpRequest, asked: Query<Asked>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = &visitor.person else {
        return sign_in_first(&request);
    };
    let draft = asked.into_inner().draft(person);
    draw(&app, &visitor, person, draft, Flaws::none()).await
}

pub async fn submit(
    request: HttpRequest,
    payload: Payload,
    app: Data<App>,
    limits: Data<Limits>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    // Nobody else's files are read.
    let Some(person) = &visitor.person else {
        return sign_in_first(&request);
    };
    let me = person.id();
    if !(limits.post)(&request, me) {
        return Err(Failure::TooMany { minutes: 5 });
    }
    let may_upload = || (limits.upload)(&request, me);
    let sent = receive(&request, payload, &app, &visitor, may_upload).await?;
    let Sent {
        mut draft,
        files,
        trouble,
    } = sent;
    if draft.key.len() != KEY {
        return Err(Failure::Unreadable);
    }
    let mut flaws = Flaws::none();
    match trouble {
        None => {}
        Some(Trouble::TooLarge) => {
            flaws.status = StatusCode::PAYLOAD_TOO_LARGE;
            let most = Sizes::of(&app).together;
            flaws.note("files", format!("The files have more than {most} MB."));
        }
        Some(Trouble::TooManyFiles) => {
            flaws.status = StatusCode::TOO_MANY_REQUESTS;
            let text = "These were many files. Please wait 30 minutes with the next one.";
            flaws.note("files", text.to_owned());
        }
    }
    files::change(&app, person, &mut draft, &mut flaws).await?;
    files::take_in(&app, person, files, &mut draft, &mut flaws).await?;
    if !draft.is_done {
        return draw(&app, &visitor, person, draft, flaws).await;
    }
    let new = composed(&app, person, &draft, &mut flaws).await?;
    if !flaws.mistakes.is_empty() {
        return draw(&app, &visitor, person, draft, flaws).await;
    }
    match statuses::publish(&app, person, None::<ApplicationId>, new).await {
        Ok(view) => posted(&app, &visitor, &view),
        Err(Error::Invalid(text) | Error::Forbidden(text)) => {
            flaws.refuse(&text);
            draw(&app, &visitor, person, draft, flaws).await
        }
        Err(error) => Err(error.into()),
    }
}

/// To the page of the post, if it has one: that is for everybody.
fn posted(app: &App, visitor: &Visitor, view: &StatusView) -> Answer {
    let status = &view.status;
    if status.visibility.is_open() && !status.local_only {
        let name = &view.author.account.username;
        return Ok(go(&format!("/@{name}/{}", status.id), None));
    }
    let text = "Those for whom it is read it in their apps. A page for everybody it has not.";
    say(app, visitor, StatusCode::OK, "Your post is there", text)
}

/// The post that a form stands for, and what is wrong with it.
async fn composed(
    app: &App,
    person: &Person,
    draft: &Draft,
    flaws: &mut Flaws,
) -> Result<NewStatus, Failure> {
    let said = VISIBILITIES
        .iter()
        .find(|(_, name, _)| *name == draft.visibility);
    let visibility = said.map(|(visibility, _, _)| *visibility);
    let joined = networks::joined(app, person).await?;
    let network = joined.iter().find(|known| known.acct == draft.network);
    if network.is_none() && !draft.network.is_empty() {
        let text = "You do not belong to this network any more.";
        flaws.note("network", text.to_owned());
    }
    if network.is_some() && !visibility.is_some_and(Visibility::is_open) {
        let text = "A network passes on what everybody may see.";
        flaws.note("visibility", text.to_owned());
    }
    if !draft.source.is_empty() && !is_link(&draft.source) {
        let text = "Please give a whole address that begins with https://";
        flaws.note("source", text.to_owned());
    }
    let (media, documents) = files::sorted(app, person, draft).await?;
    let is_empty = draft.text.trim().is_empty() && draft.warning.trim().is_empty();
    if is_empty && media.is_empty() && documents.is_empty() {
        let text = "Please write something, or attach a file.";
        flaws.note("text", text.to_owned());
    }
    let words = draft.text.trim();
    let below = below(app, draft, network);
    let parts = [words, below.as_str()].into_iter();
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    Ok(NewStatus {
        text: parts.join("\n\n"),
        spoiler_text: draft.warning.clone(),
        visibility,
        language: Some(draft.language.clone()).filter(|code| !code.is_empty()),
        media,
        documents,
        idempotency_key: Some(draft.key.clone()),
        ..NewStatus::default()
    })
}

fn is_link(text: &str) -> bool {
    let is_web = |url: Url| matches!(url.scheme(), "http" | "https");
    Url::parse(text).is_ok_and(is_web) && !text.contains(char::is_whitespace)
}

/// What goes below the words of a draft.
fn below(app: &App, draft: &Draft, network: Option<&AccountView>) -> String {
    let settings = app.settings();
    let vocabulary = &settings.practice.vocabulary;
    let chosen = chosen(draft).into_iter();
    let chosen = Chosen {
        is_practice: draft.is_practice,
        terms: chosen
            .filter_map(|(scheme, id)| vocabulary.get(scheme, id))
            .collect(),
        network: network.and_then(|network| network.acct.parse().ok()),
        source: &draft.source,
    };
    chosen.below(
        &draft.text,
        &settings.practice,
        settings.hosts(),
        &settings.host,
    )
}

/// What was chosen of each scheme.
fn chosen(draft: &Draft) -> [(Scheme, &str); 4] {
    [
        (Scheme::Stage, draft.stage.as_str()),
        (Scheme::Subject, draft.subject.as_str()),
        (Scheme::Kind, draft.kind.as_str()),
        (Scheme::Licence, draft.licence.as_str()),
    ]
}
