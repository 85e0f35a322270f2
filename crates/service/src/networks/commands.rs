//! What a network does about a direct message: it reads plain words, and answers in plain words.

use domain::network::{Command, Deed};
use domain::{Handle, NetworkPostState, Page, StatusId};
use storage::DbConnection;
use storage::accounts::Account;
use storage::networks;
use storage::statuses::Status;

use super::Known;
use super::deciding::{Wish, propose, second};
use super::describing::{Words, describe};
use super::looking::post_at;
use super::saying::{answer, full};
use super::stewarding::{PersonDeed, check_is_steward, person_deed, post_deed};
use crate::follows::{self, FollowWishes};
use crate::jobs::{Job, enqueue};
use crate::text::plain_text;
use crate::views::acct;
use crate::{App, Error, Result};

/// Posts in one answer.
const LISTED: i64 = 10;
/// People in one answer.
const NAMED: usize = 40;
/// Posts that one message names.
const AT_ONCE: usize = 20;

/// Does what a message asks for, and answers it. What programs say is not answered: they might answer, too.
pub(super) fn obey(
    app: &App,
    conn: &mut DbConnection,
    of: &Known,
    by: &Account,
    message: &Status,
    mentioned: &[Account],
) -> Result<()> {
    if by.kind != domain::AccountKind::Person {
        return Ok(());
    }
    let text = if message.local {
        message.text.clone()
    } else {
        plain_text(&message.content)
    };
    let asked = Asked {
        of,
        by,
        mentioned,
        message: message.id,
    };
    let name = of.account.username.as_str();
    let handles = [format!("@{name}"), full(app, &of.account)];
    let [short, whole] = handles.each_ref().map(String::as_str);
    let command = Command::parse(&text, &[name, short, whole, &of.account.display_name]);
    let said = in_words(asked.run(app, conn, command))?;
    answer(app, conn, of, by, message, &said)
}

/// What came of something, or why nothing did, for whoever asked for it.
pub(super) fn in_words(done: Result<String>) -> Result<String> {
    match done {
        Err(Error::Forbidden(why) | Error::Invalid(why)) => Ok(format!("{why}.")),
        Err(Error::NotFound) => Ok("I know no such post or person in this network.".to_owned()),
        done => done,
    }
}

/// Who asked which network, and by which message.
struct Asked<'a> {
    of: &'a Known,
    by: &'a Account,
    mentioned: &'a [Account],
    message: StatusId,
}

