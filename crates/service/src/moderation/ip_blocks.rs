//! From where nobody can sign up, or nobody is let in.
//! <https://docs.joinmastodon.org/methods/admin/ip_blocks/>

use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use domain::{IpSeverity, Page, Time};
use ipnet::IpNet;
use storage::DbConnection;

use super::note;
use crate::error::invalid;
use crate::oauth::Person;
use crate::{App, Error, Paged, Result};

pub use storage::ip_blocks::IpBlock;

/// Characters of a comment.
const COMMENT: usize = 2_000;
/// The longest rule that ends by itself, in seconds: a hundred years.
const LONGEST: i64 = 100 * 365 * 24 * 3_600;
/// For how long it is not read again who is turned away.
const FRESH: Duration = Duration::from_secs(1);

/// Who was turned away when it was read last, and when that was.
pub(crate) type Remembered = Mutex<Option<(Instant, Arc<Vec<IpNet>>)>>;

/// What a rule is to say; what is missing stays as it is.
#[derive(Debug, Clone, Default)]
pub struct IpRule {
    pub network: Option<String>,
    pub severity: Option<IpSeverity>,
    pub comment: Option<String>,
    /// In seconds; 0 for good.
    pub expires_in: Option<i64>,
}

pub async fn page(app: &App, page: Page) -> Result<Paged<IpBlock>> {
    app.read(move |_, conn| {
        let rows = storage::ip_blocks::page(conn, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok(Paged::new(rows, cursors, &page))
    })
    .await
}

pub async fn find(app: &App, id: i64) -> Result<IpBlock> {
    app.read(move |_, conn| storage::ip_blocks::find(conn, id)?.ok_or(Error::NotFound))
        .await
}

/// Makes a rule. `from` is where whoever makes it is.
pub async fn block(app: &App, by: &Person, from: IpAddr, rule: IpRule) -> Result<IpBlock> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let block = IpBlock {
            id: app.next_id(),
            network: rule.network.clone().unwrap_or_default(),
            severity: rule
                .severity
                .ok_or_else(|| invalid("Severity can't be blank"))?,
            comment: String::new(),
            expires_at: None,
            created_at: app.now(),
        };
        let block = checked(app, conn, block, &rule, from)?;
        storage::ip_blocks::insert(conn, block.clone())?;
        note(app, conn, &by, "block network", block.network.clone())?;
        Ok(block)
    })
    .await
}

/// Changes a rule.
pub async fn change(
    app: &App,
    by: &Person,
    from: IpAddr,
    id: i64,
    rule: IpRule,
) -> Result<IpBlock> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let block = storage::ip_blocks::hold(conn, id)?.ok_or(Error::NotFound)?;
        let block = checked(app, conn, block, &rule, from)?;
        storage::ip_blocks::update(conn, &block)?;
        note(
            app,
            conn,
            &by,
            "change network block",
            block.network.clone(),
        )?;
        Ok(block)
    })
    .await
}

pub async fn unblock(app: &App, by: &Person, id: i64) -> Result<()> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let block = storage::ip_blocks::find(conn, id)?.ok_or(Error::NotFound)?;
        storage::ip_blocks::delete(conn, id)?;
        note(app, conn, &by, "unblock network", block.network)
    })
    .await
}

/// All rules that hold, for whoever looks after the server.
pub async fn all(app: &App) -> Result<Vec<IpBlock>> {
    app.read(|app, conn| Ok(storage::ip_blocks::all(conn, app.now())?))
        .await
}

/// Lifts the rule about a network, or of an address all that it meets, from the command line. [`Error::NotFound`] if there are
/// none.
pub async fn lift(app: &App, named: &str) -> Result<Vec<IpBlock>> {
    let address = named.trim().parse::<IpAddr>().ok();
    let wanted = network(named).ok_or_else(|| invalid("Ip is invalid"))?;
    app.transaction(move |app, conn| {
        let mut met = storage::ip_blocks::all(conn, app.now())?;
        met.retain(|rule| match (network(&rule.network), address) {
            (Some(network), Some(address)) => network.contains(&address),
            (Some(network), None) => network == wanted,
            (None, _) => false,
        });
        if met.is_empty() {
            return Err(Error::NotFound);
        }
        for rule in &met {
            storage::ip_blocks::delete(conn, rule.id)?;
        }
        Ok(met)
    })
    .await
}

