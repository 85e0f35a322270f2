//! Letters to people who have an account here.

use std::fmt;
use std::time::Duration;

use lettre::message::{Mailbox, header::ContentType};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use serde::{Deserialize, Serialize};

use crate::moderation::accounts::Sanction;

const TIMEOUT: Duration = Duration::from_secs(30);

/// How the way to the mail server is kept private.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    None,
    StartTls,
    Tls,
}

/// Where letters are handed in.
#[derive(Clone)]
pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub encryption: Encryption,
    pub username: Option<String>,
    pub password: Option<String>,
    /// `Staffroom <staffroom@school.example>`
    pub from: String,
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MailSettings")
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// A letter, plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub to: String,
    pub subject: String,
    pub body: String,
}

/// A letter that could not be handed in.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    #[error("mail is not set up on this server")]
    NotSet,
    #[error("the mail server does not answer as one")]
    Silent,
    #[error("not a valid address: {0}")]
    Address(#[from] lettre::address::AddressError),
    #[error("the letter cannot be written: {0}")]
    Letter(#[from] lettre::error::Error),
    #[error("the mail server did not take it: {0}")]
    Transport(#[from] lettre::transport::smtp::Error),
}

/// Whether letters can come from this address, such as `Staffroom <staffroom@school.example>`.
#[must_use]
pub fn is_sender(text: &str) -> bool {
    text.parse::<Mailbox>().is_ok()
}

/// Hands letters in, if a mail server is set. Cheap to clone.
#[derive(Clone)]
pub struct Mailer {
    way: Option<(AsyncSmtpTransport<Tokio1Executor>, Mailbox)>,
}

impl Mailer {
    /// # Errors
    /// If the sender is no address, or TLS cannot be set up.
    pub fn new(settings: Option<MailSettings>) -> Result<Self, MailError> {
        let Some(settings) = settings else {
            return Ok(Self { way: None });
        };
        let host = settings.host.as_str();
        let mut builder = match settings.encryption {
            Encryption::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
            Encryption::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host)?,
            Encryption::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host)?,
        };
        if let (Some(username), Some(password)) = (settings.username, settings.password) {
            builder = builder.credentials(Credentials::new(username, password));
        }
        let transport = builder.port(settings.port).timeout(Some(TIMEOUT)).build();
        Ok(Self {
            way: Some((transport, settings.from.parse()?)),
        })
    }

    /// Whether letters can be sent at all.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.way.is_some()
    }

    /// Knocks at the mail server, with name and password, and hands nothing in.
    ///
    /// # Errors
    /// If it does not let us in.
    pub async fn is_reachable(&self) -> Result<(), MailError> {
        let (transport, _) = self.way.as_ref().ok_or(MailError::NotSet)?;
        if transport.test_connection().await? {
            Ok(())
        } else {
            Err(MailError::Silent)
        }
    }

    /// # Errors
    /// If the mail server does not take it; the same letter may be tried again.
    pub async fn send(&self, message: &Message) -> Result<(), MailError> {
        let (transport, from) = self.way.as_ref().ok_or(MailError::NotSet)?;
        let letter = lettre::Message::builder()
            .from(from.clone())
            .to(message.to.parse()?)
            .subject(message.subject.clone())
            .header(ContentType::TEXT_PLAIN)
            .body(message.body.clone())?;
        transport.send(letter).await?;
        Ok(())
    }
}

pub(crate) fn confirmation(to: &str, server: &str, username: &str, link: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!("Please confirm your address for {}", one_line(server)),
        body: format!(
            "Hello {username},\n\nplease follow this link to confirm your address for {server}:\n\n{link}\n\n\
             It is good for seven days. If you did not sign up, you can ignore this message.\n"
        ),
    }
}

pub(crate) fn password_reset(to: &str, server: &str, username: &str, link: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!("A new password for {}", one_line(server)),
        body: format!(
            "Hello {username},\n\nsomebody, hopefully you, asked for a new password for {server}. Choose it here:\n\n{link}\n\n\
             The link is good for one hour, and once. If you did not ask, you can ignore this message: your password stays as it is.\n"
        ),
    }
}

pub(crate) fn password_changed(to: &str, server: &str, username: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!("Your password for {} was changed", one_line(server)),
        body: format!(
            "Hello {username},\n\nyour password for {server} was changed just now. If that was not you, ask for a new \
             password at once, and tell whoever looks after the server.\n"
        ),
    }
}

pub(crate) fn archive_ready(to: &str, server: &str, username: &str, link: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!("Your archive of {} is ready", one_line(server)),
        body: format!(
            "Hello {username},\n\nthe archive of what you wrote on {server} is made. You find it here, for seven days:\n\n{link}\n\n\
             If you did not ask for it, somebody else may know your password: please change it.\n"
        ),
    }
}

