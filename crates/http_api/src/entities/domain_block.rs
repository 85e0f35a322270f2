//! <https://docs.joinmastodon.org/entities/DomainBlock/>

use serde::Serialize;
use service::domain_blocks::Ending;
use service::domains;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

#[derive(Debug, Serialize, ToSchema)]
pub struct DomainBlock {
    /// With stars in it, where the administrator chose to hide a part.
    domain: String,
    /// Of the whole name: SHA-256, hexadecimal.
    digest: String,
    severity: &'static str,
    comment: String,
}

/// What blocking a server would cost oneself, as Mastodon tells it; its documentation does not.
#[derive(Debug, Serialize, ToSchema)]
pub struct DomainBlockPreview {
    following_count: usize,
    followers_count: usize,
}

impl From<Ending> for DomainBlockPreview {
    fn from(ending: Ending) -> Self {
        Self {
            following_count: ending.following,
            followers_count: ending.followers,
        }
    }
}

impl From<&domains::DomainBlock> for DomainBlock {
    fn from(block: &domains::DomainBlock) -> Self {
        Self {
            domain: if block.obfuscate {
                obfuscated(&block.host)
            } else {
                block.host.clone()
            },
            digest: digest(&block.host),
            severity: block.severity.name(),
            comment: block.public_comment.clone().unwrap_or_default(),
        }
    }
}

/// SHA-256 of a name, hexadecimal.
pub(super) fn digest(host: &str) -> String {
    let digest = Sha256::digest(host.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A quarter at each end stays, and every dot.
fn obfuscated(host: &str) -> String {
    let length = host.chars().count();
    let ends = length / 4;
    host.chars()
        .enumerate()
        .map(|(place, c)| {
            let hidden = place >= ends && place < length - ends && c != '.';
            if hidden { '*' } else { c }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::obfuscated;

    #[test]
    fn the_ends_of_a_hidden_name_stay() {
        assert_eq!(obfuscated("badschool.example"), "bads*****.***mple");
    }
}
