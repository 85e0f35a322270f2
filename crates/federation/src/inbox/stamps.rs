//! Answers to what ours ask others for: to quote them (FEP-044f), and to have them in a collection (FEP-7aa9).

use serde_json::Value;
use service::incoming::Deed;

use super::prepare::Context;
use crate::protocol::read::{self, id_of, kind};

impl Context<'_> {
    /// Accept and Reject of a QuoteRequest or FeatureRequest of ours; none if they are of something else. A yes without a stamp
    /// of their own server says nothing.
    pub(super) fn stamped(&self, object: &Value, yes: bool) -> Option<Deed> {
        let request = id_of(object)?;
        let is_ours = request.starts_with(self.app.addresses().base());
        let is = |asked: &str, part: &str| {
            is_ours && ["", asked].contains(&kind(object)) && request.contains(part)
        };
        let is_quote = is("QuoteRequest", "#quotes/");
        if !(is_quote || is("FeatureRequest", "#feature_requests/")) {
            return None;
        }
        let stamp = read::id(self.activity, "result")
            .filter(|stamp| stamp.len() <= super::ID && self.is_theirs(stamp));
        if yes && stamp.is_none() {
            return Some(Deed::Nothing);
        }
        let request = request.to_owned();
        let stamp = stamp.filter(|_| yes).map(str::to_owned);
        Some(if is_quote {
            Deed::QuoteAnswer { request, stamp }
        } else {
            Deed::FeatureAnswer { request, stamp }
        })
    }
}
