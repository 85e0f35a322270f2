//! Refusals in the language of whoever asks, as Mastodon localises them; what has no words there is said in English.
//!
//! `errors.tsv` has a line for each refusal and a column for each language, as `domain::wording` reads it; what networks refuse
//! to stewards is among their messages, as what they answer is.

use std::sync::LazyLock;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, AcceptLanguage, Header, HeaderMap, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use domain::wording::Wording;
use serde_json::{Map, Value};
use service::oauth::Person;
use service::word;

const TABLE: &str = include_str!("errors.tsv");
const LANGUAGE: &str = "Accept-Language";

static WORDING: LazyLock<Wording> = LazyLock::new(|| Wording::read(TABLE));

/// The parameter `lang` of a request, which outweighs its header.
struct Asked(String);

/// Keeps what `params` say of the language until the answer is there.
pub(crate) fn remember(request: &HttpRequest, params: &Map<String, Value>) {
    if let Some(Value::String(language)) = params.get("lang") {
        request.extensions_mut().insert(Asked(language.clone()));
    }
}

/// The refusal `response`, whose body is JSON, in the language that its request asks for.
pub(crate) fn localised(mut response: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
    vary(response.headers_mut());
    let Some(language) = language(response.request()) else {
        return response;
    };
    response.map_body(|head, body| {
        let bytes = match body.try_into_bytes() {
            Ok(bytes) => bytes,
            Err(body) => return body,
        };
        let Some(said) = reworded(&bytes, language) else {
            return BoxBody::new(bytes);
        };
        if let Ok(name) = HeaderValue::from_str(language) {
            head.headers_mut().insert(header::CONTENT_LANGUAGE, name);
        }
        BoxBody::new(said)
    })
}

/// Tells caches that the answer depends on which languages were asked for.
fn vary(headers: &mut HeaderMap) {
    let before = headers.get_all(header::VARY);
    let before: Vec<&str> = before.filter_map(|value| value.to_str().ok()).collect();
    let mut names = before.join(", ");
    let is_told = |name: &str| name == "*" || name.eq_ignore_ascii_case(LANGUAGE);
    if names.split(',').map(str::trim).any(is_told) {
        return;
    }
    if !names.is_empty() {
        names.push_str(", ");
    }
    names.push_str(LANGUAGE);
    if let Ok(value) = HeaderValue::from_str(&names) {
        headers.insert(header::VARY, value);
    }
}

/// What somebody is answered in words, in the language that the request asks for, or else the one in which they signed up.
pub(crate) fn said_to(request: &HttpRequest, person: &Person, english: &str) -> String {
    let wanted = wanted(request);
    word::in_language(english, wanted.as_deref().unwrap_or(&person.user.locale))
}

/// The one of our languages that is wanted most; none where that is English.
fn language(request: &HttpRequest) -> Option<&'static str> {
    WORDING.language(&wanted(request)?)
}

/// The language that is wanted most, of those that we speak.
fn wanted(request: &HttpRequest) -> Option<String> {
    if let Some(Asked(language)) = request.extensions().get::<Asked>() {
        return Some(language.clone());
    }
    let ranked = AcceptLanguage::parse(request).ok()?.ranked();
    ranked.iter().find_map(|preference| {
        let tag = preference.item()?.primary_language();
        (tag == "en" || WORDING.language(tag).is_some()).then(|| tag.to_owned())
    })
}

fn reworded(body: &[u8], language: &str) -> Option<String> {
    let mut refusal: Map<String, Value> = serde_json::from_slice(body).ok()?;
    let error = refusal.get("error")?.as_str()?;
    let said = match refusal.get("details") {
        Some(Value::Object(fields)) => form(fields, language)?,
        _ => WORDING
            .say(error, language)
            .or_else(|| word::refusal(error, language))?,
    };
    refusal.insert("error".to_owned(), Value::String(said));
    let fields = refusal.get_mut("details").and_then(Value::as_object_mut);
    let fields = fields.into_iter().flat_map(Map::values_mut);
    for mistake in fields.filter_map(Value::as_array_mut).flatten() {
        let Some(Value::String(text)) = mistake.get_mut("description") else {
            continue;
        };
        if let Some(said) = WORDING.say(text, language) {
            *text = said;
        }
    }
    serde_json::to_string(&refusal).ok()
}

