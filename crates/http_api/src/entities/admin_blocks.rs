//! With which addresses nobody signs up, and from where nobody is let in.
//! <https://docs.joinmastodon.org/entities/Admin_IpBlock/>

use domain::Time;
use serde::Serialize;
use service::moderation::email_blocks::{CanonicalEmailBlock, EmailDomainBlock};
use service::moderation::ip_blocks::IpBlock;
use utoipa::ToSchema;

use super::Empty;
use super::time::{moment, moment_or_null};

/// <https://docs.joinmastodon.org/entities/Admin_EmailDomainBlock/>
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminEmailDomainBlock {
    pub id: String,
    pub domain: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    /// Attempts are not counted.
    #[schema(schema_with = crate::openapi::empty_list)]
    pub history: Empty,
}

impl From<EmailDomainBlock> for AdminEmailDomainBlock {
    fn from(block: EmailDomainBlock) -> Self {
        Self {
            id: block.id.to_string(),
            domain: block.host,
            created_at: block.created_at,
            history: [],
        }
    }
}

/// <https://docs.joinmastodon.org/entities/Admin_CanonicalEmailBlock/>
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminCanonicalEmailBlock {
    pub id: String,
    pub canonical_email_hash: String,
}

impl From<CanonicalEmailBlock> for AdminCanonicalEmailBlock {
    fn from(block: CanonicalEmailBlock) -> Self {
        Self {
            id: block.id.to_string(),
            canonical_email_hash: block.hash,
        }
    }
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AdminIpBlock {
    pub id: String,
    pub ip: String,
    pub severity: &'static str,
    pub comment: String,
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Time,
    #[serde(serialize_with = "moment_or_null")]
    #[schema(value_type = Option<String>, format = DateTime, required)]
    pub expires_at: Option<Time>,
}

impl From<IpBlock> for AdminIpBlock {
    fn from(block: IpBlock) -> Self {
        Self {
            id: block.id.to_string(),
            ip: block.network,
            severity: block.severity.name(),
            comment: block.comment,
            created_at: block.created_at,
            expires_at: block.expires_at,
        }
    }
}