pub(crate) fn passkey_added(to: &str, server: &str, username: &str, passkey: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!("A passkey for {} was added", one_line(server)),
        body: format!(
            "Hello {username},\n\na passkey called \"{passkey}\" signs you in to {server} from now on. If that was not you, \
             remove it in the settings, and choose a new password.\n"
        ),
    }
}

pub(crate) fn new_address(to: &str, server: &str, username: &str, link: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!("Please confirm your new address for {}", one_line(server)),
        body: format!(
            "Hello {username},\n\nplease follow this link to use this address for {server} from now on:\n\n{link}\n\n\
             It is good for seven days. If you did not ask for this, you can ignore this message.\n"
        ),
    }
}

pub(crate) fn address_changed(to: &str, server: &str, username: &str, new: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!("Your address for {} was changed", one_line(server)),
        body: format!(
            "Hello {username},\n\nyour account on {server} uses the address {new} from now on. If that was not you, tell \
             whoever looks after the server at once.\n"
        ),
    }
}

pub(crate) fn awaiting_approval(to: &str, server: &str, username: &str, reason: &str) -> Message {
    let reason = if reason.is_empty() {
        "(none given)"
    } else {
        reason
    };
    Message {
        to: to.to_owned(),
        subject: format!("{username} would like to join {}", one_line(server)),
        body: format!(
            "{username} has signed up for {server} and waits for your approval.\n\nTheir reason:\n{reason}\n\n\
             To let them in: staffroom user approve {username}\n"
        ),
    }
}

pub(crate) fn reported(to: &str, server: &str, line: &crate::reports::ReportLine) -> Message {
    let report = &line.report;
    Message {
        to: to.to_owned(),
        subject: format!(
            "A report on {}: {}",
            one_line(server),
            one_line(&line.target)
        ),
        body: format!(
            "{} reports {} ({}).\n\n{}\n\n{}\n\nOnce it is settled: staffroom report resolve {}\n",
            line.by,
            line.target,
            report.category.name(),
            report.comment,
            line.statuses.join("\n"),
            report.id
        ),
    }
}

pub(crate) fn approved(to: &str, server: &str, username: &str, link: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!("Welcome to {}", one_line(server)),
        body: format!(
            "Hello {username},\n\nyour account on {server} is ready. Sign in here, or in any Mastodon app:\n\n{link}\n"
        ),
    }
}

pub(crate) fn sanctioned(
    to: &str,
    server: &str,
    username: &str,
    sanction: Option<Sanction>,
    text: &str,
    link: &str,
) -> Message {
    let what = match sanction {
        None => "The moderators would like to tell you something.",
        Some(Sanction::Sensitive) => "What you post is shown as sensitive from now on.",
        Some(Sanction::Disable) => "Your account is disabled for now.",
        Some(Sanction::Silence) => "Only those who follow you see what you post from now on.",
        Some(Sanction::Suspend) => "Your account is suspended.",
    };
    Message {
        to: to.to_owned(),
        subject: format!("Your account on {}", one_line(server)),
        body: format!(
            "Hello {username},\n\n{what}\n\n{text}\n\nIf you disagree, say so here:\n{link}\n"
        ),
    }
}

pub(crate) fn appealed(to: &str, server: &str, username: &str, text: &str, link: &str) -> Message {
    Message {
        to: to.to_owned(),
        subject: format!(
            "{username} disagrees with the moderators of {}",
            one_line(server)
        ),
        body: format!(
            "{username} appeals against what was decided about them.\n\n{text}\n\nTo look at it again:\n{link}\n"
        ),
    }
}

pub(crate) fn appeal_decided(to: &str, server: &str, username: &str, is_right: bool) -> Message {
    let what = if is_right {
        "The moderators have looked at it again and agree with you. What they had decided does not hold any more."
    } else {
        "The moderators have looked at it again, and what they had decided stays."
    };
    Message {
        to: to.to_owned(),
        subject: format!("Your appeal on {}", one_line(server)),
        body: format!("Hello {username},\n\n{what}\n"),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn without_a_mail_server_nothing_is_sent() {
        let mailer = Mailer::new(None).unwrap();
        assert!(!mailer.is_set());
        let letter = confirmation(
            "ada@school.example",
            "School",
            "ada",
            "https://school.example/confirm?token=x",
        );
        assert!(matches!(mailer.send(&letter).await, Err(MailError::NotSet)));
    }

    #[test]
    fn a_second_line_does_not_become_a_header() {
        let letter = approved(
            "ada@school.example",
            "School\r\nBcc: all@school.example",
            "ada",
            "link",
        );
        assert!(!letter.subject.contains('\n'));
        assert!(
            "ada@school.example\r\nBcc: x@school.example"
                .parse::<Mailbox>()
                .is_err()
        );
    }
}
