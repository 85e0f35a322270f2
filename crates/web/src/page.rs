//! What every page has: its frame, its headers, and what it shows when something is wrong.

use std::borrow::Cow;

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use service::App;
use service::oauth::Person;
use service::views::AccountView;

use crate::forms::{self, Visitor};
use crate::sign_in::go;
use crate::strikes;

/// What the frame of a page shows.
pub struct Frame {
    pub title: String,
    pub server: String,
    pub source: String,
    pub version: &'static str,
    pub css: &'static str,
    pub csrf: String,
    /// User name.
    pub signed_in: Option<String>,
    /// Signed in, and shut out of all but what was decided about them.
    pub barred: bool,
}

impl Frame {
    pub fn new(app: &App, visitor: &Visitor, title: &str) -> Self {
        let settings = app.settings();
        Self {
            title: format!("{title} – {}", settings.title),
            server: settings.title.clone(),
            source: settings.source_url.clone(),
            version: settings.version,
            css: crate::assets::css_address(),
            csrf: visitor.csrf.clone(),
            signed_in: visitor
                .person
                .as_ref()
                .map(|person| person.account.username.clone()),
            barred: visitor.barred.is_some(),
        }
    }
}

/// Where the forms of a page may lead, and who fills them in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    Here,
    /// Here, and the script for passkeys fills them in.
    Scripted,
    /// To an app, by way of a redirect, which browsers count as the form's.
    Anywhere,
}

/// Writes a page.
///
/// # Errors
/// If the template fails.
pub fn show(
    app: &App,
    visitor: &Visitor,
    status: StatusCode,
    leads: Forms,
    page: &impl Template,
) -> Answer {
    let html = page
        .render()
        .map_err(|error| Failure::Server(error.to_string()))?;
    let secure = forms::is_secure(app);
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(app, leads)))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::VARY, "Accept, Cookie"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(cookie) = visitor.new_cookie(secure) {
        response.cookie(cookie);
    }
    Ok(response.body(html))
}

fn policy(app: &App, forms: Forms) -> String {
    let settings = app.settings();
    let pictures = if settings.cache_remote {
        // By its name too: a trial is often looked at under another.
        format!(
            "img-src 'self' {}",
            settings.public_url.origin().ascii_serialization()
        )
    } else if forms::is_secure(app) {
        "img-src 'self' https:".to_owned()
    } else {
        "img-src 'self' http: https:".to_owned()
    };
    let more = match forms {
        Forms::Here => "; form-action 'self'",
        Forms::Scripted => "; form-action 'self'; script-src 'self'; connect-src 'self'",
        Forms::Anywhere => "",
    };
    format!(
        "default-src 'none'; style-src 'self'; {pictures}; base-uri 'none'; frame-ancestors 'none'{more}"
    )
}

/// What a handler answers.
pub type Answer = Result<HttpResponse, Failure>;

/// Why there is no page.
#[derive(Debug)]
pub enum Failure {
    NotFound,
    Gone,
    /// Whoever is suspended or disabled is led to what was decided about them.
    Barred,
    /// The address or the form cannot be read.
    Unreadable,
    /// The form did not come from a page of ours, or too late.
    Forged,
    TooMany {
        minutes: u32,
    },
    Server(String),
}

impl From<service::Error> for Failure {
    fn from(error: service::Error) -> Self {
        match error {
            service::Error::NotFound => Self::NotFound,
            service::Error::Gone => Self::Gone,
            service::Error::TooMany => Self::TooMany { minutes: 15 },
            other => Self::Server(other.to_string()),
        }
    }
}

/// What a refusal tells people; it goes with the response until the page is drawn.
pub(crate) struct Sentence(pub(crate) Cow<'static, str>);

impl Failure {
    pub(crate) fn sentence(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::NotFound => "There is no such page here, or none that you may see.",
            Self::Gone => "What was here is gone.",
            Self::Barred => "This is closed to you for now.",
            Self::Unreadable => "This address or form cannot be read.",
            Self::Forged => {
                "This form is no longer good. Please go back, load the page anew, and try again."
            }
            Self::TooMany { minutes } => {
                return Cow::Owned(format!(
                    "That was too often. Please wait {minutes} minutes and try again."
                ));
            }
            Self::Server(_) => "Something went wrong here. Please try again in a moment.",
        })
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.sentence())
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::Barred => StatusCode::SEE_OTHER,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Forged => StatusCode::FORBIDDEN,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Server(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if matches!(self, Self::Barred) {
            return go(strikes::OWN, None);
        }
        if let Self::Server(reason) = self {
            tracing::error!(reason, "a page could not be shown");
        }
        let mut response = crate::refusals::as_text(self.status_code(), self.sentence());
        let wait = match self {
            Self::TooMany { minutes } => Some(minutes * 60),
            Self::Server(_) => Some(5),
            _ => None,
        };
        if let Some(wait) = wait {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, header::HeaderValue::from(wait));
        }
        response
    }
}

pub async fn not_found() -> Answer {
    Err(Failure::NotFound)
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "message.html")]
pub struct Message<'a> {
    pub page: Frame,
    pub heading: &'a str,
    pub text: &'a str,
}

/// Says something on a page of its own.
///
/// # Errors
/// If the template fails.
pub fn say(app: &App, visitor: &Visitor, status: StatusCode, heading: &str, text: &str) -> Answer {
    let page = Frame::new(app, visitor, heading);
    show(
        app,
        visitor,
        status,
        Forms::Here,
        &Message {
            page,
            heading,
            text,
        },
    )
}

/// Who looks at the page.
///
/// # Errors
/// If the database does not answer; [`Failure::Barred`] for whoever is suspended or disabled.
pub async fn visitor(request: &HttpRequest, app: &Data<App>) -> Result<Visitor, Failure> {
    let visitor = any_visitor(request, app).await?;
    if visitor.barred.is_some() {
        return Err(Failure::Barred);
    }
    Ok(visitor)
}

/// The same on the few pages that are left to those who are suspended or disabled.
///
/// # Errors
/// If the database does not answer.
pub async fn any_visitor(request: &HttpRequest, app: &Data<App>) -> Result<Visitor, Failure> {
    Ok(forms::visitor(request, app).await?)
}

/// The one mistake of a form that belongs to no field.
pub fn mistake(text: Option<String>) -> Vec<Mistake> {
    let text = text.into_iter();
    text.map(|text| Mistake { field: "", text }).collect()
}

/// Of a form that is shown again if there are mistakes.
pub fn status_of(mistakes: &[Mistake]) -> StatusCode {
    if mistakes.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// What is wrong with a form.
pub struct Mistake {
    /// The name of the field; empty for what belongs to none.
    pub field: &'static str,
    /// A sentence.
    pub text: String,
}

/// Functions of the templates.
pub mod filters {
    use super::{AccountView, Mistake};

    /// Whether something is wrong with this field.
    #[askama::filter_fn]
    pub fn has(mistakes: &[Mistake], _: &dyn askama::Values, field: &str) -> askama::Result<bool> {
        Ok(mistakes.iter().any(|mistake| mistake.field == field))
    }

    /// What somebody is called.
    #[askama::filter_fn]
    pub fn name<'a>(view: &'a AccountView, _: &dyn askama::Values) -> askama::Result<&'a str> {
        let account = &view.account;
        Ok(if account.display_name.is_empty() {
            &account.username
        } else {
            &account.display_name
        })
    }
}

/// The viewer of a public page is nobody: what is shown there is for everybody.
pub const EVERYBODY: Option<&Person> = None;
