//! What protects forms: the session, and a word that only a page of ours knows.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use service::oauth::Person;
use service::passwords::random_token;
use service::{App, Result, users};

use crate::page::Failure;

/// Who looks at a page.
pub struct Visitor {
    pub person: Option<Person>,
    /// Signed in, but suspended or disabled. They are shown what was decided about them, and nothing else.
    pub barred: Option<Person>,
    /// Stands in the cookie and in every form (double submit).
    pub csrf: String,
    is_new: bool,
}

/// Under https the prefix keeps other hosts and plain http from setting the cookie.
fn cookie_name(secure: bool, name: &str) -> String {
    if secure {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

pub fn is_secure(app: &App) -> bool {
    app.settings().public_url.scheme() == "https"
}

fn cookie(secure: bool, name: &str, value: String) -> Cookie<'static> {
    Cookie::build(cookie_name(secure, name), value)
        .path("/")
        .secure(secure)
        .http_only(true)
        .same_site(SameSite::Lax)
        .finish()
}

pub fn session_cookie(app: &App, token: String) -> Cookie<'static> {
    let mut cookie = cookie(is_secure(app), "session", token);
    cookie.set_max_age(actix_web::cookie::time::Duration::days(30));
    cookie
}

/// Stands for a password that was right, until the code is.
pub fn pending_cookie(app: &App, token: String) -> Cookie<'static> {
    let mut cookie = cookie(is_secure(app), "code", token);
    cookie.set_max_age(actix_web::cookie::time::Duration::minutes(10));
    cookie
}

pub fn pending_token(request: &HttpRequest, app: &App) -> Option<String> {
    request
        .cookie(&cookie_name(is_secure(app), "code"))
        .map(|cookie| cookie.value().to_owned())
}

pub fn session_token(request: &HttpRequest, app: &App) -> Option<String> {
    request
        .cookie(&cookie_name(is_secure(app), "session"))
        .map(|cookie| cookie.value().to_owned())
}

pub async fn visitor(request: &HttpRequest, app: &App) -> Result<Visitor> {
    let signed_in = match session_token(request, app) {
        Some(token) => users::session(app, &token).await?,
        None => None,
    };
    let (person, barred) = match signed_in {
        Some(person) if users::is_barred(&person) => (None, Some(person)),
        person => (person, None),
    };
    let known = request
        .cookie(&cookie_name(is_secure(app), "csrf"))
        .map(|cookie| cookie.value().to_owned())
        .filter(|word| word.len() == 43);
    let is_new = known.is_none();
    Ok(Visitor {
        person,
        barred,
        csrf: known.unwrap_or_else(random_token),
        is_new,
    })
}

impl Visitor {
    /// Somebody of whom nothing is known, and to whom no cookie is given.
    pub fn stranger() -> Self {
        Self {
            person: None,
            barred: None,
            csrf: random_token(),
            is_new: false,
        }
    }

    /// Whoever is signed in, barred or not.
    pub fn signed_in(&self) -> Option<&Person> {
        self.person.as_ref().or(self.barred.as_ref())
    }

    /// Who may take along what they wrote: whoever is suspended, too, but not who is disabled.
    pub fn may_take_along(&self) -> Option<&Person> {
        self.signed_in()
            .filter(|person| self.barred.is_none() || person.account.suspended_at.is_some())
    }

    pub fn new_cookie(&self, secure: bool) -> Option<Cookie<'static>> {
        self.is_new
            .then(|| cookie(secure, "csrf", self.csrf.clone()))
    }

    /// Whether a form came from a page that this visitor was shown.
    ///
    /// # Errors
    /// [`Failure::Forged`] if not.
    pub fn check(&self, said: &str) -> std::result::Result<(), Failure> {
        let same = said.len() == self.csrf.len()
            && said
                .bytes()
                .zip(self.csrf.bytes())
                .fold(0, |differs, (a, b)| differs | (a ^ b))
                == 0;
        if same && !self.is_new {
            Ok(())
        } else {
            Err(Failure::Forged)
        }
    }
}

/// A place on this server to go on to; everything else becomes the front page.
pub fn return_to(asked: &str) -> String {
    let plain = asked.starts_with('/')
        && !asked.starts_with("//")
        && asked
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && asked.len() <= 4_000;
    if plain {
        asked.to_owned()
    } else {
        "/".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere_after_signing_in() {
        assert_eq!(
            return_to("/oauth/authorize?client_id=a"),
            "/oauth/authorize?client_id=a"
        );
        for bad in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/a\r\nX: y",
            "/ä",
        ] {
            assert_eq!(return_to(bad), "/", "{bad:?}");
        }
    }

    #[test]
    fn a_form_needs_the_word_of_its_visitor() {
        let visitor = |is_new| Visitor {
            person: None,
            barred: None,
            csrf: "a".repeat(43),
            is_new,
        };
        assert!(visitor(false).check(&"a".repeat(43)).is_ok());
        assert!(visitor(false).check(&"b".repeat(43)).is_err());
        assert!(visitor(false).check("").is_err());
        assert!(visitor(true).check(&"a".repeat(43)).is_err());
    }
}
