//! `staffroom user`

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anyhow::Context;
use domain::Scopes;
use service::oauth::Person;
use service::transfer::ExportKind;
use service::users::{self, NewUser};
use service::{App, moving, oauth, transfer};

use crate::cli::User;
use crate::commands::say;
use crate::config::Config;
use crate::parts::{for_command, for_command_online};

pub async fn run(config: Config, command: User) -> anyhow::Result<()> {
    let app = match command {
        User::Alias { .. } | User::Move { .. } => for_command_online(&config).await?,
        _ => for_command(&config).await?,
    };
    match command {
        User::Create {
            name,
            email,
            password,
            confirmed,
            role,
            token,
        } => {
            let new = NewUser {
                username: name,
                email,
                password,
                role,
                confirmed,
            };
            create(&app, new, token).await?;
        }
        User::List => list(&app).await?,
        User::Password { name, password } => {
            let given = password.is_some();
            let password = users::set_password(&app, &name, password)
                .await
                .context(name.clone())?;
            say(&if given {
                format!("{name} can sign in with the new password.")
            } else {
                format!("{name} can sign in with the password {password}")
            });
        }
        User::LiftSecondFactor { name } => {
            let was_on = users::second_factor::lift(&app, &name)
                .await
                .context(name.clone())?;
            say(&if was_on {
                format!("{name} signs in with the password alone now.")
            } else {
                format!("{name} has no second factor.")
            });
        }
        User::Role { name, role } => {
            users::set_role(&app, &name, role)
                .await
                .context(name.clone())?;
            say(&format!("{name} is {} now.", role.name()));
        }
        User::Approve { name } => {
            users::approve(&app, &name).await.context(name.clone())?;
            say(&format!("{name} is approved."));
            say_what_is_missing(&app, &name).await?;
        }
        User::Confirm { name } => {
            users::confirm_by_hand(&app, &name)
                .await
                .context(name.clone())?;
            say(&format!("The e-mail address of {name} is confirmed."));
            say_what_is_missing(&app, &name).await?;
        }
        User::Suspend { name, undo: false } => {
            users::suspend(&app, &name, true)
                .await
                .context(name.clone())?;
            say(&format!(
                "{name} is suspended: staffroom user unsuspend {name} lifts it."
            ));
        }
        User::Suspend { name, undo: true } | User::Unsuspend { name } => {
            users::suspend(&app, &name, false)
                .await
                .context(name.clone())?;
            say(&format!("{name} is no longer suspended."));
        }
        User::Alias { name, handle, undo } => {
            let other = moving::set_alias(&app, &name, &handle, !undo)
                .await
                .context(name.clone())?;
            say(&if undo {
                format!("{name} is not known as {other} any more.")
            } else {
                format!("{name} is known as {other} too, and can be moved to from there.")
            });
        }
        User::Move {
            name,
            handle: Some(handle),
            ..
        } => {
            let other = moving::move_to(&app, &name, &handle)
                .await
                .context(name.clone())?;
            say(&format!("{name} moved to {other}; followers are told."));
        }
        User::Move { name, .. } => {
            moving::stay(&app, &name).await.context(name.clone())?;
            say(&format!("{name} points to no other account any more."));
        }
        User::Export { name, kind, file } => {
            export(&app, &name, kind, &file)
                .await
                .with_context(|| file.display().to_string())?;
            say(&format!("{} is written.", file.display()));
        }
        User::Import {
            name,
            kind,
            file,
            overwrite,
        } => {
            let person = users::find(&app, &name).await.context(name.clone())?;
            let place = file.display().to_string();
            let content = std::fs::read(&file).with_context(|| place.clone())?;
            transfer::submit(&app, &person, kind, overwrite, content)
                .await
                .context(place)?;
            say(&format!(
                "The running server works the file off; {name} finds the report at {}settings/transfer",
                app.settings().public_url
            ));
        }
        User::Delete { name, .. } => {
            users::delete(&app, &name).await.context(name.clone())?;
            say(&format!("{name} is deleted; other servers are told."));
        }
    }
    Ok(())
}

async fn export(app: &App, name: &str, kind: ExportKind, file: &Path) -> anyhow::Result<()> {
    let person = users::find(app, name).await.context(name.to_owned())?;
    let mut out = File::create(file)?;
    let mut before = None;
    loop {
        let part = transfer::part(app, &person, kind, before).await?;
        out.write_all(&part.text)?;
        before = part.more;
        if before.is_none() {
            return Ok(out.sync_all()?);
        }
    }
}

async fn create(app: &App, new: NewUser, token: Option<String>) -> anyhow::Result<()> {
    let scopes = token
        .map(|text| text.parse::<Scopes>())
        .transpose()
        .context("--token")?;
    let given = new.password.is_some();
    let (person, password) = users::create(app, new).await?;
    let name = &person.account.username;
    let ready = person.user.confirmed_at.is_some();
    if let Some(scopes) = scopes {
        // The token alone, so that a script can take it.
        say(&oauth::create_token(app, person.user.id, scopes).await?);
        return Ok(());
    }
    let can = if ready {
        "can sign in"
    } else {
        "has an account"
    };
    say(&if given {
        format!("{name} {can}.")
    } else {
        format!("{name} {can} with the password {password}")
    });
    say_what_is_missing(app, name).await
}

/// What somebody still needs before they can sign in.
async fn say_what_is_missing(app: &App, name: &str) -> anyhow::Result<()> {
    let Person { user, account } = users::find(app, name).await?;
    if account.is_gone() {
        say(&format!("{name} is suspended."));
    }
    if user.confirmed_at.is_none() {
        say(&format!(
            "{name} has to confirm {} by the link in a letter; staffroom user confirm {name} does without.",
            user.email
        ));
    }
    if user.approved_at.is_none() {
        say(&format!(
            "{name} waits for approval: staffroom user approve {name}"
        ));
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
