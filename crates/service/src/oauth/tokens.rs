//! Tokens: given for a code or to an application itself, shown with each request, revoked.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{ApplicationId, Scopes, Time, TokenId, UserId};
use sha2::{Digest, Sha256};
use storage::DbConnection;
use storage::applications::{AccessToken, Application, Holder};

use super::authorize::scopes;
use super::{Authenticated, Failure, OAuthError, Person, TokenOwner, same};
use crate::passwords::{random_token, token_hash};
use crate::{App, Error, Result, instance, users};

/// How often it is noted that somebody was here.
const SEEN_EVERY_MINUTES: i64 = 60;

/// What an application shows to get a token.
#[derive(Debug, Clone)]
pub enum Grant {
    Code {
        code: String,
        redirect_uri: String,
        code_verifier: Option<String>,
    },
    ClientCredentials {
        scope: Option<String>,
    },
}

/// A token as it is told to its holder, once.
#[derive(Clone)]
pub struct IssuedToken {
    pub access_token: String,
    pub scopes: Scopes,
    pub created_at: Time,
}

/// Who shows this token; none if it is not, or no longer, good. [`Error::Forbidden`] if its owner may not come in.
pub async fn authenticate(app: &App, bearer: &str) -> Result<Option<Authenticated>> {
    let (found, used) = holder(app, bearer).await?.unzip();
    if let Some(person) = found.as_ref().and_then(|found| found.person.as_ref()) {
        users::check_may_enter(person)?;
        note_seen(app, person, used).await;
    }
    Ok(found)
}

/// As [`authenticate`]; its owner need not have confirmed their address, nor be let in yet.
pub async fn authenticate_newcomer(app: &App, bearer: &str) -> Result<Option<Authenticated>> {
    let found = holder(app, bearer).await?.map(|(found, _)| found);
    if let Some(person) = found.as_ref().and_then(|found| found.person.as_ref()) {
        users::check_is_enabled(person)?;
    }
    Ok(found)
}

/// Whose a token is that is good; none of others.
pub async fn token_owner(app: &App, bearer: &str) -> Result<Option<TokenOwner>> {
    let found = holder(app, bearer).await?;
    Ok(found.map(|(found, _)| match found.person {
        Some(person) => TokenOwner::Account(person.id()),
        None => TokenOwner::Application,
    }))
}

/// A token, and when it was noted last that it was used.
type Used = (TokenId, Option<Time>);

async fn holder(app: &App, bearer: &str) -> Result<Option<(Authenticated, Used)>> {
    if bearer.is_empty() || bearer.len() > 200 {
        return Ok(None);
    }
    let hash = token_hash(bearer);
    let found = app
        .read(move |_, conn| Ok(storage::applications::holder(conn, &hash)?))
        .await?;
    let Some(Holder {
        token,
        user,
        account,
    }) = found
    else {
        return Ok(None);
    };
    let person = user
        .zip(account)
        .map(|(user, account)| Person { user, account });
    if token.user_id.is_some() && person.is_none() {
        return Ok(None);
    }
    let scopes = token
        .scopes
        .parse()
        .map_err(|_| Error::Internal("a stored token has unknown scopes".to_owned()))?;
    let authenticated = Authenticated {
        token: token.id,
        application: token.application_id,
        scopes,
        person,
    };
    Ok(Some((authenticated, (token.id, token.used_at))))
}

/// Reading goes on where this cannot be written.
async fn note_seen(app: &App, person: &Person, token: Option<Used>) {
    let (now, user) = (app.now(), &person.user);
    let week = instance::week_of(now);
    // Whoever has just got an account was not here yet.
    let is_noted = user.last_seen_at > user.created_at
        && now - user.last_seen_at < chrono::Duration::minutes(SEEN_EVERY_MINUTES)
        && instance::week_of(user.last_seen_at) == week;
    let used = token.filter(|(_, at)| at.is_none_or(|at| now - at >= chrono::Duration::days(1)));
    if is_noted && used.is_none() {
        return;
    }
    let id = user.id;
    let noted = app
        .transaction(move |_, conn| {
            if let Some((token, _)) = used {
                storage::applications::token_used(conn, token, now)?;
            }
            if is_noted {
                return Ok(());
            }
            let forgotten = week - chrono::Duration::weeks(instance::WEEKS);
            Ok(storage::users::seen(conn, id, now, week, forgotten)?)
        })
        .await;
    if let Err(error) = noted {
        tracing::debug!(%error, "it was not noted that somebody was here");
    }
}

/// Gives a token for a code, once, or to the application itself.
pub async fn exchange(
    app: &App,
    client_id: &str,
    client_secret: Option<&str>,
    grant: Grant,
) -> std::result::Result<IssuedToken, Failure> {
    let application = client(app, client_id).await?;
    let proved = match client_secret {
        Some(secret) => same(&token_hash(secret), &application.client_secret_hash),
        None => false,
    };
    match grant {
        Grant::ClientCredentials { scope } => {
            if !proved {
                return Err(OAuthError::client().into());
            }
            let scopes = scopes(&application, scope.as_deref())?;
            Ok(app
                .transaction(move |app, conn| issue(app, conn, application.id, None, scopes))
                .await?)
        }
        Grant::Code {
            code,
            redirect_uri,
            code_verifier,
        } => {
            // A public client has no secret to keep; the verifier proves it (RFC 7636).
            if !proved && (client_secret.is_some() || code_verifier.is_none()) {
                return Err(OAuthError::client().into());
            }
            let shown = Shown {
                hash: token_hash(&code),
                redirect_uri,
                verifier: code_verifier,
                proved,
            };
            let spend = async |shown: Shown| {
                let application = application.clone();
                app.transaction(move |app, conn| use_code(app, conn, &application, &shown))
                    .await
            };
            match spend(shown.clone()).await {
                // Shown twice at one moment: the second time it is seen to be used, which revokes the token.
                Err(Error::Conflict(_)) => Ok(spend(shown).await??),
                spent => Ok(spent??),
            }
        }
    }
}

