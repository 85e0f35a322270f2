//! People elsewhere.

use domain::{
    AccountId, AccountKind, CustomEmoji, Handle, Host, ProfileField, QuotePolicy, Severity, Time,
    limits,
};
use storage::DbConnection;
use storage::accounts::Account;
use storage::keys::Key;

use super::{AHEAD, leaving, settled};
use crate::text::plain_text;
use crate::text::sanitise::SafeHtml;
use crate::{App, Error, Result, verifying};

/// A person as their own server describes them.
#[derive(Debug, Clone)]
pub struct RemoteAccount {
    pub username: String,
    pub host: Host,
    /// Whether WebFinger at that host leads to them, as far as it was asked.
    pub is_named: bool,
    pub uri: String,
    pub url: String,
    pub kind: AccountKind,
    pub display_name: String,
    pub note: SafeHtml,
    pub fields: Vec<(String, SafeHtml)>,
    pub avatar_url: Option<String>,
    pub avatar_description: String,
    pub header_url: Option<String>,
    pub header_description: String,
    pub locked: bool,
    pub discoverable: bool,
    pub indexable: bool,
    pub inbox: String,
    pub shared_inbox: Option<String>,
    pub outbox: String,
    pub followers: String,
    pub following: String,
    pub featured: Option<String>,
    /// Where they list whom they recommend.
    pub collections: Option<String>,
    /// Who may recommend them.
    pub feature_policy: QuotePolicy,
    pub show_media: bool,
    pub show_media_replies: bool,
    pub show_featured: bool,
    pub also_known_as: Vec<String>,
    pub moved_to: Option<String>,
    /// By their own server.
    pub suspended: bool,
    /// Hosts of web pages that may name them as their author.
    pub attribution_domains: Vec<String>,
    pub emojis: Vec<CustomEmoji>,
    /// Of a group: what it passes on is practice.
    pub posts_are_practice: bool,
    pub published: Option<Time>,
    /// When they last changed it, where their server says so.
    pub edited: Option<Time>,
    /// Address and PEM of each public key; each address once.
    pub keys: Vec<(String, String)>,
}

impl RemoteAccount {
    /// An account whose document says only this.
    #[must_use]
    pub fn new(
        kind: AccountKind,
        username: String,
        host: Host,
        uri: String,
        inbox: String,
    ) -> Self {
        Self {
            username,
            host,
            is_named: true,
            url: uri.clone(),
            uri,
            kind,
            display_name: String::new(),
            note: SafeHtml::default(),
            fields: Vec::new(),
            avatar_url: None,
            avatar_description: String::new(),
            header_url: None,
            header_description: String::new(),
            locked: false,
            discoverable: false,
            indexable: false,
            inbox,
            shared_inbox: None,
            outbox: String::new(),
            followers: String::new(),
            following: String::new(),
            featured: None,
            collections: None,
            feature_policy: QuotePolicy::NOBODY,
            show_media: true,
            show_media_replies: true,
            show_featured: true,
            also_known_as: Vec::new(),
            moved_to: None,
            suspended: false,
            attribution_domains: Vec::new(),
            emojis: Vec::new(),
            posts_are_practice: false,
            published: None,
            edited: None,
            keys: Vec::new(),
        }
    }
}

/// Stores somebody from elsewhere, or what is new about them, as their server said who was asked at `asked`. Who was
/// deleted and has a document again is back, without all that was theirs (docs/adr/0190); not by one that was asked for
/// before they were.
pub async fn upsert_account(app: &App, remote: RemoteAccount, asked: Time) -> Result<Account> {
    settled(app, move |app, conn| {
        // Held before anything is decided: they may leave, or be told of, at this moment.
        let known = match storage::accounts::with_uri(conn, &remote.uri)? {
            Some(row) => storage::accounts::hold(conn, row.id)?,
            None => None,
        };
        if let Some(left) = known.as_ref().filter(|row| row.deleted_at.is_some())
            && (left.deleted_at >= Some(asked) || leaving::is_under_way(conn, left.id)?)
        {
            return Err(Error::Unavailable(
                "what they left behind is still being removed".to_owned(),
            ));
        }
        upsert(app, conn, known.as_ref(), &remote)
    })
    .await
}

/// What somebody's activity says of themselves. It may come late: then it neither revives them nor undoes what they
/// changed since.
pub(super) fn told(
    app: &App,
    conn: &mut DbConnection,
    account: &Account,
    remote: &RemoteAccount,
) -> Result<()> {
    let is_older =
        matches!((account.edited_at, remote.edited), (Some(ours), Some(theirs)) if theirs < ours);
    if account.deleted_at.is_some() || is_older {
        return Ok(());
    }
    upsert(app, conn, Some(account), remote).map(drop)
}

