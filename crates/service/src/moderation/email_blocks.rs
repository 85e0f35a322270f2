//! With which e-mail addresses nobody can sign up.
//! <https://docs.joinmastodon.org/methods/admin/email_domain_blocks/>

use domain::{Host, Page};
use storage::DbConnection;

use super::note;
use crate::error::invalid;
use crate::oauth::Person;
use crate::passwords::token_hash;
use crate::{App, Error, Paged, Result};

pub use storage::email_blocks::{CanonicalEmailBlock, EmailDomainBlock};

pub async fn page_of_domains(app: &App, page: Page) -> Result<Paged<EmailDomainBlock>> {
    app.read(move |_, conn| {
        let rows = storage::email_blocks::page_of_domains(conn, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok(Paged::new(rows, cursors, &page))
    })
    .await
}

pub async fn find_domain(app: &App, id: i64) -> Result<EmailDomainBlock> {
    app.read(move |_, conn| storage::email_blocks::find_domain(conn, id)?.ok_or(Error::NotFound))
        .await
}

/// Nobody signs up any more whose letters go to this host, or below it.
pub async fn block_domain(app: &App, by: &Person, host: Host) -> Result<EmailDomainBlock> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let block = EmailDomainBlock {
            id: app.next_id(),
            host: host.to_string(),
            created_at: app.now(),
        };
        if !storage::email_blocks::insert_domain(conn, block.clone())? {
            return Err(invalid("Domain has already been taken"));
        }
        note(app, conn, &by, "block e-mail domain", host.to_string())?;
        Ok(block)
    })
    .await
}

pub async fn unblock_domain(app: &App, by: &Person, id: i64) -> Result<()> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let block = storage::email_blocks::find_domain(conn, id)?.ok_or(Error::NotFound)?;
        storage::email_blocks::delete_domain(conn, id)?;
        note(app, conn, &by, "unblock e-mail domain", block.host)
    })
    .await
}

pub async fn page_of_canonical(app: &App, page: Page) -> Result<Paged<CanonicalEmailBlock>> {
    app.read(move |_, conn| {
        let rows = storage::email_blocks::page_of_canonical(conn, &page)?;
        let cursors: Vec<i64> = rows.iter().map(|row| row.id).collect();
        Ok(Paged::new(rows, cursors, &page))
    })
    .await
}

pub async fn find_canonical(app: &App, id: i64) -> Result<CanonicalEmailBlock> {
    app.read(move |_, conn| storage::email_blocks::find_canonical(conn, id)?.ok_or(Error::NotFound))
        .await
}

/// The blocks that an address meets: one, or none.
pub async fn test_canonical(app: &App, email: &str) -> Result<Vec<CanonicalEmailBlock>> {
    let hash = canonical_hash(email).ok_or_else(|| invalid("Email is invalid"))?;
    app.read(move |_, conn| {
        let found = storage::email_blocks::canonical_of(conn, &hash)?;
        Ok(found.into_iter().collect())
    })
    .await
}

/// Nobody signs up any more with an address of which this is the hash.
pub async fn block_canonical(app: &App, by: &Person, hash: String) -> Result<CanonicalEmailBlock> {
    let hash = hash.to_ascii_lowercase();
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(invalid("Canonical email hash is invalid"));
    }
    let by = by.clone();
    app.transaction(move |app, conn| {
        let block = CanonicalEmailBlock {
            id: app.next_id(),
            hash,
            created_at: app.now(),
        };
        if !storage::email_blocks::insert_canonical(conn, block.clone())? {
            return Err(invalid("Canonical email hash has already been taken"));
        }
        note(app, conn, &by, "block e-mail address", block.hash.clone())?;
        Ok(block)
    })
    .await
}

pub async fn unblock_canonical(app: &App, by: &Person, id: i64) -> Result<()> {
    let by = by.clone();
    app.transaction(move |app, conn| {
        let block = storage::email_blocks::find_canonical(conn, id)?.ok_or(Error::NotFound)?;
        storage::email_blocks::delete_canonical(conn, id)?;
        note(app, conn, &by, "unblock e-mail address", block.hash)
    })
    .await
}

/// All blocks, for whoever looks after the server.
pub async fn all(app: &App) -> Result<(Vec<EmailDomainBlock>, Vec<CanonicalEmailBlock>)> {
    app.read(|_, conn| {
        Ok((
            storage::email_blocks::all_domains(conn)?,
            storage::email_blocks::all_canonical(conn)?,
        ))
    })
    .await
}

/// Lifts the block of a mail server, of an address, or of an address by its hash, from the command line. [`Error::NotFound`] if
/// there is none.
pub async fn lift(app: &App, what: &str) -> Result<()> {
    let what = what.trim().to_lowercase();
    let is_hash = what.len() == 64 && what.bytes().all(|byte| byte.is_ascii_hexdigit());
    let hash = if is_hash {
        Some(what.clone())
    } else {
        canonical_hash(&what)
    };
    app.transaction(move |_, conn| {
        let Some(hash) = hash else {
            let host: Host = what.parse().map_err(|_| Error::NotFound)?;
            let block = storage::email_blocks::of_domain(conn, host.as_str())?;
            let block = block.ok_or(Error::NotFound)?;
            return Ok(storage::email_blocks::delete_domain(conn, block.id)?);
        };
        let block = storage::email_blocks::canonical_of(conn, &hash)?.ok_or(Error::NotFound)?;
        Ok(storage::email_blocks::delete_canonical(conn, block.id)?)
    })
    .await
}

/// SHA-256 of an address in lower case, without dots before the `@` and what follows a plus sign there.
#[must_use]
pub fn canonical_hash(email: &str) -> Option<String> {
    let email = email.trim().to_lowercase();
    let (name, host) = email.split_once('@')?;
    let name = name.split('+').next()?.replace('.', "");
    Some(token_hash(&format!("{name}@{host}")))
}

/// Whether nobody may sign up with an address, which is in lower case.
pub(crate) fn is_blocked(conn: &mut DbConnection, email: &str) -> Result<bool> {
    let host = email.rsplit_once('@').map_or(email, |(_, host)| host);
    let above = std::iter::successors(Some(host), |name| Some(name.split_once('.')?.1));
    if storage::email_blocks::has_any_domain(conn, &above.collect::<Vec<_>>())? {
        return Ok(true);
    }
    match canonical_hash(email) {
        Some(hash) => Ok(storage::email_blocks::canonical_of(conn, &hash)?.is_some()),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::canonical_hash;

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let hash = canonical_hash("ada@school.example");
        for same in [
            "A.Da@School.example",
            "ada+news@school.example",
            " a.d.a+x+y@school.example ",
        ] {
            assert_eq!(canonical_hash(same), hash, "{same}");
        }
        assert_ne!(canonical_hash("ada@sch.ool.example"), hash);
        assert_eq!(canonical_hash("ada"), None);
    }
}
