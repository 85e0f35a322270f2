//! People who sign in here: signing up, signing in, and what administrators do about them.

mod admin;
pub mod invites;
mod leave;
mod letters;
mod own;
pub mod passkeys;
pub mod second_factor;
mod sign_in;
mod sign_up;
mod signed_in;

use domain::{AccountId, AccountKind, Role, Time, UserId, Visibility};
use storage::DbConnection;
use storage::accounts::Account;
use storage::users::User;

pub use admin::{
    NewUser, approve, check_new, confirm_by_hand, create, ensure_instance_actor, find,
    instance_actor, list, set_password, set_role, suspend,
};
pub(crate) use admin::{create_waiting, let_in, set_suspended};
pub(crate) use leave::leave;
pub use leave::{delete, delete_own};
pub(crate) use own::send_reset;
pub use own::{
    NewAddress, ask_for_reset, change_email, change_password, confirm_new_address, is_reset_good,
    reset,
};
pub use sign_in::{
    Entry, Owed, Session, owed, prove_again, session, sign_in, sign_in_with_code, sign_out,
};
pub use sign_up::{
    SignUp, SignedUp, State, ask_again_for_confirmation, confirm, sign_up, sign_up_with_token,
};
pub use signed_in::{
    AuthorizedApplication, OpenSession, end_other_sessions, end_session, revoke_application,
    signed_in,
};

use crate::jobs::{Job, enqueue};
use crate::oauth::Person;
use crate::{App, Error, Result};

/// Whether somebody may come in with a token, and do what people do here.
pub(crate) fn check_may_enter(person: &Person) -> Result<()> {
    check_is_enabled(person)?;
    check_may_sign_in(person)
}

/// Whether somebody may sign in on our pages: whoever is barred may, to read what was decided about them.
fn check_may_sign_in(person: &Person) -> Result<()> {
    let refuse = |text: &str| Err(Error::Forbidden(text.to_owned()));
    if person.account.deleted_at.is_some() {
        return Err(disabled());
    }
    if person.user.confirmed_at.is_none() {
        return refuse("Your login is missing a confirmed e-mail address");
    }
    if person.user.approved_at.is_none() {
        return refuse("Your login is currently pending approval");
    }
    Ok(())
}

/// Whether somebody has an account that nobody took from them.
pub(crate) fn check_is_enabled(person: &Person) -> Result<()> {
    if person.account.deleted_at.is_some() || is_barred(person) {
        return Err(disabled());
    }
    Ok(())
}

/// Whether moderators suspended somebody or disabled their account. On our pages they come to what was decided about
/// them, and no further.
#[must_use]
pub fn is_barred(person: &Person) -> bool {
    person.account.suspended_at.is_some() || person.user.disabled_at.is_some()
}

fn disabled() -> Error {
    Error::Forbidden("Your login is currently disabled".to_owned())
}

/// An account of ours that nobody has written anything about yet.
pub(crate) fn new_account(app: &App, username: &str, kind: AccountKind) -> Account {
    let addresses = app.addresses();
    let now = app.now();
    Account {
        id: AccountId(app.next_id()),
        username: username.to_owned(),
        host: None,
        handle_key: username.to_lowercase(),
        uri: addresses.account(username),
        url: addresses.profile(username),
        kind,
        display_name: String::new(),
        note: String::new(),
        note_source: String::new(),
        fields: Vec::new(),
        avatar: None,
        avatar_remote_url: None,
        header: None,
        header_remote_url: None,
        locked: false,
        discoverable: false,
        indexable: false,
        hide_collections: false,
        inbox_uri: addresses.inbox(username),
        shared_inbox_uri: Some(addresses.shared_inbox()),
        outbox_uri: addresses.outbox(username),
        followers_uri: addresses.followers(username),
        following_uri: addresses.following(username),
        featured_uri: Some(addresses.featured(username)),
        also_known_as: Vec::new(),
        moved_to_uri: None,
        emojis: Vec::new(),
        statuses_count: 0,
        followers_count: 0,
        following_count: 0,
        last_status_at: None,
        created_at: now,
        updated_at: now,
        fetched_at: None,
        silenced_at: None,
        suspended_at: None,
        deleted_at: None,
        suspended_by_home: false,
        attribution_domains: Vec::new(),
        sensitized_at: None,
        edited_at: None,
        avatar_description: String::new(),
        header_description: String::new(),
        show_media: true,
        show_media_replies: true,
        show_featured: true,
        collections_uri: None,
        feature_policy: domain::QuotePolicy::NOBODY,
        said_statuses: None,
        said_followers: None,
        said_following: None,
    }
}

/// What is needed for a new person's rows.
struct NewPerson {
    username: String,
    email: String,
    password_hash: String,
    role: Role,
    locale: String,
    reason: String,
    invite_id: Option<i64>,
    confirmed_at: Option<Time>,
    approved_at: Option<Time>,
}

/// Writes account and user. The key with which they sign is made by a job: it takes longer than all the rest.
fn insert(app: &App, conn: &mut DbConnection, new: NewPerson) -> Result<Person> {
    let account = new_account(app, &new.username, AccountKind::Person);
    let now = app.now();
    let user = User {
        id: UserId(app.next_id()),
        account_id: account.id,
        email: new.email,
        password_hash: new.password_hash,
        role: new.role,
        locale: new.locale,
        default_visibility: Visibility::Public,
        default_sensitive: false,
        default_language: None,
        default_quote_policy: domain::QuotePolicy::EVERYBODY,
        default_content_type: domain::ContentType::Plain,
        reason: new.reason,
        invite_id: new.invite_id,
        confirmed_at: new.confirmed_at,
        approved_at: new.approved_at,
        disabled_at: None,
        last_seen_at: now,
        created_at: now,
    };
    storage::accounts::insert(conn, account.clone())?;
    storage::users::insert(conn, user.clone())?;
    enqueue(
        app,
        conn,
        &Job::MakeKey {
            account: account.id,
        },
    )?;
    Ok(Person { user, account })
}

/// User names that would be taken for the server itself.
const RESERVED: [&str; 14] = [
    "abuse",
    "admin",
    "administrator",
    "hostmaster",
    "info",
    "instance",
    "mod",
    "moderator",
    "postmaster",
    "root",
    "security",
    "staffroom",
    "support",
    "webmaster",
];

/// An address in lower case, if it can be one.
fn normal_email(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    let (name, host) = email.rsplit_once('@')?;
    let plain = |text: &str| {
        !text.is_empty()
            && !text.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,;\"".contains(c))
    };
    let good = plain(name)
        && plain(host)
        && !name.contains('@')
        && host.parse::<domain::Host>().is_ok()
        && email.len() <= 254;
    good.then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_a_host_and_no_second_line() {
        assert_eq!(
            normal_email(" Ada@School.Example ").as_deref(),
            Some("ada@school.example")
        );
        for bad in [
            "ada",
            "@school.example",
            "ada@",
            "ada@a@b",
            "ada\n@school.example",
            "a b@school.example",
        ] {
            assert_eq!(normal_email(bad), None, "{bad}");
        }
    }
}