/// What is wrong with the fields of a form, in one sentence; none where one mistake has no words.
fn form(fields: &Map<String, Value>, language: &str) -> Option<String> {
    let mut all = Vec::new();
    for (field, mistakes) in fields {
        for mistake in mistakes.as_array()? {
            let english = format!("{field} {}", mistake.get("description")?.as_str()?);
            all.push(WORDING.say(&english, language)?);
        }
    }
    let failed = WORDING.say("Validation failed", language)?;
    Some(format!("{failed}: {}", all.join(", ")))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn each_language_says_each_refusal_with_the_same_gaps() {
        assert_eq!(TABLE.lines().next().unwrap().split('\t').count(), 5);
        assert_eq!(Wording::mistakes(TABLE), Vec::<&str>::new());
    }

    #[test]
    fn each_refusal_of_the_table_is_one_that_the_program_makes() {
        let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut program = String::new();
        for name in ["http_api", "service"] {
            gather(&crates.join(name).join("src"), &mut program);
        }
        for row in TABLE.lines().skip(1) {
            let english = row.split('\t').next().unwrap();
            let parts = english.split("{said}").flat_map(|part| part.split("{}"));
            for part in parts.map(str::trim).filter(|part| part.len() > 3) {
                let (last, whole) = (part.rsplit(": ").next().unwrap(), program.contains(part));
                assert!(whole || program.contains(last), "nothing says {part:?}");
            }
        }
    }

    fn gather(folder: &Path, program: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                gather(&path, program);
            } else if path.extension().is_some_and(|end| end == "rs") {
                program.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    #[test]
    fn refusals_within_refusals_are_said_too_and_values_stay() {
        let say = |text| WORDING.say(text, "de");
        assert_eq!(
            say("Validation failed: Text character limit of 5000 exceeded").as_deref(),
            Some("Prüfung fehlgeschlagen: Die Grenze von 5000 Zeichen ist überschritten")
        );
        assert_eq!(say("Validation failed: Nobody wrote this down"), None);
        assert_eq!(say("Nobody wrote this down"), None);
    }

    #[test]
    fn mistakes_in_a_form_are_said_each_and_all() {
        let mistake = |text: &str| json!([{ "error": "ERR_INVALID", "description": text }]);
        let form = |username: &str| {
            let details = json!({ "email": mistake("is invalid"), "username": mistake(username) });
            json!({ "error": "Validation failed: in English", "details": details }).to_string()
        };
        let said: Value =
            serde_json::from_str(&reworded(form("is reserved").as_bytes(), "de").unwrap()).unwrap();
        assert_eq!(
            said["error"],
            "Prüfung fehlgeschlagen: Die E-Mail-Adresse ist ungültig, Der Benutzername ist reserviert"
        );
        assert_eq!(said["details"]["email"], mistake("ist ungültig"));
        assert_eq!(reworded(form("is unheard of").as_bytes(), "de"), None);
    }

    #[test]
    fn what_the_answer_depends_on_is_said_once() {
        for (before, after) in [
            ("", "Accept-Language"),
            ("Origin|Accept", "Origin, Accept, Accept-Language"),
            ("Origin, accept-language", "Origin, accept-language"),
            ("*", "*"),
        ] {
            let mut headers = HeaderMap::new();
            for name in before.split('|').filter(|name| !name.is_empty()) {
                headers.append(header::VARY, HeaderValue::from_static(name));
            }
            vary(&mut headers);
            let said = headers.get_all(header::VARY);
            let said: Vec<_> = said.map(|value| value.to_str().unwrap()).collect();
            assert_eq!(said.join(", "), after);
        }
    }

    #[test]
    fn the_most_wanted_language_that_is_here_is_taken() {
        let asking = |wanted: &str| {
            actix_web::test::TestRequest::default()
                .insert_header((header::ACCEPT_LANGUAGE, wanted))
                .to_http_request()
        };
        assert_eq!(language(&asking("cy")), Some("cy"));
        assert_eq!(language(&asking("ja, fr;q=0.8, de;q=0.9")), Some("de"));
        assert_eq!(language(&asking("en-GB, de;q=0.9")), None);
        assert_eq!(language(&asking("*")), None);
        let unreadable = HeaderValue::from_bytes(b"\xff").unwrap();
        let unreadable = actix_web::test::TestRequest::default()
            .insert_header((header::ACCEPT_LANGUAGE, unreadable))
            .to_http_request();
        assert_eq!(language(&unreadable), None);
        let by_parameter = asking("fr");
        let params = serde_json::json!({ "lang": "de-AT" });
        remember(&by_parameter, params.as_object().unwrap());
        assert_eq!(language(&by_parameter), Some("de"));
    }
}
