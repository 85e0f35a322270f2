//! What a network says of itself, which each steward may write; its rules, which bind others, are proposed.

use bytes::Bytes;
use domain::{AccountId, limits};
use storage::DbConnection;
use storage::accounts::Account;

use super::deciding::{Wish, propose};
use super::making::{check_length, paragraph, tidy};
use super::saying::{full, say_to_stewards};
use super::stewarding::check_is_steward;
use super::{Known, find};
use crate::files::Unnamed;
use crate::media::Purpose;
use crate::oauth::Person;
use crate::profile::{keep_picture, replace, save};
use crate::{App, Error, Result, custom_emojis};

/// What is to change; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct Change {
    pub title: Option<String>,
    /// As typed.
    pub description: Option<String>,
    pub avatar: Option<Bytes>,
    pub header: Option<Bytes>,
    pub rules: Option<String>,
    /// Whether all that it passes on is practice.
    pub posts_are_practice: Option<bool>,
    /// Its move is to be taken back.
    pub move_back: bool,
}

/// The same, with pictures that are in the media store.
#[derive(Default)]
pub(super) struct Words {
    pub title: Option<String>,
    pub description: Option<String>,
    pub avatar: Option<String>,
    pub header: Option<String>,
}

impl Words {
    fn is_empty(&self) -> bool {
        self.title.is_none()
            && self.description.is_none()
            && self.avatar.is_none()
            && self.header.is_none()
    }
}

/// Changes what a network says of itself, and proposes other rules, whether posts are practice, and to take a move back; says
/// what came of it.
pub async fn change(app: &App, person: &Person, id: AccountId, change: Change) -> Result<String> {
    let me = person.account.clone();
    let asking = person.id();
    // Who is no steward leaves no pictures behind.
    app.read(move |_, conn| {
        let of = find(conn, id)?;
        check_is_steward(conn, &of, asking)
    })
    .await?;
    let mut files = Unnamed::default();
    let changed = write(app, me, id, change, &mut files).await;
    files.end(app, changed).await
}

async fn write(
    app: &App,
    me: Account,
    id: AccountId,
    change: Change,
    files: &mut Unnamed,
) -> Result<String> {
    let words = Words {
        title: change.title,
        description: change.description,
        avatar: keep_picture(app, change.avatar, Purpose::Avatar, files).await?,
        header: keep_picture(app, change.header, Purpose::Header, files).await?,
    };
    let rules = change.rules.map(Wish::rules);
    let practice = change.posts_are_practice.map(Wish::posts_are_practice);
    let back = change.move_back.then(Wish::move_back);
    let files = files.clone();
    app.transaction(move |app, conn| {
        let of = find(conn, id)?;
        files.name(app, conn, words.avatar.iter().chain(&words.header))?;
        let mut said = Vec::new();
        if !words.is_empty() {
            said.push(describe(app, conn, &of, &me, words)?);
        }
        for wish in rules.into_iter().chain(practice).chain(back) {
            said.push(propose(app, conn, &of, &me, wish)?);
        }
        Ok(if said.is_empty() {
            "Nothing is to change.".to_owned()
        } else {
            said.join("\n")
        })
    })
    .await
}

/// Writes what a network says of itself, and tells the other stewards.
pub(super) fn describe(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    words: Words,
) -> Result<String> {
    check_is_steward(conn, of, by.id)?;
    let mut account = storage::accounts::hold(conn, of.id())?.ok_or(Error::NotFound)?;
    if let Some(title) = words.title {
        let title = tidy(&title);
        check_length("Title", &title, limits::DISPLAY_NAME)?;
        account.display_name = title;
    }
    if let Some(text) = words.description {
        let text = tidy(&text);
        check_length("Description", &text, limits::BIOGRAPHY)?;
        account.note = paragraph(app, &text);
        account.note_source = text;
    }
    let named = custom_emojis::names([account.display_name.as_str(), &account.note_source]);
    account.emojis = custom_emojis::of_names(app, conn, &named)?;
    // New pictures are not what was said of the old ones.
    if words.avatar.is_some() {
        account.avatar_description.clear();
    }
    if words.header.is_some() {
        account.header_description.clear();
    }
    replace(app, conn, &mut account.avatar, words.avatar)?;
    replace(app, conn, &mut account.header, words.header)?;
    save(app, conn, &mut account)?;
    let text = format!(
        "{} changed what {} says of itself: {}",
        full(app, by),
        full(app, &account),
        account.url
    );
    say_to_stewards(app, conn, of, Some(by.id), &text)?;
    Ok("It is changed, and the other stewards are told.".to_owned())
}
