//! What somebody says of themselves.

use bytes::Bytes;
use domain::{AccountId, ContentType, Handle, Host, ProfileField, QuotePolicy, Visibility, limits};
use storage::accounts::Account;

use crate::error::{Mistake, invalid};
use crate::files::{Unnamed, forget};
use crate::jobs::{Outgoing, federate};
use crate::media::Purpose;
use crate::oauth::Person;
use crate::text::format::{self, Rel};
use crate::views::{self, AccountView};
use crate::{App, Error, Result, custom_emojis, follows, language, verifying};

/// What is to change; None leaves it as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    pub display_name: Option<String>,
    pub note: Option<String>,
    /// Name and value of each row; empty rows are left out.
    pub fields: Option<Vec<(String, String)>>,
    pub locked: Option<bool>,
    pub bot: Option<bool>,
    pub discoverable: Option<bool>,
    pub indexable: Option<bool>,
    pub hide_collections: Option<bool>,
    pub show_media: Option<bool>,
    pub show_media_replies: Option<bool>,
    pub show_featured: Option<bool>,
    /// What is no host is left out.
    pub attribution_domains: Option<Vec<String>>,
    pub avatar: Option<Bytes>,
    pub avatar_description: Option<String>,
    pub header: Option<Bytes>,
    pub header_description: Option<String>,
    pub default_visibility: Option<Visibility>,
    pub default_sensitive: Option<bool>,
    pub default_language: Option<Option<String>>,
    pub default_quote_policy: Option<QuotePolicy>,
    pub default_content_type: Option<ContentType>,
}

/// Changes a profile and tells other servers.
pub async fn update(app: &App, person: &Person, change: ProfileChange) -> Result<AccountView> {
    check(&change)?;
    let mut files = Unnamed::default();
    let updated = write(app, person, change, &mut files).await;
    files.end(app, updated).await
}

async fn write(
    app: &App,
    person: &Person,
    mut change: ProfileChange,
    files: &mut Unnamed,
) -> Result<AccountView> {
    if let Some(Some(code)) = &change.default_language {
        language::checked(code.clone())?;
    }
    let avatar = keep_picture(app, change.avatar.take(), Purpose::Avatar, files).await?;
    let header = keep_picture(app, change.header.take(), Purpose::Header, files).await?;
    let note = match &change.note {
        Some(text) => Some(to_html(app, text, Rel::Foreign).await?),
        None => None,
    };
    let fields = match change.fields.take() {
        Some(rows) => Some(fields(app, rows).await?),
        None => None,
    };
    let (id, user, files) = (person.id(), person.user.clone(), files.clone());
    app.transaction(move |app, conn| {
        let mut account = hold(conn, id)?;
        let mut user = storage::users::of_account(conn, user.account_id)?.ok_or(Error::NotFound)?;
        if let Some(html) = note {
            account.note = html;
            account.note_source = change.note.unwrap_or_default();
        }
        if let Some(mut fields) = fields {
            verifying::keep(&account.fields, &mut fields);
            account.fields = fields;
            verifying::begin(app, conn, &account)?;
        }
        if let Some(name) = change.display_name {
            account.display_name = name.trim().to_owned();
        }
        let words = [account.display_name.as_str(), &account.note_source].into_iter();
        let rows = account.fields.iter();
        let rows = rows.flat_map(|row| [row.name.as_str(), &row.source]);
        let names = custom_emojis::names(words.chain(rows));
        account.emojis = custom_emojis::of_names(app, conn, &names)?;
        let was_locked = account.locked;
        set(&mut account.locked, change.locked);
        set(&mut account.discoverable, change.discoverable);
        if change
            .indexable
            .is_some_and(|wish| wish != account.indexable)
        {
            storage::status_index::note_author(conn, account.id)?;
        }
        set(&mut account.indexable, change.indexable);
        set(&mut account.hide_collections, change.hide_collections);
        set(&mut account.show_media, change.show_media);
        set(&mut account.show_media_replies, change.show_media_replies);
        set(&mut account.show_featured, change.show_featured);
        if let Some(domains) = change.attribution_domains {
            account.attribution_domains = hosts(&domains)?;
        }
        if let Some(bot) = change.bot {
            account.kind = if bot {
                domain::AccountKind::Service
            } else {
                domain::AccountKind::Person
            };
        }
        files.name(app, conn, avatar.iter().chain(&header))?;
        // A new picture is not what was said of the old one.
        if avatar.is_some() {
            account.avatar_description.clear();
        }
        if header.is_some() {
            account.header_description.clear();
        }
        replace(app, conn, &mut account.avatar, avatar)?;
        replace(app, conn, &mut account.header, header)?;
        if let Some(text) = change.avatar_description {
            account.avatar_description = text.trim().to_owned();
        }
        if let Some(text) = change.header_description {
            account.header_description = text.trim().to_owned();
        }
        set(&mut user.default_visibility, change.default_visibility);
        set(&mut user.default_sensitive, change.default_sensitive);
        set(&mut user.default_language, change.default_language);
        set(&mut user.default_quote_policy, change.default_quote_policy);
        set(&mut user.default_content_type, change.default_content_type);
        storage::users::set_defaults(conn, &user)?;
        save(app, conn, &mut account)?;
        if was_locked && !account.locked {
            follows::accept_waiting(app, conn, id, None)?;
        }
        Ok(views::account(app, Some(id), account))
    })
    .await
}

