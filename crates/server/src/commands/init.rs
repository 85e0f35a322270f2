//! `staffroom init`: asks what a new server needs to know, writes the configuration, makes the owner's account.

use std::io::IsTerminal;

use anyhow::{Context, bail};
use dialoguer::{Confirm, Input, Password};
use domain::Role;
use service::passwords;
use service::users::{self, NewUser};
use url::Url;

use crate::cli::{Cli, Init};
use crate::commands::say;
use crate::config;
use crate::parts::assemble;

/// What was answered.
struct Answers {
    public_url: Url,
    title: String,
    database_url: String,
    listen: String,
    owner: String,
    email: String,
    password: Option<String>,
}

pub async fn run(init: &Init, cli: &Cli) -> anyhow::Result<()> {
    if init.output.exists() {
        bail!(
            "{} exists already; move it away to begin anew",
            init.output.display()
        );
    }
    let answers = if init.yes {
        from_flags(init)?
    } else {
        ask(init)?
    };
    let text = written(&answers);
    // Checked before anything is written.
    let trial = tempfile(&text)?;
    config::load(Some(trial.path()), &cli.set)?;
    std::fs::write(&init.output, &text).with_context(|| init.output.display().to_string())?;
    let config = config::load(Some(&init.output), &cli.set)?;
    let app = assemble(config)?.app;
    let owner = NewUser {
        username: answers.owner,
        email: answers.email,
        password: answers.password.clone(),
        role: Role::Owner,
        confirmed: true,
    };
    let made = users::create(&app, owner).await;
    if made.is_err() {
        // Otherwise the next attempt would find a server that is set up.
        std::fs::remove_file(&init.output)?;
    }
    let (person, password) = made.context("the owner's account")?;
    say(&format!("Written: {}", init.output.display()));
    say(&format!(
        "{} looks after {}.",
        person.account.username, answers.public_url
    ));
    if answers.password.is_none() {
        say(&format!("Password: {password}"));
    }
    say("Start the server with: staffroom serve");
    Ok(())
}

fn tempfile(text: &str) -> anyhow::Result<tempfile::NamedTempFile> {
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), text)?;
    Ok(file)
}

fn from_flags(init: &Init) -> anyhow::Result<Answers> {
    let needed = |flag: &str| format!("{flag} is needed with --yes");
    Ok(Answers {
        public_url: init
            .public_url
            .clone()
            .with_context(|| needed("--public-url"))?,
        title: init.title.clone().unwrap_or_else(|| "Staffroom".to_owned()),
        database_url: init
            .database_url
            .clone()
            .unwrap_or_else(|| "sqlite:data/staffroom.db".to_owned()),
        listen: init.listen.map_or_else(
            || "127.0.0.1:3000".to_owned(),
            |address| address.to_string(),
        ),
        owner: init.owner.clone().with_context(|| needed("--owner"))?,
        email: init.email.clone().with_context(|| needed("--email"))?,
        password: init.password.clone(),
    })
}

fn ask(init: &Init) -> anyhow::Result<Answers> {
    if !std::io::stdin().is_terminal() {
        bail!("there is nobody to ask: give the answers as flags, with --yes");
    }
    let public_url = question(
        "Where will the world see this server?",
        init.public_url.as_ref().map(Url::to_string),
        "https://staffroom.example",
        |text| key("server.public_url", text),
    )?;
    let answers = Answers {
        public_url: public_url.parse().context("that is no address")?,
        title: question(
            "What is it called?",
            init.title.clone(),
            "Our staffroom",
            |_| Ok(()),
        )?,
        database_url: question(
            "Where is the data kept?",
            init.database_url.clone(),
            "sqlite:data/staffroom.db",
            |text| key("database.url", text),
        )?,
        listen: question(
            "Where does it listen?",
            init.listen.map(|address| address.to_string()),
            "127.0.0.1:3000",
            |text| key("server.listen", text),
        )?,
        owner: question(
            "Who looks after it? (user name)",
            init.owner.clone(),
            "",
            |text| users::check_username(text).map_err(|error| error.to_string()),
        )?,
        email: question("Their e-mail address", init.email.clone(), "", |text| {
            users::check_email(text)
                .map(drop)
                .map_err(|error| error.to_string())
        })?,
        password: match &init.password {
            Some(given) => Some(given.clone()),
            None => {
                let good = |typed: &String| {
                    if typed.is_empty() {
                        return Ok(());
                    }
                    passwords::check(typed).map_err(|weak| format!("it {weak}"))
                };
                let typed = Password::new()
                    .with_prompt("Their password (empty: one is made up)")
                    .allow_empty_password(true)
                    .validate_with(good)
                    .interact()?;
                Some(typed).filter(|typed| !typed.is_empty())
            }
        },
    };
    let question = format!("Write {} and make the account?", init.output.display());
    if !Confirm::new()
        .with_prompt(question)
        .default(true)
        .interact()?
    {
        bail!("nothing was changed");
    }
    Ok(answers)
}

/// Asks until the answer is good, unless a flag gave it.
fn question(
    prompt: &str,
    given: Option<String>,
    default: &str,
    check: impl Fn(&str) -> Result<(), String>,
) -> anyhow::Result<String> {
    if let Some(given) = given {
        return Ok(given);
    }
    let mut input = Input::new()
        .with_prompt(prompt)
        .validate_with(|text: &String| check(text.trim()));
    if !default.is_empty() {
        input = input.default(default.to_owned());
    }
    Ok(input.interact_text()?.trim().to_owned())
}

/// Whether a key of the configuration may have that value.
fn key(name: &str, value: &str) -> Result<(), String> {
    config::load_only(&[format!("{name}={value}")])
        .map(drop)
        .map_err(|error| error.reason)
}

fn written(answers: &Answers) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let public_url = answers.public_url.as_str().trim_end_matches('/');
    format!(
        "# Written by `staffroom init`. `staffroom config example` shows every key.\n\n\
         [server]\npublic_url = {}\ntitle = {}\nlisten = {}\ncontact_email = {}\ncontact_account = {}\n\n\
         [database]\nurl = {}\n",
        quoted(public_url),
        quoted(&answers.title),
        quoted(&answers.listen),
        quoted(&answers.email),
        quoted(&answers.owner),
        quoted(&answers.database_url),
    )
}
