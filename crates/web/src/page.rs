//! What every page has: its frame, its headers, and what it shows when something is wrong.

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use service::App;
use service::oauth::Person;
use service::views::AccountView;

use crate::forms::{self, Visitor};

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
        }
    }
}

/// Where the forms of a page may lead.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Forms {
    Here,
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
    forms: Forms,
    page: &impl Template,
) -> Answer {
    let html = page
        .render()
        .map_err(|error| Failure::Server(error.to_string()))?;
    let secure = app.settings().public_url.scheme() == "https";
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, policy(secure, forms)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::VARY, "Accept, Cookie"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if let Some(cookie) = visitor.new_cookie(secure) {
        response.cookie(cookie);
    }
    Ok(response.body(html))
}

fn policy(secure: bool, forms: Forms) -> String {
    let pictures = if secure {
        "img-src 'self' https:"
    } else {
        "img-src 'self' http: https:"
    };
    let leads = if forms == Forms::Here {
        "; form-action 'self'"
    } else {
        ""
    };
    format!(
        "default-src 'none'; style-src 'self'; {pictures}; base-uri 'none'; frame-ancestors 'none'{leads}"
    )
}

/// What a handler answers.
pub type Answer = Result<HttpResponse, Failure>;

/// Why there is no page.
#[derive(Debug)]
pub enum Failure {
    NotFound,
    Gone,
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

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Self::TooMany { minutes } = self {
            return write!(
                f,
                "That was too often. Please wait {minutes} minutes and try again."
            );
        }
        f.write_str(match self {
            Self::NotFound => "There is no such page here, or none that you may see.",
            Self::Gone => "What was here is gone.",
            Self::Unreadable => "This address or form cannot be read.",
            Self::Forged => {
                "This form is no longer good. Please go back, load the page anew, and try again."
            }
            Self::TooMany { .. } | Self::Server(_) => {
                "Something went wrong here. Please try again in a moment."
            }
        })
    }
}

impl ResponseError for Failure {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Gone => StatusCode::GONE,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::Forged => StatusCode::FORBIDDEN,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Server(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Self::Server(reason) = self {
            tracing::error!(reason, "a page could not be shown");
        }
        let mut response = HttpResponse::build(self.status_code());
        match self {
            Self::TooMany { minutes } => {
                response.insert_header((header::RETRY_AFTER, (minutes * 60).to_string()))
            }
            Self::Server(_) => response.insert_header((header::RETRY_AFTER, "5")),
            _ => &mut response,
        };
        response
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CONTENT_SECURITY_POLICY, policy(true, Forms::Here)))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::REFERRER_POLICY, "same-origin"))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(format!(
                "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" \
                 content=\"width=device-width\"><title>{0}</title><link rel=\"stylesheet\" href=\"{1}\"><main><h1>{0}</h1>\
                 <p>{self}</p><p><a href=\"/\">To the front page</a></p></main></html>",
                self.status_code().canonical_reason().unwrap_or("Error"),
                crate::assets::css_address()
            ))
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
/// If the database does not answer.
pub async fn visitor(request: &HttpRequest, app: &Data<App>) -> Result<Visitor, Failure> {
    Ok(forms::visitor(request, app).await?)
}

/// Functions of the templates.
pub mod filters {
    use super::AccountView;

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
