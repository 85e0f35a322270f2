//! Scopes as types, so that a handler's signature says what its caller must be allowed.
//! <https://docs.joinmastodon.org/api/oauth-scopes/>

use domain::{Role, Scopes};

use crate::ApiError;

/// What a token must be good for.
pub trait Scope: 'static {
    /// Any one of these is enough.
    const ANY_OF: &'static [&'static str];
    /// What whoever holds it must be at least.
    const LEAST: Role = Role::User;
}

/// Refuses a token that is not good for `S`.
///
/// # Errors
/// Forbidden, when none of the scopes that `S` names is covered.
pub fn require<S: Scope>(granted: Scopes) -> Result<(), ApiError> {
    if S::ANY_OF.is_empty() || S::ANY_OF.iter().any(|name| granted.covers(name)) {
        return Ok(());
    }
    Err(ApiError::outside_scopes())
}

/// Refuses somebody who may do less than `S` is for.
///
/// # Errors
/// Forbidden, when the role is too small.
pub fn require_role<S: Scope>(role: Role) -> Result<(), ApiError> {
    if role < S::LEAST {
        return Err(ApiError::not_allowed());
    }
    Ok(())
}

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident: $($scope:literal)|* $(for $least:ident)?;)+) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub enum $name {}

            impl Scope for $name {
                const ANY_OF: &'static [&'static str] = &[$($scope),*];
                $(const LEAST: Role = Role::$least;)?
            }
        )+

        #[cfg(test)]
        const NAMED: &[&[&str]] = &[$($name::ANY_OF),+];
    };
}

scopes! {
    /// Any token will do.
    AnyScope: ;
    AdminReadAccounts: "admin:read:accounts" for Moderator;
    AdminReadAll: "admin:read" for Moderator;
    AdminReadCanonicalEmailBlocks: "admin:read:canonical_email_blocks" for Admin;
    AdminReadDomainAllows: "admin:read:domain_allows" for Admin;
    AdminReadDomainBlocks: "admin:read:domain_blocks" for Admin;
    AdminReadEmailDomainBlocks: "admin:read:email_domain_blocks" for Admin;
    AdminReadEmojis: "admin:read" for Admin;
    AdminReadIpBlocks: "admin:read:ip_blocks" for Admin;
    AdminReadReports: "admin:read:reports" for Moderator;
    AdminWriteAll: "admin:write" for Moderator;
    AdminWriteAccounts: "admin:write:accounts" for Moderator;
    AdminWriteCanonicalEmailBlocks: "admin:write:canonical_email_blocks" for Admin;
    AdminWriteDomainAllows: "admin:write:domain_allows" for Admin;
    AdminWriteDomainBlocks: "admin:write:domain_blocks" for Admin;
    AdminWriteEmailDomainBlocks: "admin:write:email_domain_blocks" for Admin;
    AdminWriteEmojis: "admin:write" for Admin;
    AdminWriteIpBlocks: "admin:write:ip_blocks" for Admin;
    /// To make networks, for which no scope of Mastodon's stands.
    AdminWriteNetworks: "admin:write" for Admin;
    AdminWriteReports: "admin:write:reports" for Moderator;
    /// To remove for good what somebody wrote.
    AdminDeleteAccounts: "admin:write:accounts" for Admin;
    /// To know who one is.
    OwnProfile: "profile" | "read:accounts";
    Profile: "profile";
    Push: "push";
    /// To be shown somebody no more: reading by Mastodon's documentation, writing by its program.
    DismissSuggestions: "read" | "write:accounts";
    ReadAccounts: "read:accounts";
    ReadBlocks: "read:blocks";
    ReadBookmarks: "read:bookmarks";
    ReadCollections: "read:collections";
    ReadFavourites: "read:favourites";
    ReadFilters: "read:filters";
    ReadFollows: "read:follows";
    ReadLists: "read:lists";
    ReadMutes: "read:mutes";
    ReadNotifications: "read:notifications";
    ReadSearch: "read:search";
    ReadStatuses: "read:statuses";
    WriteAccounts: "write:accounts";
    WriteBlocks: "write:blocks";
    WriteBookmarks: "write:bookmarks";
    WriteCollections: "write:collections";
    WriteFavourites: "write:favourites";
    WriteFollows: "write:follows";
    WriteFilters: "write:filters";
    WriteLists: "write:lists";
    WriteConversations: "write:conversations";
    WriteMedia: "write:media";
    WriteMutes: "write:mutes";
    WriteNotifications: "write:notifications";
    WriteReports: "write:reports";
    WriteStatuses: "write:statuses";
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scopes(text: &str) -> Scopes {
        Scopes::parse(text).unwrap()
    }

    #[test]
    fn every_scope_that_a_handler_can_ask_for_exists() {
        for name in NAMED.iter().copied().flatten() {
            assert!(scopes(name).contains(name), "{name}");
        }
    }

    #[test]
    fn a_token_without_the_scope_is_forbidden() {
        assert_eq!(
            require::<WriteStatuses>(scopes("read")),
            Err(ApiError::outside_scopes())
        );
        assert_eq!(require::<WriteStatuses>(scopes("write")), Ok(()));
        assert_eq!(require::<WriteFollows>(scopes("follow")), Ok(()));
        assert_eq!(require::<AnyScope>(scopes("push")), Ok(()));
    }

    #[test]
    fn a_scope_of_the_administration_is_nothing_without_the_role() {
        let refused = Err(ApiError::not_allowed());
        assert_eq!(require_role::<AdminReadReports>(Role::User), refused);
        assert_eq!(require_role::<AdminReadReports>(Role::Moderator), Ok(()));
        assert_eq!(
            require_role::<AdminReadDomainBlocks>(Role::Moderator),
            refused
        );
        assert_eq!(require_role::<AdminReadDomainBlocks>(Role::Owner), Ok(()));
        assert_eq!(require_role::<WriteStatuses>(Role::User), Ok(()));
    }

    #[test]
    fn profile_shows_who_one_is_and_nothing_else() {
        assert_eq!(require::<OwnProfile>(scopes("profile")), Ok(()));
        assert_eq!(require::<OwnProfile>(scopes("read")), Ok(()));
        assert!(require::<ReadAccounts>(scopes("profile")).is_err());
        assert!(require::<Profile>(scopes("read")).is_err());
    }
}
