//! `staffroom init`: asks what a new server needs to know, writes the configuration, makes the owner's account.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use dialoguer::{Confirm, Input, Password};
use domain::Role;
use service::users::{self, NewUser};
use url::{Host, Url};

use crate::cli::{Cli, Init};
use crate::commands::say;
use crate::config::{self, Config, is_nearby};
use crate::folders::{self, New};
use crate::parts::for_command;

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
    // Everything is checked before anything is made, and the configuration is written last.
    let text = written(&answers, &init.output)?;
    let config = config::load_text(&init.output, &text, &cli.set)?;
    let owner = NewUser {
        username: answers.owner,
        email: answers.email,
        password: answers.password.clone(),
        role: Role::Owner,
        confirmed: true,
    };
    users::check_new(&owner).context("the owner's account")?;
    folders::can_be_written(&config)?;
    let output = || init.output.display().to_string();
    let mut file = tempfile::NamedTempFile::new_in(folder_of(&init.output)).with_context(output)?;
    file.write_all(text.as_bytes()).with_context(output)?;
    let new = New::before(&config);
    let (name, password) = match make(&config, owner).await {
        Ok(made) => made,
        Err(error) => {
            new.take_back();
            return Err(error);
        }
    };
    file.persist_noclobber(&init.output).with_context(output)?;
    say(&format!("Written: {}", init.output.display()));
    let public_url = answers.public_url.as_str().trim_end_matches('/');
    say(&format!("{name} looks after {public_url}."));
    if answers.password.is_none() {
        say(&format!("Password: {password}"));
    }
    if is_nearby(&answers.public_url) {
        say(
            "This server is for trials: its address is known only to this machine and its own network, so \
             federation.allow_loopback (and for plain http allow_http) is on.",
        );
    }
    say("Start the server with: staffroom serve");
    Ok(())
}

