//! The only thing that use cases need from the network.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use domain::{AccountId, Handle, Policy, StatusId};
use storage::accounts::Account;
use url::Url;

use crate::cards::Page;
use crate::software::Software;
use crate::translation::{Languages, Translated};
use crate::{App, Result};

/// What an address from elsewhere turned out to be; it is stored by now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Account(AccountId),
    Status(StatusId),
}

/// The posts that the server of another one lists as coming from it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Derived {
    /// Their ids.
    pub uris: Vec<String>,
    /// Whether there are no more.
    pub is_whole: bool,
}

/// Finds people and statuses on other servers and stores them. Never called inside a transaction.
#[async_trait]
pub trait RemoteFetcher: Send + Sync {
    /// Whose handle it is; none if nobody's.
    async fn account(&self, app: &App, handle: &Handle) -> Result<Option<Account>>;

    /// What is at an address; none if nothing that we understand.
    async fn by_url(&self, app: &App, url: &str) -> Result<Option<Found>>;

    /// Stores what is missing of the thread of a status, as far as everybody may read it. `above` is what the first that
    /// is known answers.
    async fn thread(&self, _: &App, _status: &str, _above: Option<&str>) -> Result<()> {
        Ok(())
    }

    /// Whether the server of an account says that it is gone; not, where it cannot be asked.
    async fn is_gone(&self, _: &App, _: &Account) -> Result<bool> {
        Ok(false)
    }

    /// Whom the server of an account lists as followers of theirs, at an address that it named; none where it does not
    /// say, or not all of it.
    async fn followers(&self, _: &App, _: &Account, _url: &str) -> Result<Option<Vec<String>>> {
        Ok(None)
    }

    /// Stores what somebody posted last, what they have at the top of their profile, and whom they recommend.
    async fn posts(&self, _: &App, _: &Account) -> Result<()> {
        Ok(())
    }

    /// Stores what a status of that id is by now.
    async fn renew(&self, _: &App, _uri: &str) -> Result<()> {
        Ok(())
    }

    /// What the server of a status of that id lists as coming from it; none if it lists nothing. Those posts are stored
    /// by then, as far as everybody may read them.
    async fn derivations(&self, _: &App, _uri: &str) -> Result<Option<Derived>> {
        Ok(None)
    }

    /// The page at an address, as far as its beginning goes.
    async fn page(&self, _url: &str) -> Result<Page> {
        Err(crate::Error::NotFound)
    }

    /// The oEmbed document at an address, as JSON.
    async fn document(&self, _url: &Url) -> Result<serde_json::Value> {
        Err(crate::Error::NotFound)
    }

    /// The file at an address, of at most `limit` bytes. [`crate::Error::NotFound`] if there is none,
    /// [`crate::Error::TooLarge`] if it is larger.
    async fn file(&self, url: &str, limit: usize) -> Result<Bytes>;

    /// What a server runs; none where it does not say.
    async fn software(&self, _host: &str) -> Result<Option<Software>> {
        Ok(None)
    }

    /// Between which languages the translator that the administrator chose translates.
    async fn translation_languages(&self) -> Result<Languages> {
        Err(crate::Error::NotFound)
    }

    /// HTML in the language of that code, each text in its place; from one that the translator is to find out where
    /// none is said.
    async fn translate(
        &self,
        _texts: Vec<String>,
        _from: Option<&str>,
        _to: &str,
    ) -> Result<Translated> {
        Err(crate::Error::NotFound)
    }

    /// From now on nobody is asked whom these rules refuse. One that asks nobody has nothing to keep to.
    fn keep_to(&self, _: &Arc<Policy>) {}
}
