//! What client programs are called. They never change their names, so that those seen lately need not be asked for.

use std::collections::HashMap;

use domain::ApplicationId;
use moka::sync::Cache;
use storage::DbConnection;

use crate::Result;

const KEPT: u64 = 1_000;

/// Name and website.
type Names = (String, Option<String>);

#[derive(Debug)]
pub(crate) struct Programs(Cache<ApplicationId, Names>);

impl Default for Programs {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Programs {
    /// Names and websites of these programs. One query for those that are not known.
    pub(crate) fn of(
        &self,
        conn: &mut DbConnection,
        ids: &[ApplicationId],
    ) -> Result<HashMap<ApplicationId, Names>> {
        let mut found = HashMap::new();
        let mut wanted = Vec::new();
        for id in ids {
            match self.0.get(id) {
                Some(names) => drop(found.insert(*id, names)),
                None => wanted.push(*id),
            }
        }
        if !wanted.is_empty() {
            for program in storage::applications::with_ids(conn, &wanted)? {
                let names = (program.name, program.website);
                self.0.insert(program.id, names.clone());
                found.insert(program.id, names);
            }
        }
        Ok(found)
    }
}
