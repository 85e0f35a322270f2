//! One of everything that is hard to reach from outside, made on purpose: for those who try programs against a server.

use std::io::Cursor;

use chrono::{Datelike, TimeDelta};
use domain::{
    AccountId, ApplicationId, CardId, NotificationKind, ReportId, Role, Scopes, StatusId,
    Visibility,
};
use image::{ImageFormat, Rgba, RgbaImage};
use serde::Serialize;
use storage::cards::Card;

use crate::announcements::{self, NewAnnouncement};
use crate::annual_reports;
use crate::custom_emojis::{self, NewEmoji};
use crate::instance::{self, NewTerms};
use crate::oauth::{self, Person};
use crate::reports::{self, NewReport};
use crate::statuses::{self, NewStatus};
use crate::users::{self, NewUser};
use crate::{App, Error, Result, completing, polls::NewPoll};

/// Scopes of the tokens of those who only use the server, and of who looks after it.
const SCOPES: (&str, &str) = (
    "read write follow push profile",
    "read write follow push profile admin:read admin:write",
);
/// Seconds for which the poll is open.
const OPEN: i64 = 86_400;

/// What was made, by its ids.
#[derive(Debug, Clone, Serialize)]
pub struct Seeded {
    /// Posts, and is reported.
    pub writer: Somebody,
    /// Reads, and reports.
    pub reader: Somebody,
    /// May do everything.
    pub owner: Somebody,
    /// Waits for approval.
    pub pending_account: AccountId,
    /// Public, with the hashtag and the link below; two others have them too.
    pub status: StatusId,
    /// Public, with a poll that the reader can vote in.
    pub poll_status: StatusId,
    pub poll: String,
    /// From the writer to the reader.
    pub direct_status: StatusId,
    pub report: ReportId,
    pub announcement: String,
    /// The day from which on the terms of service hold.
    pub terms: String,
    /// Of a thread that is being completed, for a quarter of an hour.
    pub async_refresh: String,
    /// Name of a custom emoji.
    pub emoji: String,
    /// A hashtag and a link that three people posted.
    pub tag: String,
    pub link: String,
    /// Where somebody who was invited signs up.
    pub invitation: String,
    /// The year of the reader's, which is made and not read.
    pub annual_report: i32,
}

/// Somebody with an access token.
#[derive(Debug, Clone, Serialize)]
pub struct Somebody {
    pub id: AccountId,
    pub username: String,
    pub token: String,
}

struct Maker<'a> {
    app: &'a App,
    /// Tells apart what is made each time.
    name: String,
}

/// Makes one of everything. Each time it is something else, but for the terms of service, of which there are one.
pub async fn seed(app: &App) -> Result<Seeded> {
    let name = crate::passwords::hex(&rand::random::<[u8; 3]>());
    let maker = Maker { app, name };
    let (writer, written_with) = maker.somebody("writer", Role::User).await?;
    let (reader, read_with) = maker.somebody("reader", Role::User).await?;
    let (owner, owned_with) = maker.somebody("owner", Role::Owner).await?;
    let link = maker.page().await?;
    let tag = format!("seed{}", maker.name);
    let mut statuses = Vec::new();
    for (person, token) in [
        (&writer, &written_with),
        (&reader, &read_with),
        (&owner, &owned_with),
    ] {
        let text = format!("Something that is read by many: {link} #{tag}");
        let new = NewStatus {
            text,
            ..NewStatus::default()
        };
        statuses.push(maker.publish(person, token.application, new).await?);
    }
    let status = *statuses.first().ok_or(Error::NotFound)?;
    let asking = NewStatus {
        text: "Which day?".to_owned(),
        poll: Some(NewPoll {
            options: vec!["Monday".to_owned(), "Tuesday".to_owned()],
            expires_in: OPEN,
            ..NewPoll::default()
        }),
        ..NewStatus::default()
    };
    let asked = statuses::publish(app, &writer, written_with.application, asking).await?;
    let direct = NewStatus {
        text: format!("@{} A word between us.", reader.account.username),
        visibility: Some(Visibility::Direct),
        ..NewStatus::default()
    };
    let direct_status = maker
        .publish(&writer, written_with.application, direct)
        .await?;
    let report = NewReport {
        account: writer.id(),
        statuses: vec![status],
        collections: Vec::new(),
        comment: "Please have a look at this.".to_owned(),
        category: None,
        forward: false,
        forward_to: None,
        rules: Vec::new(),
    };
    let report = reports::report(app, &reader, report).await?.report.id;
    let pending = users::create_waiting(
        app,
        format!("pending_{}", maker.name),
        format!("pending-{}@staffroom.example", maker.name),
        "I teach next door.".to_owned(),
    );
    Ok(Seeded {
        pending_account: pending.await?.id(),
        status,
        poll_status: asked.status.id,
        poll: asked
            .poll
            .map(|poll| poll.poll.id.to_string())
            .unwrap_or_default(),
        direct_status,
        report,
        announcement: maker.announcement().await?.to_string(),
        terms: maker.terms().await?,
        async_refresh: maker.refresh(status).await?,
        emoji: maker.emoji().await?,
        tag,
        link,
        invitation: users::invites::create(app, Some(1), Some(7)).await?,
        annual_report: this_year(app, &reader).await?,
        writer: Somebody::of(&writer, written_with.token),
        reader: Somebody::of(&reader, read_with.token),
        owner: Somebody::of(&owner, owned_with.token),
    })
}