/// Takes the picture away.
pub async fn delete_avatar(app: &App, person: &Person) -> Result<AccountView> {
    let id = person.id();
    app.transaction(move |app, conn| {
        let mut account = hold(conn, id)?;
        forget(app, conn, account.avatar.take())?;
        account.avatar_description.clear();
        save(app, conn, &mut account)?;
        Ok(views::account(app, Some(id), account))
    })
    .await
}

/// Takes the header away.
pub async fn delete_header(app: &App, person: &Person) -> Result<AccountView> {
    let id = person.id();
    app.transaction(move |app, conn| {
        let mut account = hold(conn, id)?;
        forget(app, conn, account.header.take())?;
        account.header_description.clear();
        save(app, conn, &mut account)?;
        Ok(views::account(app, Some(id), account))
    })
    .await
}

/// One's own account, of which nobody else replaces a picture meanwhile.
pub(crate) fn hold(conn: &mut storage::DbConnection, id: AccountId) -> Result<Account> {
    storage::accounts::hold(conn, id)?
        .filter(|account| !account.is_gone())
        .ok_or(Error::NotFound)
}

pub(crate) fn save(
    app: &App,
    conn: &mut storage::DbConnection,
    account: &mut Account,
) -> Result<()> {
    account.updated_at = app.now();
    storage::accounts::update_profile(conn, account)?;
    federate(
        app,
        conn,
        Outgoing::UpdateProfile {
            account: account.id,
        },
    )
}

