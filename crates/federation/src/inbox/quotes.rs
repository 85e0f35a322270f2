//! Asking to quote: FEP-044f.

use service::incoming::Deed;

use super::prepare::{Context, Outcome, refuse};
use crate::convert::note::{author_of, is_post};
use crate::protocol::read::{self, id_of};

impl Context<'_> {
    /// `QuoteRequest`: of a status of ours, by a status of theirs, which is embedded or named.
    pub(super) async fn quote_request(&self) -> Outcome<Deed> {
        let of = self.object_id()?.to_owned();
        let instrument = read::one(self.activity, "instrument");
        let instrument = instrument.ok_or_else(|| refuse("it has no instrument"))?;
        let id = id_of(instrument).ok_or_else(|| refuse("its instrument has no id"))?;
        if !self.is_theirs(id) {
            return Err(refuse("it is not its actor's"));
        }
        let fetched;
        let document = if is_post(instrument) {
            instrument
        } else {
            fetched = self.federation.object(self.app, self.budget, id).await?;
            &fetched
        };
        if !is_post(document) || author_of(document) != Some(self.actor.uri.as_str()) {
            return Err(refuse("it is not its actor's"));
        }
        let post = self
            .federation
            .understood(self.app, self.budget, document)
            .await?;
        if post.quote.as_ref().is_none_or(|quote| quote.uri != of) {
            return Err(refuse("it quotes something else"));
        }
        Ok(Deed::QuoteRequest {
            uri: self.id.to_owned(),
            of,
            post: Box::new(post),
        })
    }
}
