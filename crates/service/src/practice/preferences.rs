//! What somebody wants for all their practice: a licence, and whether they are asked for what is missing.

use domain::practice::Licence;
use domain::vocabulary::Scheme;
use storage::practice_reminders::PracticeSettings;

use crate::error::invalid;
use crate::oauth::Person;
use crate::{App, Result};

/// What somebody wants.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preferences {
    /// Id of its concept.
    pub licence: Option<String>,
    /// Whether they are asked for what is missing.
    pub reminders: bool,
}

/// What somebody wants for their practice.
pub async fn preferences(app: &App, person: &Person) -> Result<Preferences> {
    let me = person.id();
    app.read(move |_, conn| {
        let settings = storage::practice_reminders::settings(conn, me)?;
        Ok(Preferences {
            licence: settings.licence.map(|(id, _)| id),
            reminders: settings.reminders,
        })
    })
    .await
}

/// Writes what somebody wants for their practice from now on. What they posted stays as it is.
pub async fn set_preferences(app: &App, person: &Person, wanted: Preferences) -> Result<()> {
    let me = person.id();
    let licence = match wanted.licence {
        None => None,
        Some(id) => {
            let vocabulary = &app.settings().practice.vocabulary;
            let concept = vocabulary.get(Scheme::Licence, &id);
            let licence = concept.and_then(Licence::of);
            Some(licence.ok_or_else(|| invalid("Licence is not included in the list"))?)
        }
    };
    let settings = PracticeSettings {
        licence: licence.map(|licence| (licence.id, licence.url)),
        reminders: wanted.reminders,
    };
    app.transaction(move |_, conn| {
        Ok(storage::practice_reminders::set_settings(
            conn, me, &settings,
        )?)
    })
    .await
}
