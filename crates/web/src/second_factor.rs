//! Turning a second factor on and off.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form};
use askama::Template;
use qrcodegen::{QrCode, QrCodeEcc};
use serde::Deserialize;
use service::users::second_factor::{self, Invitation, Standing};
use service::{App, Error};

use crate::ClientAddress;
use crate::forms::Visitor;
use crate::page::{Answer, Failure, Forms, Frame, Mistake, mistake, show, status_of, visitor};
use crate::sign_in::go;

const HERE: &str = "/settings/two-factor";

#[derive(Template)]
#[template(path = "two_factor.html")]
struct TwoFactor {
    page: Frame,
    mistakes: Vec<Mistake>,
    standing: Standing,
    picture: Option<Picture>,
}

/// A QR code, as the path of an SVG.
struct Picture {
    side: i32,
    path: String,
}

/// Modules of light around the code, which readers need.
const MARGIN: i32 = 4;

fn picture(invitation: &Invitation) -> Result<Picture, Failure> {
    let code = QrCode::encode_text(&invitation.uri, QrCodeEcc::Medium)
        .map_err(|error| Failure::Server(error.to_string()))?;
    let places = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
    let path = places
        .filter(|(x, y)| code.get_module(*x, *y))
        .map(|(x, y)| format!("M{},{}h1v1h-1z", x + MARGIN, y + MARGIN))
        .collect();
    Ok(Picture {
        side: code.size() + 2 * MARGIN,
        path,
    })
}

async fn draw(app: &App, visitor: &Visitor, text: Option<String>) -> Answer {
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/settings/two-factor", None));
    };
    let standing = second_factor::standing(app, person).await?;
    let picture = match &standing {
        Standing::BeingSetUp(invitation) => Some(picture(invitation)?),
        Standing::Off { .. } | Standing::On { .. } => None,
    };
    let page = TwoFactor {
        page: Frame::new(app, visitor, "Two-factor authentication"),
        mistakes: mistake(text),
        standing,
        picture,
    };
    show(app, visitor, status_of(&page.mistakes), Forms::Here, &page)
}

pub async fn form(request: HttpRequest, app: Data<App>) -> Answer {
    draw(&app, &visitor(&request, &app).await?, None).await
}

#[derive(Template)]
#[template(path = "recovery_codes.html")]
struct RecoveryCodes {
    page: Frame,
    codes: Vec<String>,
}

/// Shows new recovery codes, once.
pub fn show_codes(app: &App, visitor: &Visitor, codes: Vec<String>) -> Answer {
    let page = RecoveryCodes {
        page: Frame::new(app, visitor, "Recovery codes"),
        codes,
    };
    show(app, visitor, StatusCode::OK, Forms::Here, &page)
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Begin,
    Confirm,
    /// New recovery codes.
    Renew,
    Off,
}

#[derive(Deserialize)]
pub struct Submitted {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    deed: Deed,
}

pub async fn submit(
    request: HttpRequest,
    said: Form<Submitted>,
    app: Data<App>,
    address: Data<ClientAddress>,
) -> Answer {
    let visitor = visitor(&request, &app).await?;
    visitor.check(&said.csrf)?;
    let Some(person) = &visitor.person else {
        return draw(&app, &visitor, None).await;
    };
    let from = (address.0)(&request);
    let password = &said.password;
    let codes = match said.deed {
        Deed::Begin => second_factor::begin(&app, person, password, from)
            .await
            .map(|()| None),
        Deed::Off => second_factor::turn_off(&app, person, password, from)
            .await
            .map(|()| None),
        Deed::Confirm => second_factor::confirm(&app, person, &said.code, from)
            .await
            .map(Some),
        Deed::Renew => second_factor::renew_recovery_codes(&app, person, password, from)
            .await
            .map(Some),
    };
    match codes {
        Ok(None) => Ok(go(HERE, None)),
        Ok(Some(codes)) => show_codes(&app, &visitor, codes),
        Err(Error::Invalid(text)) => draw(&app, &visitor, Some(text)).await,
        Err(error) => Err(error.into()),
    }
}
