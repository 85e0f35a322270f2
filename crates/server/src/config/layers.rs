//! Where values come from, and which one wins.

use std::path::{Path, PathBuf};

use figment::Figment;
use figment::providers::{Env, Format, Toml};

use super::{Config, ConfigError};

/// The reference file: every key, its default and a sentence.
pub const REFERENCE: &str = include_str!("../../../../config/staffroom.toml");

/// Files that are looked for if none is named.
const PLACES: [&str; 2] = ["staffroom.toml", "/etc/staffroom/staffroom.toml"];

/// Reads all layers. `set` holds flags such as `server.title=Our staffroom`.
///
/// # Errors
/// The first key or value that is wrong.
pub fn load(file: Option<&Path>, set: &[String]) -> Result<Config, ConfigError> {
    let file = match file {
        Some(path) if !path.is_file() => {
            let reason = "there is no such file".to_owned();
            return Err(ConfigError {
                origin: path.display().to_string(),
                key: "--config".into(),
                reason,
            });
        }
        Some(path) => Some(path.to_owned()),
        None => PLACES.iter().map(PathBuf::from).find(|path| path.is_file()),
    };
    let mut layers = Figment::from(Toml::string(REFERENCE));
    if let Some(path) = &file {
        layers = layers.merge(Toml::file_exact(path));
    }
    layers = layers.merge(
        Env::prefixed("STAFFROOM_")
            .filter(|key| key.as_str().contains("__"))
            .split("__"),
    );
    finish(layers, file.as_deref(), set)
}

/// Reads the defaults and these flags, and neither a file nor the environment.
///
/// # Errors
/// The first key or value that is wrong.
pub fn load_only(set: &[String]) -> Result<Config, ConfigError> {
    finish(Figment::from(Toml::string(REFERENCE)), None, set)
}

fn finish(mut layers: Figment, file: Option<&Path>, set: &[String]) -> Result<Config, ConfigError> {
    for flag in set {
        layers = layers.merge(Toml::string(&assignment(flag)?));
    }
    let config: Config = layers.extract().map_err(|error| explain(&error, file))?;
    super::check::check(&config)?;
    Ok(config)
}

/// `server.title=Our staffroom` as a line of TOML; a value that is none by itself is text.
fn assignment(flag: &str) -> Result<String, ConfigError> {
    let wrong = |reason: &str| ConfigError {
        origin: format!("--set {flag}"),
        key: flag.split('=').next().unwrap_or_default().to_owned(),
        reason: reason.to_owned(),
    };
    let (key, value) = flag
        .split_once('=')
        .ok_or_else(|| wrong("expected key=value"))?;
    let plain = format!("{key} = {value}");
    if plain.parse::<toml::Table>().is_ok() {
        return Ok(plain);
    }
    let quoted = format!("{key} = {}", toml::Value::String(value.to_owned()));
    if quoted.parse::<toml::Table>().is_ok() {
        Ok(quoted)
    } else {
        Err(wrong("this is not a key and a value"))
    }
}

fn explain(error: &figment::Error, file: Option<&Path>) -> ConfigError {
    use figment::error::Kind;
    let mut key = error.path.join(".");
    let reason = match &error.kind {
        Kind::UnknownField(name, known) => {
            key = if key.ends_with(name.as_str()) {
                key
            } else if key.is_empty() {
                name.clone()
            } else {
                format!("{key}.{name}")
            };
            format!("there is no such key; known here: {}", known.join(", "))
        }
        other => other.to_string(),
    };
    let environment = format!("STAFFROOM_{}", key.to_uppercase().replace('.', "__"));
    let origin = if std::env::var_os(&environment).is_some() {
        environment
    } else {
        match (
            error
                .metadata
                .as_ref()
                .and_then(|data| data.source.as_ref()),
            file,
        ) {
            (Some(source), _) if !matches!(source, figment::Source::Code(_)) => source.to_string(),
            (_, Some(path)) if in_file(path, &key) => path.display().to_string(),
            _ => "--set".to_owned(),
        }
    };
    ConfigError {
        origin,
        key,
        reason,
    }
}

/// Whether a file sets a key; figment names no source for keys that it does not know.
fn in_file(path: &Path, key: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or_default();
    std::fs::read_to_string(path).is_ok_and(|text| text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let file = written(
            "[server]\npublic_url = 'https://school.example'\ntitle = 'File'\n[statuses]\nmax_characters = 900",
        );
        let config = load(Some(file.path()), &["server.title=Our staffroom".into()]).unwrap();
        assert_eq!(config.server.title, "Our staffroom");
        assert_eq!(config.statuses.max_characters, 900);
        assert_eq!(config.statuses.max_media, 4);
    }

    #[test]
    fn a_wrong_key_names_its_file_and_itself() {
        let file = written("[server]\npublic_url = 'https://school.example'\ntytle = 'x'");
        let error = load(Some(file.path()), &[]).unwrap_err();
        assert_eq!(error.key, "server.tytle");
        assert!(
            error.origin.contains(file.path().to_str().unwrap()),
            "{error}"
        );
    }

    #[test]
    fn a_wrong_value_names_its_key_and_reason() {
        let error = load(None, &["database.readers=many".into()]).unwrap_err();
        assert_eq!(error.key, "database.readers");
        assert!(error.origin.starts_with("--set"), "{error}");
        assert!(error.reason.contains("many"), "{error}");
    }

    #[test]
    fn plain_http_needs_its_switch() {
        let error = load(None, &["server.public_url=http://localhost:3000".into()]).unwrap_err();
        assert_eq!(error.key, "server.public_url");
    }

    #[test]
    fn passwords_are_not_shown() {
        let set = [
            "database.url=postgres://staff:hunter2@localhost/staffroom",
            "mail.password=hunter2",
            "server.public_url=https://school.example",
        ];
        let config = load(None, &set.map(str::to_owned)).unwrap();
        assert!(!config.show().unwrap().contains("hunter2"));
        assert!(!format!("{config:?}").contains("hunter2"));
        assert!(config.database.url.reveal().contains("hunter2"));
    }
}