async fn this_year(app: &App, of: &Person) -> Result<i32> {
    let year = app.now().year();
    annual_reports::generate(app, of, year).await?;
    annual_reports::make(app, of.id(), year).await?;
    // Mastodon's documentation does not know this kind of line, and programs that follow it may stumble.
    let (me, kinds) = (of.id(), [NotificationKind::AnnualReport]);
    app.transaction(move |_, conn| {
        let event = year.into();
        Ok(storage::notifications::delete_of_event(
            conn,
            &kinds,
            event,
            Some(me),
        )?)
    })
    .await?;
    Ok(year)
}

impl Somebody {
    fn of(person: &Person, token: String) -> Self {
        Self {
            id: person.id(),
            username: person.account.username.clone(),
            token,
        }
    }
}

/// A token, and the program that it is of.
struct Token {
    token: String,
    application: ApplicationId,
}

impl Maker<'_> {
    async fn somebody(&self, what: &str, role: Role) -> Result<(Person, Token)> {
        let new = NewUser {
            username: format!("{what}_{}", self.name),
            email: format!("{what}-{}@staffroom.example", self.name),
            password: None,
            role,
            confirmed: true,
        };
        let (person, _) = users::create(self.app, new).await?;
        let scopes = if role == Role::Owner {
            SCOPES.1
        } else {
            SCOPES.0
        };
        let scopes: Scopes = scopes
            .parse()
            .map_err(|_| Error::Internal("scopes that are none".to_owned()))?;
        let token = oauth::create_token(self.app, person.user.id, scopes).await?;
        let known = oauth::authenticate(self.app, &token).await?;
        let application = known.ok_or(Error::NotFound)?.application;
        Ok((person, Token { token, application }))
    }

    async fn publish(&self, by: &Person, with: ApplicationId, new: NewStatus) -> Result<StatusId> {
        let view = statuses::publish(self.app, by, with, new).await?;
        Ok(view.status.id)
    }

    /// The address of a page of which something is known, so that nobody is asked.
    async fn page(&self) -> Result<String> {
        let url = format!("https://news.example/{}", self.name);
        let card = Card {
            known: true,
            page_host: "news.example".to_owned(),
            title: "News for teachers".to_owned(),
            description: "A page that nobody has seen.".to_owned(),
            provider_name: "The News (fictional)".to_owned(),
            ..Card::unknown(CardId(self.app.next_id()), &url, "", self.app.now())
        };
        self.app
            .transaction(move |_, conn| Ok(storage::cards::insert(conn, card)?))
            .await?;
        Ok(url)
    }

    async fn announcement(&self) -> Result<i64> {
        let now = self.app.now();
        let new = NewAnnouncement {
            text: "The staff meeting is on Thursday. #meeting".to_owned(),
            starts_at: Some(now),
            ends_at: Some(now + TimeDelta::days(7)),
            all_day: false,
        };
        announcements::create(self.app, new).await
    }

    async fn terms(&self) -> Result<String> {
        let new = NewTerms {
            text: "Be there on time.\n\nThese terms are an example.".to_owned(),
            holds_from: self.app.now().date(),
        };
        let terms = instance::keep_terms(self.app, new).await?;
        Ok(terms.holds_from.to_string())
    }

    async fn refresh(&self, status: StatusId) -> Result<String> {
        self.app
            .transaction(move |app, conn| completing::pretend(app, conn, status))
            .await?;
        Ok(format!("context-{status}-{status}"))
    }

    async fn emoji(&self) -> Result<String> {
        let mut picture = Cursor::new(Vec::new());
        RgbaImage::from_pixel(32, 32, Rgba([60, 120, 90, 255]))
            .write_to(&mut picture, ImageFormat::Png)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let new = NewEmoji {
            shortcode: format!("seed_{}", self.name),
            picture: picture.into_inner().into(),
            category: Some("Seeds".to_owned()),
            visible_in_picker: true,
            replace: false,
        };
        Ok(custom_emojis::add(self.app, new).await?.shortcode)
    }
}
