//! Whom people here muted, blocked or noted something about has moved: the same holds of the new account, as at Mastodon.

use std::collections::HashMap;

use domain::AccountId;
use storage::accounts::Account;
use storage::{DbConnection, account_notes};

use super::both;
use crate::mutes::MuteWishes;
use crate::networks::full;
use crate::regard::NOTE;
use crate::word::in_language;
use crate::{App, Result, blocks, mutes};

/// People in one transaction.
const AT_ONCE: i64 = 50;

#[derive(Debug, Clone, Copy)]
enum Regard {
    Noted,
    Blocked,
    Muted,
}

/// In pieces. What is there already stays as it is.
pub(super) async fn carry(app: &App, from: AccountId, to: AccountId) -> Result<()> {
    for regard in [Regard::Noted, Regard::Blocked, Regard::Muted] {
        let mut next = Some(AccountId(0));
        while let Some(after) = next {
            next = app
                .transaction(move |app, conn| {
                    let Some((old, new)) = both(conn, from, to)? else {
                        return Ok(None);
                    };
                    let people = match regard {
                        Regard::Noted => notes(app, conn, &old, &new, after)?,
                        Regard::Blocked => carry_blocks(app, conn, &old, &new, after)?,
                        Regard::Muted => carry_mutes(app, conn, &old, &new, after)?,
                    };
                    let is_full = i64::try_from(people.len()).is_ok_and(|count| count >= AT_ONCE);
                    Ok(people.last().copied().filter(|_| is_full))
                })
                .await?;
        }
    }
    Ok(())
}

/// What some people noted about the new one, and in which language they are told what came along.
struct Notes {
    known: HashMap<AccountId, String>,
    locales: HashMap<AccountId, String>,
}

impl Notes {
    fn of(conn: &mut DbConnection, people: &[AccountId], new: AccountId) -> Result<Self> {
        let users = storage::users::of_accounts(conn, people)?;
        let locale = |user: storage::users::User| (user.account_id, user.locale);
        Ok(Self {
            known: account_notes::of_accounts(conn, people, new)?
                .into_iter()
                .collect(),
            locales: users.into_iter().map(locale).collect(),
        })
    }

    fn said(&self, to: AccountId, english: &str) -> String {
        match self.locales.get(&to) {
            Some(locale) => in_language(english, locale),
            None => english.to_owned(),
        }
    }

    /// Says why somebody is muted or blocked, to whoever noted nothing about them.
    fn explain(
        &self,
        conn: &mut DbConnection,
        to: AccountId,
        new: AccountId,
        english: &str,
    ) -> Result<()> {
        if self.known.contains_key(&to) {
            return Ok(());
        }
        Ok(account_notes::set(conn, to, new, &self.said(to, english))?)
    }
}

fn notes(
    app: &App,
    conn: &mut DbConnection,
    old: &Account,
    new: &Account,
    after: AccountId,
) -> Result<Vec<AccountId>> {
    let rows = account_notes::by_our_people(conn, old.id, after, AT_ONCE)?;
    let people: Vec<AccountId> = rows.iter().map(|(who, _)| *who).collect();
    let notes = Notes::of(conn, &people, new.id)?;
    let english = format!(
        "This account moved here from {}. What you noted about that one:",
        full(app, old)
    );
    for (who, comment) in rows {
        let said = notes.said(who, &english);
        let own = notes.known.get(&who).map_or("", String::as_str);
        if who == new.id || own.contains(&said) {
            continue;
        }
        let end = if own.is_empty() {
            String::new()
        } else {
            format!("\n\n{own}")
        };
        let taken = said.chars().count() + 1 + end.chars().count();
        let Some(room) = NOTE.checked_sub(taken) else {
            continue;
        };
        let copied: String = comment.chars().take(room).collect();
        account_notes::set(conn, who, new.id, &format!("{said}\n{copied}{end}"))?;
    }
    Ok(people)
}

fn carry_blocks(
    app: &App,
    conn: &mut DbConnection,
    old: &Account,
    new: &Account,
    after: AccountId,
) -> Result<Vec<AccountId>> {
    let rows = storage::blocks::by_our_people(conn, old.id, after, AT_ONCE)?;
    let people: Vec<AccountId> = rows.iter().map(|block| block.account_id).collect();
    let followers = storage::follows::followers_among(conn, new.id, &people)?;
    let notes = Notes::of(conn, &people, new.id)?;
    let why = format!(
        "This account moved here from {}, which you had blocked.",
        full(app, old)
    );
    for me in storage::accounts::with_ids(conn, &people)? {
        let is_concerned = me.id != new.id && !me.is_gone() && !followers.contains(&me.id);
        if is_concerned && blocks::set(app, conn, &me, new)? {
            notes.explain(conn, me.id, new.id, &why)?;
        }
    }
    Ok(people)
}

fn carry_mutes(
    app: &App,
    conn: &mut DbConnection,
    old: &Account,
    new: &Account,
    after: AccountId,
) -> Result<Vec<AccountId>> {
    let now = app.now();
    let rows = storage::mutes::by_our_people(conn, old.id, after, AT_ONCE, now)?;
    let people: Vec<AccountId> = rows.iter().map(|mute| mute.account_id).collect();
    let mut spared = storage::follows::followers_among(conn, new.id, &people)?;
    spared.extend(storage::mutes::muting(conn, &[new.id], &people, now)?);
    let notes = Notes::of(conn, &people, new.id)?;
    let why = format!(
        "This account moved here from {}, which you had muted.",
        full(app, old)
    );
    for mute in rows {
        let me = mute.account_id;
        if me == new.id || spared.contains(&me) {
            continue;
        }
        let left = |end: domain::Time| (end - now).num_seconds().max(1);
        let wishes = MuteWishes {
            notifications: mute.notifications,
            duration: mute.expires_at.map_or(0, left),
        };
        mutes::set(app, conn, me, new.id, wishes)?;
        notes.explain(conn, me, new.id, &why)?;
    }
    Ok(people)
}
