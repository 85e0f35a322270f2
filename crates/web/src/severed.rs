//! Which follows ended because of a block or a suspension. At Mastodon's address, to which its apps lead.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use domain::SeveranceCause;
use service::App;
use service::decisions;
use service::views::Severance;

use crate::page::{Answer, Forms, Frame, show, visitor};
use crate::sign_in::go;

/// One block or suspension.
struct Line {
    day: String,
    why: String,
    followers: i64,
    following: i64,
}

impl Line {
    fn of(severance: &Severance) -> Self {
        let target = &severance.target_name;
        Self {
            day: severance.created_at.format("%-d %B %Y").to_string(),
            why: match severance.cause {
                SeveranceCause::DomainBlock => format!("Moderators blocked {target}"),
                SeveranceCause::UserDomainBlock => format!("You blocked {target}"),
                SeveranceCause::AccountSuspension => format!("Moderators suspended {target}"),
            },
            followers: severance.followers,
            following: severance.following,
        }
    }
}

#[derive(Template)]
#[template(path = "severed.html")]
struct Severed {
    page: Frame,
    lines: Vec<Line>,
}

pub async fn list(request: HttpRequest, app: Data<App>) -> Answer {
    let visitor = visitor(&request, &app).await?;
    let Some(person) = &visitor.person else {
        return Ok(go("/sign-in?return_to=/severed_relationships", None));
    };
    let found = decisions::severed(&app, person).await?;
    let page = Severed {
        page: Frame::new(&app, &visitor, "Follows that ended"),
        lines: found.iter().map(Line::of).collect(),
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}
