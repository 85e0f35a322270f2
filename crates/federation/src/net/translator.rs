//! LibreTranslate, at an address that the administrator trusts: it may be on this machine, which no other address may.
//! <https://docs.libretranslate.com>

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use reqwest::{Client, RequestBuilder, redirect};
use serde_json::{Value, json};
use service::translation::{Languages, Translated};
use service::{Error, Result};
use url::Url;

use super::body::{parse_json, read};
use super::{BuildError, certificates};

const CONNECT: Duration = Duration::from_secs(5);
/// For one answer.
const TIME: Duration = Duration::from_secs(20);
/// Bytes of an answer.
const ANSWER: usize = 2 * 1_024 * 1_024;
/// Languages, and those into which one is translated.
const LANGUAGES: usize = 300;
/// Bytes of a code.
const CODE: usize = 20;

/// Where the translator is.
#[derive(Clone)]
pub struct TranslatorSettings {
    pub url: Url,
    pub api_key: Option<String>,
    /// Certificates to trust besides those of the system, in PEM.
    pub ca_file: Option<PathBuf>,
}

impl fmt::Debug for TranslatorSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TranslatorSettings")
            .field("url", &self.url.as_str())
            .finish_non_exhaustive()
    }
}

pub(crate) struct Translator {
    client: Client,
    base: String,
    api_key: Option<String>,
}

impl Translator {
    /// # Errors
    /// When the CA file cannot be read, or TLS cannot be set up.
    pub(crate) fn new(settings: &TranslatorSettings) -> std::result::Result<Self, BuildError> {
        let mut builder = Client::builder()
            .user_agent(concat!("Staffroom/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .connect_timeout(CONNECT)
            .timeout(TIME);
        if let Some(path) = &settings.ca_file {
            builder = builder.tls_certs_merge(certificates(path)?);
        }
        Ok(Self {
            client: builder.build()?,
            base: settings.url.as_str().trim_end_matches('/').to_owned(),
            api_key: settings.api_key.clone(),
        })
    }

    pub(crate) async fn languages(&self) -> Result<Languages> {
        let answer = ask(self.client.get(format!("{}/languages", self.base))).await?;
        let code = |value: &Value| {
            let code = value.as_str()?;
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            (code.len() <= CODE && code.bytes().all(plain)).then(|| code.to_owned())
        };
        let list = answer.as_array().ok_or_else(odd)?;
        let language = |entry: &Value| {
            let into = entry.get("targets")?.as_array()?;
            let into: Vec<String> = into.iter().take(LANGUAGES).filter_map(code).collect();
            Some((code(entry.get("code")?)?, into))
        };
        Ok(list.iter().take(LANGUAGES).filter_map(language).collect())
    }

    /// HTML in another language; from one that is to be found out where none is said.
    pub(crate) async fn translate(
        &self,
        texts: Vec<String>,
        from: Option<&str>,
        to: &str,
    ) -> Result<Translated> {
        let mut body = json!({
            "q": texts, "source": from.unwrap_or("auto"), "target": to, "format": "html",
        });
        if let (Some(key), Some(object)) = (&self.api_key, body.as_object_mut()) {
            object.insert("api_key".to_owned(), json!(key));
        }
        let request = self.client.post(format!("{}/translate", self.base));
        let answer = ask(request.json(&body)).await?;
        let list = answer.get("translatedText").and_then(Value::as_array);
        let texts: Option<Vec<String>> = list
            .ok_or_else(odd)?
            .iter()
            .map(|text| text.as_str().map(str::to_owned))
            .collect();
        let detected = answer
            .pointer("/detectedLanguage/0/language")
            .and_then(Value::as_str)
            .filter(|code| code.len() <= CODE);
        Ok(Translated {
            texts: texts.ok_or_else(odd)?,
            detected: detected.map(str::to_owned),
        })
    }
}

fn odd() -> Error {
    Error::Unavailable("the translator's answer is not understood".to_owned())
}

async fn ask(request: RequestBuilder) -> Result<Value> {
    let failed = |error: &reqwest::Error| {
        // Its text would hold the address, and that may hold a key.
        let why = if error.is_timeout() {
            "did not answer in time"
        } else {
            "cannot be reached"
        };
        Error::Unavailable(format!("the translator {why}"))
    };
    let response = request.send().await.map_err(|error| failed(&error))?;
    let status = response.status();
    if !status.is_success() {
        let reason = format!("the translator refused with {}", status.as_u16());
        return Err(Error::Unavailable(reason));
    }
    let body = read(response, ANSWER, false).await.map_err(|_| odd())?;
    parse_json(&body).map_err(|_| odd())
}
