//! `staffroom user`

use anyhow::Context;
use domain::Scopes;
use service::oauth::Person;
use service::users::{self, NewUser};
use service::{App, oauth};

use crate::cli::User;
use crate::commands::say;
use crate::config::Config;
use crate::parts::assemble;

pub async fn run(config: Config, command: User) -> anyhow::Result<()> {
    let app = assemble(config)?.app;
    match command {
        User::Create {
            name,
            email,
            password,
            confirmed,
            role,
            token,
        } => {
            let scopes = token
                .map(|text| text.parse::<Scopes>())
                .transpose()
                .context("--token")?;
            let asked = password.is_some();
            let new = NewUser {
                username: name,
                email,
                password,
                role,
                confirmed,
            };
            let (person, password) = users::create(&app, new).await?;
            match scopes {
                Some(scopes) => say(&oauth::create_token(&app, person.user.id, scopes).await?),
                None if asked => say(&format!("{} can sign in.", person.account.username)),
                None => say(&format!(
                    "{} can sign in with the password {password}",
                    person.account.username
                )),
            }
        }
        User::List => list(&app).await?,
        User::Password { name, password } => {
            let password = users::set_password(&app, &name, password)
                .await
                .context(name.clone())?;
            say(&format!("{name} can sign in with the password {password}"));
        }
        User::Role { name, role } => users::set_role(&app, &name, role).await.context(name)?,
        User::Approve { name } => users::approve(&app, &name).await.context(name)?,
        User::Suspend { name, undo } => users::suspend(&app, &name, !undo).await.context(name)?,
    }
    Ok(())
}

async fn list(app: &App) -> anyhow::Result<()> {
    for Person { user, account } in users::list(app).await? {
        let state = match () {
            () if account.is_gone() => "suspended",
            () if user.confirmed_at.is_none() => "unconfirmed",
            () if user.approved_at.is_none() => "waits for approval",
            () => "active",
        };
        say(&format!(
            "{}\t{}\t{}\t{state}",
            account.username,
            user.email,
            user.role.name()
        ));
    }
    Ok(())
}