/// Makes the owner's account; answers its name and its password.
async fn make(config: &Config, owner: NewUser) -> anyhow::Result<(String, String)> {
    let app = for_command(config).await?;
    let (person, password) = users::create(&app, owner)
        .await
        .context("the owner's account")?;
    Ok((person.account.username, password))
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().unwrap_or(path);
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

fn from_flags(init: &Init) -> anyhow::Result<Answers> {
    let needed = |flag: &str| format!("{flag} is needed with --yes");
    let public_url = init
        .public_url
        .clone()
        .with_context(|| needed("--public-url"))?;
    Ok(Answers {
        title: init.title.clone().unwrap_or_else(|| "Staffroom".to_owned()),
        database_url: init
            .database_url
            .clone()
            .unwrap_or_else(|| "sqlite:data/staffroom.db".to_owned()),
        listen: init
            .listen
            .map_or_else(|| usual_listen(&public_url), |address| address.to_string()),
        public_url,
        owner: init.owner.clone().with_context(|| needed("--owner"))?,
        email: init.email.clone().with_context(|| needed("--email"))?,
        password: init.password.clone(),
    })
}

fn ask(init: &Init) -> anyhow::Result<Answers> {
    if !std::io::stdin().is_terminal() {
        bail!("there is nobody to ask: give the answers as flags, with --yes");
    }
    let public_url = text(
        "Where will the world see this server?",
        init.public_url.as_ref().map(Url::to_string),
        "https://staffroom.example",
        check_public_url,
    )?;
    let public_url: Url = public_url.parse().context("--public-url")?;
    let answers = Answers {
        title: text(
            "What is it called?",
            init.title.clone(),
            "Our staffroom",
            |_| Ok(()),
        )?,
        database_url: text(
            "Where is the data kept?",
            init.database_url.clone(),
            "sqlite:data/staffroom.db",
            |answer| check_key("database.url", answer),
        )?,
        listen: text(
            "Where does it listen?",
            init.listen.map(|address| address.to_string()),
            &usual_listen(&public_url),
            |answer| check_key("server.listen", answer),
        )?,
        public_url,
        owner: text(
            "Who looks after it? (user name)",
            init.owner.clone(),
            "",
            |answer| check_person(answer, "owner@school.example", None),
        )?,
        email: text("Their e-mail address", init.email.clone(), "", |answer| {
            check_person("owner", answer, None)
        })?,
        password: match &init.password {
            Some(given) => Some(given.clone()),
            None => ask_password()?,
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

/// Asks until the answer is good; what a flag said is not asked.
fn text(
    prompt: &str,
    given: Option<String>,
    default: &str,
    check: fn(&str) -> Result<(), String>,
) -> anyhow::Result<String> {
    if let Some(given) = given {
        check(&given).map_err(|reason| anyhow!("{given}: {reason}"))?;
        return Ok(given);
    }
    let mut input = Input::<String>::new()
        .with_prompt(prompt)
        .validate_with(move |answer: &String| check(answer.trim()));
    if !default.is_empty() {
        input = input.default(default.to_owned());
    }
    Ok(input.interact_text()?.trim().to_owned())
}

fn ask_password() -> anyhow::Result<Option<String>> {
    let typed = Password::new()
        .with_prompt("Their password (empty: one is made up)")
        .allow_empty_password(true)
        .validate_with(|typed: &String| match typed.as_str() {
            "" => Ok(()),
            typed => check_person("owner", "owner@school.example", Some(typed)),
        })
        .interact()?;
    Ok(Some(typed).filter(|typed| !typed.is_empty()))
}

fn check_public_url(answer: &str) -> Result<(), String> {
    let url: Url = answer
        .parse()
        .map_err(|_| "this is no address such as https://school.example".to_owned())?;
    let mut set = vec![format!("server.public_url={url}")];
    set.extend(switches(&url).map(|(key, on)| format!("federation.{key}={on}")));
    check_keys(&set)
}

fn check_key(key: &str, answer: &str) -> Result<(), String> {
    check_keys(&[format!("{key}={answer}")])
}

fn check_keys(set: &[String]) -> Result<(), String> {
    match config::load_only("", set) {
        Ok(_) => Ok(()),
        Err(error) => Err(error.reason),
    }
}

fn check_person(username: &str, email: &str, password: Option<&str>) -> Result<(), String> {
    let person = NewUser {
        username: username.to_owned(),
        email: email.to_owned(),
        password: password.map(ToOwned::to_owned),
        role: Role::Owner,
        confirmed: true,
    };
    users::check_new(&person).map_err(|error| error.to_string())
}

/// What a server that is not on the open internet needs.
fn switches(public_url: &Url) -> [(&'static str, bool); 2] {
    let nearby = is_nearby(public_url);
    [
        ("allow_loopback", nearby),
        ("allow_http", nearby && public_url.scheme() == "http"),
    ]
}

/// A proxy is expected in front of a public server; others are spoken to at their own port.
fn usual_listen(public_url: &Url) -> String {
    let host = match public_url.host() {
        Some(Host::Ipv4(address)) if !address.is_loopback() => "0.0.0.0",
        Some(Host::Ipv6(address)) if !address.is_loopback() => "[::]",
        Some(Host::Ipv6(_)) => "[::1]",
        Some(Host::Domain(name)) if !name.contains('.') && name != "localhost" => "0.0.0.0",
        _ => "127.0.0.1",
    };
    match public_url.port() {
        Some(port) if is_nearby(public_url) => format!("{host}:{port}"),
        _ => "127.0.0.1:3000".to_owned(),
    }
}

fn written(answers: &Answers, output: &Path) -> anyhow::Result<String> {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    // Whoever reads a configuration that lies elsewhere may be anywhere.
    let elsewhere = folder_of(output) != Path::new(".");
    let place = |path: &Path| -> anyhow::Result<PathBuf> {
        Ok(if elsewhere {
            std::path::absolute(path)?
        } else {
            path.to_owned()
        })
    };
    let (database, media) = match answers.database_url.strip_prefix("sqlite:") {
        Some(path) if !path.is_empty() => {
            let path = place(Path::new(path))?;
            let media = path.with_file_name("media");
            (format!("sqlite:{}", path.display()), media)
        }
        _ => (
            answers.database_url.clone(),
            place(Path::new("data/media"))?,
        ),
    };
    let public_url = answers.public_url.as_str().trim_end_matches('/');
    let mut text = format!(
        "# Written by `staffroom init`. `staffroom config example` shows every key.\n\n\
         [server]\npublic_url = {}\ntitle = {}\nlisten = {}\ncontact_email = {}\ncontact_account = {}\n\n\
         [database]\nurl = {}\n\n[media]\nfolder = {}\n",
        quoted(public_url),
        quoted(&answers.title),
        quoted(&answers.listen),
        quoted(&answers.email),
        quoted(&answers.owner),
        quoted(&database),
        quoted(&media.display().to_string()),
    );
    if is_nearby(&answers.public_url) {
        text.push_str("\n# For trials on this machine and its own network.\n[federation]\n");
        for (key, on) in switches(&answers.public_url) {
            text.push_str(&format!("{key} = {on}\n"));
        }
    }
    Ok(text)
}
