//! Quotes, and who may quote.
//! <https://docs.joinmastodon.org/entities/Quote/>

use domain::quote::{Permission, Quoter};
use domain::{QuotePolicy, StatusId, Visibility};
use serde::Serialize;
use utoipa::ToSchema;

use super::status::Status;

/// What a status quotes. `quoted_status` is null unless the state is `accepted`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Quote {
    Whole {
        state: &'static str,
        #[schema(required, no_recursion)]
        quoted_status: Option<Box<Status>>,
    },
    /// In a status that is itself quoted.
    /// <https://docs.joinmastodon.org/entities/ShallowQuote/>
    Shallow {
        state: &'static str,
        #[schema(value_type = Option<String>, required)]
        quoted_status_id: Option<StatusId>,
    },
}

/// Who may quote a status, or feature an account.
/// <https://docs.joinmastodon.org/entities/QuoteApproval/>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Approval {
    #[schema(value_type = Vec<String>)]
    automatic: Vec<&'static str>,
    #[schema(value_type = Vec<String>)]
    manual: Vec<&'static str>,
    current_user: &'static str,
}

impl Approval {
    /// Nobody may.
    pub const NOBODY: Self = Self {
        automatic: Vec::new(),
        manual: Vec::new(),
        current_user: "denied",
    };

    /// Anybody may, and whoever looks if they are signed in.
    #[must_use]
    pub fn everybody(is_signed_in: bool) -> Self {
        Self {
            automatic: vec!["public"],
            manual: Vec::new(),
            current_user: if is_signed_in { "automatic" } else { "denied" },
        }
    }

    /// What a server elsewhere says of who may feature somebody; some do not know that. Who follows whom is not looked at.
    #[must_use]
    pub fn elsewhere(policy: QuotePolicy, is_signed_in: bool) -> Self {
        let current_user = match policy.permits(Quoter::default(), Visibility::Public) {
            _ if policy == QuotePolicy::NOBODY => "missing",
            _ if !is_signed_in => "denied",
            Permission::Denied => "unknown",
            known => known.name(),
        };
        Self {
            current_user,
            ..Self::of(policy, Permission::Denied)
        }
    }

    #[must_use]
    pub fn of(policy: QuotePolicy, current_user: Permission) -> Self {
        Self {
            automatic: policy.automatic.names(),
            manual: policy.manual.names(),
            current_user: current_user.name(),
        }
    }
}