/// A code as somebody shows it, who may have proved to be the application.
#[derive(Clone)]
struct Shown {
    hash: String,
    redirect_uri: String,
    verifier: Option<String>,
    proved: bool,
}

/// The outer error rolls back; the inner one does not, since a code shown twice revokes its token.
fn use_code(
    app: &App,
    conn: &mut DbConnection,
    application: &Application,
    shown: &Shown,
) -> Result<std::result::Result<IssuedToken, OAuthError>> {
    let Some(code) = storage::applications::code_with_hash(conn, &shown.hash)? else {
        return Ok(Err(OAuthError::grant()));
    };
    if code.application_id != application.id {
        return Ok(Err(OAuthError::grant()));
    }
    if let Some(token) = code.token_id {
        storage::applications::revoke_token(conn, token, app.now())?;
        return Ok(Err(OAuthError::grant()));
    }
    let verifier = shown.verifier.as_deref();
    let challenge_met = match (
        &code.code_challenge,
        verifier.filter(|text| !text.is_empty()),
    ) {
        (None, None) => shown.proved,
        // RFC 9700 section 4.8.2: what has a verifier had a challenge, which somebody may have taken out on its way.
        (None, Some(_)) | (Some(_), None) => false,
        (Some(challenge), Some(verifier)) => same(
            &URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())),
            challenge,
        ),
    };
    if !challenge_met || code.redirect_uri != shown.redirect_uri || code.expires_at <= app.now() {
        return Ok(Err(OAuthError::grant()));
    }
    let Ok(scopes) = code.scopes.parse() else {
        return Ok(Err(OAuthError::scope()));
    };
    let (token, issued) = new_token(app, application.id, Some(code.user_id), scopes);
    let id = token.id;
    storage::applications::insert_token(conn, token)?;
    if !storage::applications::use_code(conn, &shown.hash, id)? {
        return Err(Error::Conflict(
            "The code was used in the meantime".to_owned(),
        ));
    }
    Ok(Ok(issued))
}

/// Revokes a token of the application that asks (RFC 7009: an unknown token is no error). Whoever does not
/// prove to be an application is not authorised, as in Mastodon.
pub async fn revoke(
    app: &App,
    client_id: &str,
    client_secret: Option<&str>,
    token: &str,
) -> std::result::Result<(), Failure> {
    let not_authorized = || {
        OAuthError::new(
            "unauthorized_client",
            "You are not authorized to revoke this token",
        )
    };
    let application = match client(app, client_id).await {
        Err(Failure::OAuth(_)) => return Err(not_authorized().into()),
        other => other?,
    };
    if !client_secret
        .is_some_and(|secret| same(&token_hash(secret), &application.client_secret_hash))
    {
        return Err(not_authorized().into());
    }
    let hash = token_hash(token);
    let revoked = app
        .transaction(move |app, conn| {
            let Some(token) = storage::applications::token_with_hash(conn, &hash)? else {
                return Ok(true);
            };
            if token.application_id != application.id {
                return Ok(false);
            }
            storage::applications::revoke_token(conn, token.id, app.now())?;
            Ok(true)
        })
        .await?;
    if revoked {
        return Ok(());
    }
    Err(not_authorized().into())
}

/// Makes a token for somebody, outside of any application's asking: for the command line.
pub async fn create_token(app: &App, user: UserId, scopes: Scopes) -> Result<String> {
    let registered = super::register_application(
        app,
        super::NewApplication {
            name: "Command line".to_owned(),
            redirect_uris: vec![super::OUT_OF_BAND.to_owned()],
            scopes: Some(scopes.to_string()),
            website: None,
        },
    )
    .await?;
    let application = registered.application.id;
    let issued = app
        .transaction(move |app, conn| issue(app, conn, application, Some(user), scopes))
        .await?;
    Ok(issued.access_token)
}

pub(crate) fn issue(
    app: &App,
    conn: &mut DbConnection,
    application: ApplicationId,
    user: Option<UserId>,
    scopes: Scopes,
) -> Result<IssuedToken> {
    let (token, issued) = new_token(app, application, user, scopes);
    storage::applications::insert_token(conn, token)?;
    Ok(issued)
}

fn new_token(
    app: &App,
    application: ApplicationId,
    user: Option<UserId>,
    scopes: Scopes,
) -> (AccessToken, IssuedToken) {
    let access_token = random_token();
    let created_at = app.now();
    let row = AccessToken {
        id: TokenId(app.next_id()),
        token_hash: token_hash(&access_token),
        application_id: application,
        user_id: user,
        scopes: scopes.to_string(),
        created_at,
        revoked_at: None,
        used_at: None,
    };
    (
        row,
        IssuedToken {
            access_token,
            scopes,
            created_at,
        },
    )
}

async fn client(app: &App, client_id: &str) -> std::result::Result<Application, Failure> {
    let client_id = client_id.replace('\0', "");
    let found = app
        .read(move |_, conn| Ok(storage::applications::with_client_id(conn, &client_id)?))
        .await?;
    Ok(found.ok_or_else(OAuthError::client)?)
}
