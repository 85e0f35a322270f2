//! With which other servers we have to do: the rules for their names, and what follows from them for a host.
//! <https://docs.joinmastodon.org/admin/moderation/#server-wide-moderation>

use std::collections::{HashMap, HashSet};
use std::str::FromStr;

use crate::Time;
use crate::numbered::numbered;

/// How much we have to do with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing but what the rule says besides.
    Noop,
    /// Those who follow its people see them; nobody else does.
    Silence,
    /// Nothing comes in, goes out, is fetched or served.
    Suspend,
}

numbered!(Severity { Noop = 0, Silence = 1, Suspend = 2 });

/// A text that names no severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the severity is noop, silence or suspend")]
pub struct UnknownSeverity;

impl Severity {
    /// The word of the client API and of lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Noop => "noop",
            Self::Silence => "silence",
            Self::Suspend => "suspend",
        }
    }
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(text: &str) -> Result<Self, UnknownSeverity> {
        [Self::Noop, Self::Silence, Self::Suspend]
            .into_iter()
            .find(|severity| severity.name() == text)
            .ok_or(UnknownSeverity)
    }
}

/// To whom we talk at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FederationMode {
    /// All who are not suspended.
    Open,
    /// The same, and a rule about all below a name says nothing of allowed hosts.
    Alliances,
    /// Only those who are allowed.
    AllowList,
}

/// What holds for a name and all names below it that have no rule of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    pub host: String,
    pub severity: Severity,
    /// No picture, film or emoji is taken in.
    pub reject_media: bool,
    pub reject_reports: bool,
    /// When it was made.
    pub since: Time,
}

/// All rules. Hosts are as [`crate::Host`] writes them; a rule without a port holds for every port.
#[derive(Debug, Clone)]
pub struct Policy {
    mode: FederationMode,
    rules: HashMap<String, Rule>,
    allowed: HashSet<String>,
}

impl Policy {
    /// `allowed` holds our own host too.
    #[must_use]
    pub fn new(
        mode: FederationMode,
        rules: impl IntoIterator<Item = Rule>,
        allowed: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            mode,
            rules: rules
                .into_iter()
                .map(|rule| (rule.host.clone(), rule))
                .collect(),
            allowed: allowed.into_iter().collect(),
        }
    }

    /// Without any rule.
    #[must_use]
    pub fn open() -> Self {
        Self::new(FederationMode::Open, [], [])
    }

    /// The closest rule for a host.
    #[must_use]
    pub fn rule(&self, host: &str) -> Option<&Rule> {
        let allied = self.mode == FederationMode::Alliances && self.is_allowed(host);
        let names = names(host).take(if allied { 2 } else { usize::MAX });
        names.filter_map(|name| self.rules.get(name)).next()
    }

    /// Whether we have nothing to do with a host.
    #[must_use]
    pub fn refuses(&self, host: &str) -> bool {
        (self.mode == FederationMode::AllowList && !self.is_allowed(host))
            || self
                .rule(host)
                .is_some_and(|rule| rule.severity == Severity::Suspend)
    }

    /// Whether pictures, films and emoji of a host are taken in.
    #[must_use]
    pub fn takes_media(&self, host: &str) -> bool {
        !self.rule(host).is_some_and(|rule| rule.reject_media)
    }

    /// Whether what a host reports is not taken in.
    #[must_use]
    pub fn rejects_reports(&self, host: &str) -> bool {
        self.rule(host).is_some_and(|rule| rule.reject_reports)
    }

    fn is_allowed(&self, host: &str) -> bool {
        names(host)
            .take(2)
            .any(|name| name.len() >= without_port(host).len() && self.allowed.contains(name))
    }
}

/// The name with its port, the name, and every name above it.
fn names(host: &str) -> impl Iterator<Item = &str> {
    std::iter::once(host).chain(std::iter::successors(Some(without_port(host)), above))
}

fn above<'a>(name: &&'a str) -> Option<&'a str> {
    name.split_once('.').map(|(_, above)| above)
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(host: &str, severity: Severity) -> Rule {
        Rule {
            host: host.to_owned(),
            severity,
            reject_media: false,
            reject_reports: false,
            since: Time::default(),
        }
    }

    fn policy(mode: FederationMode) -> Policy {
        let rules = [
            rule("bad.example", Severity::Suspend),
            rule("good.bad.example", Severity::Noop),
            rule("loud.example", Severity::Silence),
        ];
        let allowed = ["school.example", "ally.bad.example"].map(str::to_owned);
        Policy::new(mode, rules, allowed)
    }

    #[test]
    fn a_rule_holds_below_its_name_until_a_closer_one() {
        let policy = policy(FederationMode::Open);
        for (host, refused) in [
            ("bad.example", true),
            ("bad.example:8443", true),
            ("a.b.bad.example", true),
            ("ally.bad.example", true),
            ("good.bad.example", false),
            ("below.good.bad.example", false),
            ("notbad.example", false),
            ("loud.example", false),
            ("example", false),
        ] {
            assert_eq!(policy.refuses(host), refused, "{host}");
        }
    }

    #[test]
    fn an_ally_is_no_matter_of_the_rule_above_it() {
        let policy = policy(FederationMode::Alliances);
        assert!(!policy.refuses("ally.bad.example"));
        assert!(!policy.refuses("ally.bad.example:3000"));
        assert!(policy.refuses("below.ally.bad.example"));
        assert!(policy.refuses("bad.example"));
        assert!(!policy.refuses("elsewhere.example"));
    }

    #[test]
    fn a_list_of_the_allowed_shuts_out_all_others() {
        let policy = policy(FederationMode::AllowList);
        assert!(!policy.refuses("school.example"));
        assert!(policy.refuses("below.school.example"));
        assert!(policy.refuses("elsewhere.example"));
        assert!(policy.refuses("ally.bad.example"));
    }

    #[test]
    fn numbers_in_brackets_are_names_too() {
        let policy = Policy::new(
            FederationMode::Open,
            [rule("[::1]:3000", Severity::Suspend)],
            [],
        );
        assert!(policy.refuses("[::1]:3000"));
        assert!(!policy.refuses("[::1]:3001"));
    }
}
