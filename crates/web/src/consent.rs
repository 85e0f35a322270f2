//! Letting an app in: RFC 6749 section 4.1.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use askama::Template;
use domain::Scopes;
use serde::{Deserialize, Serialize};
use service::App;
use service::oauth::{self, AuthorizationRequest, Checked, Failure as Refusal, OUT_OF_BAND};
use url::Url;

use crate::forms::Visitor;
use crate::page::{Answer, Failure, Forms, Frame, say, show, visitor};
use crate::sign_in::go;

/// What an app asks for, and what the person answered.
#[derive(Deserialize, Serialize, Default, Clone)]
#[serde(default)]
pub struct Asked {
    client_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    redirect_uri: Option<String>,
    response_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_challenge: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    code_challenge_method: Option<String>,
    #[serde(skip_serializing)]
    force_login: String,
    #[serde(skip_serializing)]
    csrf: String,
    #[serde(skip_serializing)]
    decision: String,
}

impl Asked {
    fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest {
            client_id: self.client_id.clone(),
            redirect_uri: self.redirect_uri.clone(),
            response_type: self.response_type.clone(),
            scope: self.scope.clone(),
            state: self.state.clone(),
            code_challenge: self.code_challenge.clone(),
            code_challenge_method: self.code_challenge_method.clone(),
        }
    }

    /// The same question once more, after signing in.
    fn again(&self) -> Result<String, Failure> {
        let query = serde_urlencoded::to_string(self)
            .map_err(|error| Failure::Server(error.to_string()))?;
        Ok(format!("/oauth/authorize?{query}"))
    }

    fn fields(&self) -> Vec<(&'static str, String)> {
        let optional = [
            ("redirect_uri", &self.redirect_uri),
            ("scope", &self.scope),
            ("state", &self.state),
            ("code_challenge", &self.code_challenge),
            ("code_challenge_method", &self.code_challenge_method),
        ];
        let mut fields = vec![
            ("client_id", self.client_id.clone()),
            ("response_type", self.response_type.clone()),
        ];
        fields.extend(
            optional
                .into_iter()
                .filter_map(|(name, value)| Some((name, value.clone()?))),
        );
        fields
    }
}

#[derive(Template)]
#[template(path = "consent.html")]
struct Consent {
    page: Frame,
    application: String,
    website: Option<String>,
    name: String,
    rights: Vec<&'static str>,
    fields: Vec<(&'static str, String)>,
}

pub async fn ask(request: HttpRequest, asked: Query<Asked>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let checked = match oauth::check_authorization(&app, asked.request()).await {
        Ok(checked) => checked,
        Err(refusal) => return refuse(&app, &visitor, refusal),
    };
    let forced = matches!(asked.force_login.as_str(), "true" | "1");
    let Some(person) = visitor.person.as_ref().filter(|_| !forced) else {
        let query = serde_urlencoded::to_string([("return_to", asked.again()?)])
            .map_err(|error| Failure::Server(error.to_string()))?;
        return Ok(go(&format!("/sign-in?{query}"), None));
    };
    let page = Consent {
        page: Frame::new(&app, &visitor, "Let an app in"),
        name: person.account.username.clone(),
        rights: rights(checked.scopes),
        fields: asked.fields(),
        application: checked.application.name,
        website: checked.application.website,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Anywhere, &page)
}

/// An address that was not registered is never followed: the mistake is shown here.
fn refuse(app: &App, visitor: &Visitor, refusal: Refusal) -> Answer {
    match refusal {
        Refusal::OAuth(error) => say(
            app,
            visitor,
            StatusCode::BAD_REQUEST,
            "This app cannot be let in",
            in_plain_words(error.code),
        ),
        Refusal::Service(error) => Err(error.into()),
    }
}

/// What went wrong and what to do about it, for somebody who has never heard of OAuth.
fn in_plain_words(code: &str) -> &'static str {
    match code {
        "invalid_client" => {
            "This server does not know the app, or knows it no longer. In the app, remove this server and add it again."
        }
        "invalid_redirect_uri" => {
            "The app wants to be answered at an address that it did not register here. Nothing was sent there. \
             In the app, remove this server and add it again; if that does not help, tell whoever makes the app."
        }
        "invalid_scope" => {
            "The app asks for rights that it did not register here, or that do not exist. \
             In the app, remove this server and add it again."
        }
        _ => {
            "The app asks in a way that this server does not understand. Please tell whoever makes the app."
        }
    }
}

pub async fn answer(request: HttpRequest, said: Form<Asked>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let checked = match oauth::check_authorization(&app, said.request()).await {
        Ok(checked) => checked,
        Err(refusal) => return refuse(&app, &visitor, refusal),
    };
    let Some(person) = &visitor.person else {
        return Err(Failure::Forged);
    };
    if said.decision != "allow" {
        return lead_back(&checked, ("error", "access_denied"));
    }
    let code = oauth::issue_code(&app, person, &checked).await?;
    lead_back(&checked, ("code", &code))
}

fn lead_back(checked: &Checked, result: (&str, &str)) -> Answer {
    if checked.redirect_uri == OUT_OF_BAND {
        let query = serde_urlencoded::to_string([result])
            .map_err(|error| Failure::Server(error.to_string()))?;
        return Ok(go(&format!("/oauth/authorize/native?{query}"), None));
    }
    let mut url =
        Url::parse(&checked.redirect_uri).map_err(|error| Failure::Server(error.to_string()))?;
    url.query_pairs_mut().append_pair(result.0, result.1);
    if let Some(state) = &checked.state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(go(url.as_str(), None))
}

#[derive(Deserialize)]
pub struct Shown {
    #[serde(default)]
    code: String,
}

#[derive(Template)]
#[template(path = "code.html")]
struct Code {
    page: Frame,
    code: String,
}

/// The code for an app that has no address to be led back to.
pub async fn code(request: HttpRequest, shown: Query<Shown>, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    if shown.code.is_empty() {
        return say(
            &app,
            &visitor,
            StatusCode::OK,
            "Not allowed",
            "You did not let the app in. You can close this page.",
        );
    }
    let page = Code {
        page: Frame::new(&app, &visitor, "Your code"),
        code: shown.into_inner().code,
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

/// Scopes in plain words, the widest only.
pub fn rights(scopes: Scopes) -> Vec<&'static str> {
    const WORDS: [(&str, &str); 10] = [
        ("profile", "know who you are"),
        (
            "read",
            "read everything that you can read, private posts too",
        ),
        ("write", "post, follow, and change everything in your name"),
        ("follow", "see and change whom you follow and block"),
        ("push", "send you notifications"),
        ("admin:read", "read what administrators read"),
        ("admin:write", "do what administrators do"),
        ("write:statuses", "post and delete in your name"),
        ("write:media", "upload pictures in your name"),
        ("read:accounts", "see your account"),
    ];
    let known: Vec<&str> = WORDS
        .iter()
        .filter(|(name, _)| scopes.contains(name))
        .map(|(_, words)| *words)
        .collect();
    let named = scopes
        .names()
        .filter(|name| !WORDS.iter().any(|(known, _)| known == name));
    known.into_iter().chain(named).collect()
}
