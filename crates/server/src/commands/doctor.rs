//! `staffroom doctor`: what is well and what is not, a line each, for whoever looks after a server.

mod local;
mod network;

use std::fmt;

use anyhow::bail;

use crate::commands::say;
use crate::config::{Config, ConfigError, Store};
use crate::parts::practice;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Ok,
    Warn,
    Fail,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok   ",
            Self::Warn => "warn ",
            Self::Fail => "FAIL ",
        })
    }
}

/// One thing that was looked at.
#[derive(Debug)]
struct Finding {
    verdict: Verdict,
    about: &'static str,
    text: String,
}

fn ok(about: &'static str, text: impl Into<String>) -> Finding {
    found(Verdict::Ok, about, text)
}

/// `text` ends with what to do.
fn warn(about: &'static str, text: impl Into<String>) -> Finding {
    found(Verdict::Warn, about, text)
}

/// `text` ends with what to do.
fn fail(about: &'static str, text: impl Into<String>) -> Finding {
    found(Verdict::Fail, about, text)
}

fn found(verdict: Verdict, about: &'static str, text: impl Into<String>) -> Finding {
    Finding {
        verdict,
        about,
        text: text.into(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub async fn run(load: impl Fn() -> Result<Config, ConfigError>) -> anyhow::Result<()> {
    // Its own commands read the file of terms, whatever is in it.
    let findings = match load().and_then(|config| practice(&config).map(|_| config)) {
        Ok(config) => look(&config).await,
        Err(error) => vec![fail(
            "configuration",
            format!("{error}. Correct it; `staffroom config example` shows every key."),
        )],
    };
    for finding in &findings {
        say(&format!(
            "{}{}: {}",
            finding.verdict, finding.about, finding.text
        ));
    }
    match findings
        .iter()
        .filter(|it| it.verdict == Verdict::Fail)
        .count()
    {
        0 => Ok(()),
        1 => bail!("one thing needs to be put right"),
        failures => bail!("{failures} things need to be put right"),
    }
}

async fn look(config: &Config) -> Vec<Finding> {
    let Some(public_url) = &config.server.public_url else {
        return vec![fail(
            "configuration",
            "server.public_url is not set. It says where the world sees this server: set it.",
        )];
    };
    let mut findings = vec![ok("configuration", "it can be used")];
    findings.extend(local::database(config, public_url).await);
    findings.extend(local::disks(config));
    findings.push(local::media(config));
    if config.media.store == Store::S3 {
        findings.push(network::bucket(config).await);
    }
    findings.push(local::films(config).await);
    findings.push(local::documents(config));
    findings.push(network::mail(config).await);
    findings.push(network::itself(config, public_url).await);
    findings
}