impl Asked<'_> {
    fn run(&self, app: &App, conn: &mut DbConnection, command: Command) -> Result<String> {
        match command {
            Command::Help => self.help(app, conn),
            Command::Unknown => {
                let help = self.help(app, conn)?;
                Ok(format!("I did not understand that.\n\n{help}"))
            }
            Command::Join => self.join(app, conn),
            Command::Leave => {
                follows::turn_away(app, conn, self.by.id, self.of.id())?;
                Ok("You are a member no more.".to_owned())
            }
            Command::Stewards => self.stewards(app, conn),
            Command::Rules => {
                let said = match self.of.network.rules.as_str() {
                    "" => "There are no rules of its own.".to_owned(),
                    rules => format!("The rules:\n\n{rules}"),
                };
                let how = "Write \"rules:\", with the colon, and the new ones to change them.";
                self.with_how(conn, said, how)
            }
            Command::Waiting => self.waiting(app, conn),
            Command::Banned => self.banned(app, conn),
            Command::Post(deed, links) => self.posts(app, conn, deed, &links),
            Command::Several => Err(Error::Invalid("Name one only in each message".to_owned())),
            Command::Accept(who) => self.person(app, conn, &who, PersonDeed::Accept),
            Command::Decline(who) => self.person(app, conn, &who, PersonDeed::Decline),
            Command::Invite(who) => self.person(app, conn, &who, PersonDeed::Invite),
            Command::Ban(who) => self.person(app, conn, &who, PersonDeed::Ban),
            Command::Unban(who) => self.person(app, conn, &who, PersonDeed::Unban),
            Command::AddSteward(who) => self.person(app, conn, &who, PersonDeed::AddSteward),
            Command::RemoveSteward(who) => self.person(app, conn, &who, PersonDeed::RemoveSteward),
            Command::Alias(who) => self.person(app, conn, &who, PersonDeed::Alias),
            Command::Unalias(who) => self.person(app, conn, &who, PersonDeed::Unalias),
            Command::Move(network) => self.move_to(app, conn, &network),
            Command::MoveBack => propose(app, conn, self.of, self.by, Wish::move_back()),
            Command::ShareKey(who) => self.person(app, conn, &who, PersonDeed::ShareKey),
            Command::Description => {
                let said = match self.of.account.note_source.as_str() {
                    "" => "It says nothing of itself.".to_owned(),
                    text => format!("What it says of itself:\n\n{text}"),
                };
                let how = "Write \"description:\", with the colon, and a new one to change it.";
                self.with_how(conn, said, how)
            }
            Command::Describe(text) => {
                let words = Words {
                    description: Some(text),
                    ..Words::default()
                };
                describe(app, conn, self.of, self.by, words)
            }
            Command::ChangeRules(text) => propose(app, conn, self.of, self.by, Wish::rules(text)),
            Command::PostsArePractice(is_rule) => {
                let wish = Wish::posts_are_practice(is_rule);
                propose(app, conn, self.of, self.by, wish)
            }
            Command::Confirm(number) => second(app, conn, self.of, self.by, number),
        }
    }

    fn help(&self, app: &App, conn: &mut DbConnection) -> Result<String> {
        let name = full(app, &self.of.account);
        let mut text = format!(
            "To post here, mention {name} in a public post. To join, follow it. Answer your own question with #Answered \
             when it is settled.\n\nHere you can write: help, join, leave, stewards, rules, description."
        );
        if networks::is_steward(conn, self.of.id(), self.by.id)? {
            text.push_str(
                "\n\nAs a steward also: waiting; banned; approve LINK, refuse LINK; pin LINK, unpin LINK; remove LINK, restore LINK; \
                 accept NAME, decline NAME, invite NAME; alias NETWORK, unalias NETWORK; \"description:\" and a new one. Of these \
                 another steward has to say \"confirm\" and a number: ban NAME, unban NAME, add steward NAME, remove steward \
                 NAME, \"rules:\" and the new rules, practice yes, practice no, move to NETWORK, move back, share key with NAME. \
                 A name without @ at its beginning, as somebody@school.example, is not told of your message.",
            );
        }
        Ok(text)
    }

    /// What is there, and for stewards how to change it.
    fn with_how(&self, conn: &mut DbConnection, said: String, how: &str) -> Result<String> {
        Ok(if networks::is_steward(conn, self.of.id(), self.by.id)? {
            format!("{said}\n\n{how}")
        } else {
            said
        })
    }

    /// Does the same with each post, and says of each what came of it.
    fn posts(
        &self,
        app: &App,
        conn: &mut DbConnection,
        deed: Deed,
        links: &[String],
    ) -> Result<String> {
        check_is_steward(conn, self.of, self.by.id)?;
        if links.len() > AT_ONCE {
            return Err(Error::Invalid("Only twenty posts at once".to_owned()));
        }
        let done = |link: &String| in_words(self.post(app, conn, deed, link));
        let said: Vec<String> = links.iter().map(done).collect::<Result<_>>()?;
        Ok(said.join("\n"))
    }

    fn post(&self, app: &App, conn: &mut DbConnection, deed: Deed, link: &str) -> Result<String> {
        let status = post_at(app, conn, self.of.id(), link)?;
        post_deed(app, conn, self.of, self.by, status, deed, None)
    }

    fn join(&self, app: &App, conn: &mut DbConnection) -> Result<String> {
        let name = full(app, &self.of.account);
        if !self.by.is_local() {
            // Only their own server can follow for them.
            return Ok(format!("To join, follow {name}."));
        }
        follows::want(
            app,
            conn,
            self.by,
            &self.of.account,
            FollowWishes::default(),
        )?;
        let follow = storage::follows::find(conn, self.by.id, self.of.id())?;
        Ok(if follow.is_some_and(|follow| follow.pending) {
            "You asked to join. A steward answers.".to_owned()
        } else {
            "You are a member now.".to_owned()
        })
    }

    fn stewards(&self, app: &App, conn: &mut DbConnection) -> Result<String> {
        let stewards = networks::stewards(conn, self.of.id())?;
        let names: Vec<String> = stewards.iter().map(|row| full(app, row)).collect();
        Ok(format!("The stewards: {}", names.join(", ")))
    }

    fn waiting(&self, app: &App, conn: &mut DbConnection) -> Result<String> {
        check_is_steward(conn, self.of, self.by.id)?;
        let page = Page::newest(LISTED);
        let waiting = NetworkPostState::Waiting;
        let rows = networks::page_of_posts(conn, self.of.id(), waiting, &page)?;
        let ids: Vec<StatusId> = rows.iter().map(|row| row.status_id).collect();
        let posts = storage::statuses::with_ids(conn, &ids)?;
        let links: Vec<&str> = posts.iter().map(|row| row.url.as_str()).collect();
        let asking = storage::follows::requests(conn, self.of.id(), &page)?;
        let names: Vec<String> = asking.iter().map(|(_, row)| full(app, row)).collect();
        let mut told = Vec::new();
        if !links.is_empty() {
            told.push(format!("These wait:\n{}", links.join("\n")));
        }
        if !names.is_empty() {
            told.push(format!("These ask to join: {}", names.join(", ")));
        }
        Ok(if told.is_empty() {
            "Nothing waits.".to_owned()
        } else {
            told.join("\n\n")
        })
    }

    fn banned(&self, app: &App, conn: &mut DbConnection) -> Result<String> {
        check_is_steward(conn, self.of, self.by.id)?;
        let limit = i64::try_from(NAMED + 1).unwrap_or(i64::MAX);
        let banned = networks::bans(conn, self.of.id(), "", limit)?;
        if banned.is_empty() {
            return Ok("Nobody is banned.".to_owned());
        }
        let names: Vec<String> = banned
            .iter()
            .take(NAMED)
            .map(|row| full(app, row))
            .collect();
        let mut text = format!("Banned: {}", names.join(", "));
        if banned.len() > NAMED {
            let (base, name) = (app.addresses().base(), &self.of.account.username);
            let page = format!("{base}/networks/{name}");
            text.push_str(&format!(
                "\n\nThese are the first by name. All of them are at {page}"
            ));
        }
        Ok(text)
    }

    fn person(
        &self,
        app: &App,
        conn: &mut DbConnection,
        words: &str,
        deed: PersonDeed,
    ) -> Result<String> {
        check_is_steward(conn, self.of, self.by.id)?;
        let who = self.named(app, conn, words)?;
        person_deed(app, conn, self.of, self.by, &who, deed)
    }

    /// To look at a network elsewhere is a job: it is proposed, and answered again, after that.
    fn move_to(&self, app: &App, conn: &mut DbConnection, words: &str) -> Result<String> {
        check_is_steward(conn, self.of, self.by.id)?;
        let target = match self.named(app, conn, words) {
            Ok(known) => acct(&known.username, known.host.as_deref()),
            Err(Error::NotFound) => words
                .split_whitespace()
                .next()
                .unwrap_or_default()
                .to_owned(),
            Err(error) => return Err(error),
        };
        let job = Job::ProposeMove {
            network: self.of.id(),
            by: self.by.id,
            message: self.message,
            target,
        };
        enqueue(app, conn, &job)?;
        Ok("I look at that network first.".to_owned())
    }

    /// Whom words name: apps show mentions without their hosts, so those of the message count first.
    fn named(&self, app: &App, conn: &mut DbConnection, words: &str) -> Result<Account> {
        let word = words.split_whitespace().next().unwrap_or_default();
        let handle: Handle = word.parse().map_err(|_| Error::NotFound)?;
        let name = handle.username.to_lowercase();
        if handle.host.is_none() {
            let mut called = self.mentioned.iter().filter(|account| {
                account.id != self.of.id() && account.username.to_lowercase() == name
            });
            match (called.next(), called.next()) {
                (Some(one), None) => return Ok(one.clone()),
                (Some(_), Some(_)) => {
                    return Err(Error::Invalid(
                        "Two people of that name are mentioned: write name@school.example"
                            .to_owned(),
                    ));
                }
                (None, _) => {}
            }
        }
        let key = handle.seen_from(&app.settings().host).key();
        storage::accounts::with_handle_key(conn, &key)?
            .filter(|account| !account.is_gone())
            .ok_or(Error::NotFound)
    }
}