/// Of several who claim a handle one has it: whoever WebFinger leads to, or who had it before. A suspension of ours stays.
/// Whoever is `known` is held.
fn upsert(
    app: &App,
    conn: &mut DbConnection,
    known: Option<&Account>,
    remote: &RemoteAccount,
) -> Result<Account> {
    let handle = Handle {
        username: remote.username.clone(),
        host: Some(remote.host.clone()),
    };
    if known.is_some_and(Account::is_local) || remote.host == app.settings().host {
        return Err(Error::Forbidden(
            "an account of ours is not described by others".to_owned(),
        ));
    }
    let now = app.now();
    let mut account = describe(app, known, remote, &handle, now);
    if let Some(other) = storage::accounts::with_handle_key(conn, &handle.key())?
        && other.id != account.id
    {
        // Who has no handle keeps their posts and followers.
        if remote.is_named || other.deleted_at.is_some() {
            storage::accounts::release_handle(conn, other.id)?;
        } else {
            account.handle_key = storage::accounts::no_handle(account.id);
        }
    }
    let policy = crate::policy::within(app, conn)?;
    if policy.refuses(remote.host.as_str()) {
        return Err(Error::Forbidden(
            "we have nothing to do with this server".to_owned(),
        ));
    }
    if let Some(rule) = policy.rule(remote.host.as_str())
        && rule.severity == Severity::Silence
        && known.is_none()
    {
        account.silenced_at = Some(rule.since);
    }
    if !policy.takes_media(remote.host.as_str()) {
        account.avatar_remote_url = None;
        account.header_remote_url = None;
        account.emojis.clear();
    }
    let may_have_rule = |row: &Account| row.kind == AccountKind::Group;
    let had_rule = known.is_some_and(may_have_rule);
    match known {
        Some(known) => {
            storage::accounts::update_profile(conn, &account)?;
            if known.deleted_at.is_some() {
                storage::accounts::set_deleted(conn, account.id, None)?;
            }
            if known.indexable != account.indexable {
                storage::status_index::note_author(conn, account.id)?;
            }
        }
        None => storage::accounts::insert(conn, account.clone())?,
    }
    if had_rule || may_have_rule(&account) {
        let is_rule = remote.posts_are_practice && may_have_rule(&account);
        storage::practice_networks::set(conn, account.id, is_rule)?;
    }
    match (remote.suspended, account.suspended_at) {
        (true, None) => {
            storage::accounts::set_suspended_elsewhere(conn, account.id, Some(now), true)?;
            leaving::remove_deeds_later(app, conn, account.id)?;
        }
        (false, Some(_)) if account.suspended_by_home => {
            storage::accounts::set_suspended_elsewhere(conn, account.id, None, false)?;
        }
        _ => {}
    }
    let keys = remote.keys.iter().map(|(uri, public_pem)| Key {
        uri: uri.clone(),
        account_id: account.id,
        public_pem: public_pem.clone(),
        private_pem: None,
        created_at: now,
    });
    storage::keys::replace(conn, account.id, keys.collect())?;
    storage::instances::seen(conn, remote.host.as_str(), now)?;
    Ok(account)
}

fn describe(
    app: &App,
    known: Option<&Account>,
    remote: &RemoteAccount,
    handle: &Handle,
    now: Time,
) -> Account {
    let name = |text: &str| limits::cut(text.trim(), limits::REMOTE_NAME).replace('\0', "");
    let described =
        |text: &str| limits::cut(text.trim(), limits::MEDIA_DESCRIPTION).replace('\0', "");
    let mut fields: Vec<ProfileField> = remote
        .fields
        .iter()
        .take(limits::REMOTE_PROFILE_FIELDS)
        .map(|(label, value)| ProfileField {
            name: name(&plain_text(label)),
            value: value.as_str().to_owned(),
            source: String::new(),
            verified_at: None,
        })
        .collect();
    if let Some(known) = known {
        verifying::keep(&known.fields, &mut fields);
    }
    Account {
        id: known.map_or_else(|| AccountId(app.next_id()), |row| row.id),
        username: remote.username.clone(),
        host: Some(remote.host.to_string()),
        handle_key: handle.key(),
        uri: remote.uri.clone(),
        url: remote.url.clone(),
        kind: remote.kind,
        display_name: name(&remote.display_name),
        note: remote.note.as_str().to_owned(),
        note_source: String::new(),
        fields,
        avatar: None,
        avatar_remote_url: remote.avatar_url.clone(),
        header: None,
        header_remote_url: remote.header_url.clone(),
        locked: remote.locked,
        discoverable: remote.discoverable,
        indexable: remote.indexable,
        hide_collections: false,
        inbox_uri: remote.inbox.clone(),
        shared_inbox_uri: remote.shared_inbox.clone(),
        outbox_uri: remote.outbox.clone(),
        followers_uri: remote.followers.clone(),
        following_uri: remote.following.clone(),
        featured_uri: remote.featured.clone(),
        also_known_as: remote.also_known_as.clone(),
        moved_to_uri: remote.moved_to.clone(),
        emojis: remote.emojis.iter().take(limits::EMOJI).cloned().collect(),
        statuses_count: known.map_or(0, |row| row.statuses_count),
        followers_count: known.map_or(0, |row| row.followers_count),
        following_count: known.map_or(0, |row| row.following_count),
        last_status_at: known.and_then(|row| row.last_status_at),
        created_at: known.map_or_else(
            || remote.published.unwrap_or(now).min(now),
            |row| row.created_at,
        ),
        updated_at: now,
        fetched_at: Some(now),
        silenced_at: known.and_then(|row| row.silenced_at),
        suspended_at: known.and_then(|row| row.suspended_at),
        sensitized_at: known.and_then(|row| row.sensitized_at),
        deleted_at: None,
        attribution_domains: remote.attribution_domains.clone(),
        suspended_by_home: known.is_some_and(|row| row.suspended_by_home),
        // Of what is yet to come nothing would be newer.
        edited_at: remote
            .edited
            .filter(|time| *time <= now + AHEAD)
            .or(known.and_then(|row| row.edited_at)),
        avatar_description: described(&remote.avatar_description),
        header_description: described(&remote.header_description),
        show_media: remote.show_media,
        show_media_replies: remote.show_media_replies,
        show_featured: remote.show_featured,
        collections_uri: remote.collections.clone(),
        feature_policy: remote.feature_policy,
        said_statuses: known.and_then(|row| row.said_statuses),
        said_followers: known.and_then(|row| row.said_followers),
        said_following: known.and_then(|row| row.said_following),
    }
}
