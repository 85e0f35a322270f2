//! What the administrator chose, as far as the rules depend on it.

use chrono::NaiveDate;
use chrono::TimeDelta;
use domain::text::Hosts;
use domain::{FederationMode, Host, Role, Time};
use url::Url;

use crate::documents::Scanner;
use crate::films::Ffmpeg;
use crate::practice::Rules;

/// Who may sign up by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegistrationMode {
    Open,
    Approval,
    Invite,
    Closed,
}

#[derive(Debug, Clone, Copy)]
pub struct Registrations {
    pub mode: RegistrationMode,
    /// Only where mail is set: the address must be confirmed before one can sign in.
    pub confirm_email: bool,
    pub reason_required: bool,
    /// Years; none: nobody is asked when they were born.
    pub minimum_age: Option<u32>,
    /// What somebody must be at least to invite others.
    pub invites_from: Role,
}

/// Who may see something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShownTo {
    Nobody,
    /// Those who are signed in.
    Users,
    Everybody,
}

/// What everybody is told who comes here; plain text.
#[derive(Debug, Clone, Default)]
pub struct House {
    /// One sentence each.
    pub rules: Vec<String>,
    /// With the time when it was last changed.
    pub privacy_policy: Option<(String, Time)>,
    /// With the day from which on they hold.
    pub terms: Option<(String, NaiveDate)>,
}

/// What the administrator chose.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the world sees this server; its host is the one in handles.
    pub public_url: Url,
    pub host: Host,
    pub title: String,
    pub description: String,
    pub contact_email: String,
    /// User name.
    pub contact_account: Option<String>,
    pub source_url: String,
    pub house: House,
    pub version: &'static str,
    pub registrations: Registrations,
    /// Of a status.
    pub max_characters: usize,
    /// Codes of the languages among which that of a status is looked for where the app does not say.
    pub detected_languages: Vec<String>,
    /// What is practice here.
    pub practice: Rules,
    /// Attachments of a status.
    pub max_media: usize,
    /// Bytes.
    pub max_image_bytes: usize,
    /// Of a custom emoji, in bytes.
    pub max_emoji_bytes: usize,
    /// Bytes of a film or a sound.
    pub max_video_bytes: usize,
    /// Bytes of a document.
    pub max_document_bytes: usize,
    /// What looks for viruses in documents, if anything does.
    pub scanner: Option<Scanner>,
    /// With what films and sounds are converted; none: they are kept as they are.
    pub ffmpeg: Option<Ffmpeg>,
    /// Whether what is attached to a status needs a description.
    pub require_description: bool,
    /// Whether pictures and films from elsewhere are shown from here, so that their servers do not learn who looks.
    pub cache_remote: bool,
    /// Whether numbers are shown by which people, posts or servers could be ranked.
    pub show_counts: bool,
    /// Whether pages to which statuses link are asked what they are about.
    pub link_previews: bool,
    /// Within how long after a status from elsewhere came that is done.
    pub preview_spread: TimeDelta,
    /// Whether there is a translator.
    pub translates: bool,
    pub federation_mode: FederationMode,
    /// Who may see the rules about other servers.
    pub domain_blocks: ShownTo,
    /// For how many days likely spam from elsewhere is held back; none: it is not.
    pub quarantine_days: Option<u32>,
    /// Whether one label, ports and IP addresses are hosts in handles: only with the loopback switch.
    pub any_hosts: bool,
}

impl Settings {
    /// The version by which apps tell what they may ask for.
    #[must_use]
    pub fn mastodon_version(&self) -> String {
        format!("4.6.0 (compatible; Staffroom {})", self.version)
    }

    /// Whether those are few with whom we have to do.
    #[must_use]
    pub fn is_limited(&self) -> bool {
        self.federation_mode == FederationMode::AllowList
    }

    /// Which hosts a typed handle may name.
    #[must_use]
    pub fn hosts(&self) -> Hosts {
        if self.any_hosts {
            Hosts::Any
        } else {
            Hosts::Public
        }
    }
}