/// A block as the rule says. Nobody shuts themselves out.
fn checked(
    app: &App,
    conn: &mut DbConnection,
    mut block: IpBlock,
    rule: &IpRule,
    from: IpAddr,
) -> Result<IpBlock> {
    let named = rule.network.as_deref().unwrap_or(&block.network);
    let network = network(named).ok_or_else(|| invalid("Ip is invalid"))?;
    block.network = network.to_string();
    block.severity = rule.severity.unwrap_or(block.severity);
    if let Some(comment) = &rule.comment {
        let comment = comment.trim().replace('\0', "");
        if comment.chars().count() > COMMENT {
            return Err(invalid(format!(
                "Comment is too long (maximum is {COMMENT} characters)"
            )));
        }
        block.comment = comment;
    }
    if let Some(seconds) = rule.expires_in {
        let seconds = seconds.min(LONGEST);
        block.expires_at = (seconds > 0).then(|| app.now() + TimeDelta::seconds(seconds));
    }
    if block.severity == IpSeverity::NoAccess && network.contains(&from) {
        return Err(invalid("Ip would shut you out"));
    }
    let other = storage::ip_blocks::of_network(conn, &block.network)?;
    if other.is_some_and(|other| other.id != block.id) {
        return Err(invalid("Ip has already been taken"));
    }
    Ok(block)
}

/// An address, or a network by its first address and the length of what they share.
fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let network = text.parse::<IpNet>().ok();
    let network = network.or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))?;
    Some(network.trunc())
}

/// What holds for somebody who signs up from there: the strictest rule.
pub(crate) fn about(
    conn: &mut DbConnection,
    address: IpAddr,
    now: Time,
) -> Result<Option<IpSeverity>> {
    let rules = storage::ip_blocks::all(conn, now)?;
    let met = rules
        .into_iter()
        .filter(|rule| network(&rule.network).is_some_and(|network| network.contains(&address)));
    Ok(met.map(|rule| rule.severity).max())
}

/// Whether nothing is answered there. Never waits: what was read last holds until it was read again.
#[must_use]
pub fn turns_away(app: &App, address: IpAddr) -> bool {
    let Ok(mut remembered) = app.turned_away().lock() else {
        return false;
    };
    let (at, networks) = remembered.clone().unzip();
    let networks = networks.unwrap_or_default();
    if at.is_none_or(|at| at.elapsed() >= FRESH) {
        *remembered = Some((Instant::now(), networks.clone()));
        tokio::spawn(read_again(app.clone()));
    }
    networks.iter().any(|network| network.contains(&address))
}

async fn read_again(app: App) {
    let read = app.read(|app, conn| Ok(storage::ip_blocks::all(conn, app.now())?));
    match read.await {
        Ok(rules) => {
            let shut = rules
                .iter()
                .filter(|rule| rule.severity == IpSeverity::NoAccess);
            let networks = shut.filter_map(|rule| network(&rule.network)).collect();
            if let Ok(mut remembered) = app.turned_away().lock() {
                *remembered = Some((Instant::now(), Arc::new(networks)));
            }
        }
        Err(error) => tracing::warn!(%error, "it could not be read who is turned away"),
    }
}

#[cfg(test)]
mod tests {
    use super::network;

    #[test]
    fn a_network_is_written_by_its_first_address() {
        let written = |text| network(text).map(|network| network.to_string());
        assert_eq!(written("203.0.113.7"), Some("203.0.113.7/32".to_owned()));
        assert_eq!(written("203.0.113.7/24"), Some("203.0.113.0/24".to_owned()));
        assert_eq!(written("2001:db8::1/32"), Some("2001:db8::/32".to_owned()));
        for bad in ["", "203.0.113", "203.0.113.7/33", "school.example"] {
            assert_eq!(written(bad), None, "{bad}");
        }
    }
}