/// Each host once, also of an address.
fn hosts(said: &[String]) -> Result<Vec<String>> {
    let mut hosts: Vec<String> = Vec::new();
    for text in said {
        let mut name = text.trim();
        for before in ["https://", "http://", "*."] {
            name = name.strip_prefix(before).unwrap_or(name);
        }
        if let Ok(host) = name.trim_end_matches('/').parse::<Host>() {
            let host = host.to_string();
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
    }
    if hosts.len() > limits::ATTRIBUTION_DOMAINS {
        return Err(invalid(format!(
            "Attribution domains are too many (maximum is {})",
            limits::ATTRIBUTION_DOMAINS
        )));
    }
    Ok(hosts)
}

/// Puts a new picture, if there is one, in the place of the one before.
pub(crate) fn replace(
    app: &App,
    conn: &mut storage::DbConnection,
    place: &mut Option<String>,
    picture: Option<String>,
) -> Result<()> {
    if picture.is_some() {
        forget(app, conn, std::mem::replace(place, picture))?;
    }
    Ok(())
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

/// A mistake in a field, which apps show beside it.
fn mistake(field: &'static str, code: &'static str, name: &str, text: String) -> Error {
    Error::Validation {
        message: format!("Validation failed: {name} {text}"),
        details: vec![Mistake { field, code, text }],
    }
}

fn check(change: &ProfileChange) -> Result<()> {
    for (field, name, said, limit) in [
        (
            "display_name",
            "Display name",
            &change.display_name,
            limits::DISPLAY_NAME,
        ),
        ("note", "Bio", &change.note, limits::BIOGRAPHY),
        (
            "avatar_description",
            "Avatar description",
            &change.avatar_description,
            limits::PICTURE_DESCRIPTION,
        ),
        (
            "header_description",
            "Header description",
            &change.header_description,
            limits::PICTURE_DESCRIPTION,
        ),
    ] {
        if said
            .as_ref()
            .is_some_and(|text| text.chars().count() > limit)
        {
            let text = format!("is too long (maximum is {limit} characters)");
            return Err(mistake(field, "ERR_TOO_LONG", name, text));
        }
    }
    let Some(fields) = &change.fields else {
        return Ok(());
    };
    // What somebody typed is not dropped in silence.
    if fields
        .iter()
        .any(|(name, value)| name.trim().is_empty() && !value.trim().is_empty())
    {
        let code = "ERR_FIELDS_WITH_VALUES_MISSING_LABELS";
        let text = "contain values without labels".to_owned();
        return Err(mistake("fields", code, "Fields", text));
    }
    let rows = fields.iter().filter(|(name, _)| !name.trim().is_empty());
    if rows.count() > limits::PROFILE_FIELDS {
        let text = format!("are limited to {}", limits::PROFILE_FIELDS);
        return Err(mistake("fields", "ERR_TOO_LONG", "Profile fields", text));
    }
    let too_long = |text: &str| text.chars().count() > limits::PROFILE_FIELD;
    if fields
        .iter()
        .any(|(name, value)| too_long(name) || too_long(value))
    {
        let text = format!("may have {} characters each", limits::PROFILE_FIELD);
        return Err(mistake("fields", "ERR_INVALID", "Profile fields", text));
    }
    Ok(())
}

async fn fields(app: &App, rows: Vec<(String, String)>) -> Result<Vec<ProfileField>> {
    let mut fields = Vec::with_capacity(rows.len());
    for (name, source) in rows {
        if name.trim().is_empty() {
            continue;
        }
        let html = to_html(app, &source, Rel::Me).await?;
        // A row's value is one line and no paragraph.
        let value = html
            .strip_prefix("<p>")
            .and_then(|html| html.strip_suffix("</p>"))
            .filter(|html| !html.contains("<p>"))
            .unwrap_or(&html)
            .to_owned();
        fields.push(ProfileField {
            name: name.trim().to_owned(),
            value,
            source,
            verified_at: None,
        });
    }
    Ok(fields)
}

/// A biography's text as HTML. Only people who are known already become links.
async fn to_html(app: &App, text: &str, rel: Rel) -> Result<String> {
    let text = text.replace('\0', "");
    app.read(move |app, conn| {
        let mut known = std::collections::HashMap::new();
        for (_, span) in domain::text::spans(&text, app.settings().hosts())
            .into_iter()
            .take(1_000)
        {
            if let domain::text::Span::Mention(handle) = span {
                let key = handle.seen_from(&app.settings().host).key();
                if let Some(account) = storage::accounts::with_handle_key(conn, &key)? {
                    known.insert(
                        key,
                        format::Link {
                            url: account.url,
                            username: account.username,
                        },
                    );
                }
            }
        }
        let host = &app.settings().host;
        let resolve = |handle: &Handle| known.get(&handle.clone().seen_from(host).key()).cloned();
        Ok(format::to_html(
            &text,
            app.settings().hosts(),
            rel,
            resolve,
            |tag| app.addresses().tag(&domain::text::normalise_tag(tag)),
        ))
    })
    .await
}

/// Stores a picture, if there is one.
pub(crate) async fn keep_picture(
    app: &App,
    bytes: Option<Bytes>,
    purpose: Purpose,
    files: &mut Unnamed,
) -> Result<Option<String>> {
    let Some(bytes) = bytes.filter(|bytes| !bytes.is_empty()) else {
        return Ok(None);
    };
    let picture = crate::media::process(bytes, purpose).await?;
    let path = files.write(app, picture.extension, picture.bytes).await?;
    Ok(Some(path))
}
