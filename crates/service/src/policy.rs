//! The rules about other servers, as every gate asks them.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::Policy;
use domain::policy::Rule;
use storage::DbConnection;

use crate::{App, Result};

/// For how long the rules are not read again: a command may have changed them, which is another process.
const FRESH: Duration = Duration::from_secs(1);

/// The rules that were read last, and when.
pub(crate) type Remembered = Mutex<Option<(Instant, Arc<Policy>)>>;

/// The rules, at most a second old.
pub async fn current(app: &App) -> Result<Arc<Policy>> {
    match fresh(app) {
        Some(policy) => Ok(policy),
        None => app.read(read).await,
    }
}

/// [`current`] in a transaction.
pub fn within(app: &App, conn: &mut DbConnection) -> Result<Arc<Policy>> {
    match fresh(app) {
        Some(policy) => Ok(policy),
        None => read(app, conn),
    }
}

fn fresh(app: &App) -> Option<Arc<Policy>> {
    let remembered = app.policy().lock().ok()?;
    let (at, policy) = remembered.as_ref()?;
    (at.elapsed() < FRESH).then(|| policy.clone())
}

fn read(app: &App, conn: &mut DbConnection) -> Result<Arc<Policy>> {
    let policy = Arc::new(load(app, conn)?);
    app.remote().keep_to(&policy);
    if let Ok(mut remembered) = app.policy().lock() {
        *remembered = Some((Instant::now(), policy.clone()));
    }
    Ok(policy)
}

/// The rules as the transaction at hand sees them.
pub(crate) fn load(app: &App, conn: &mut DbConnection) -> Result<Policy> {
    let rules = storage::domain_rules::blocks(conn)?
        .into_iter()
        .map(|block| Rule {
            host: block.host,
            severity: block.severity,
            reject_media: block.reject_media,
            reject_reports: block.reject_reports,
            since: block.created_at,
        });
    let ours = app.settings().host.to_string();
    let allowed = storage::domain_rules::allows(conn)?
        .into_iter()
        .map(|allow| allow.host)
        .chain([ours]);
    Ok(Policy::new(app.settings().federation_mode, rules, allowed))
}
