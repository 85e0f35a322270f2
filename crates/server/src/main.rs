//! The program: its configuration, its commands, and how its parts are put together.

mod cli;
mod commands;
mod config;
mod folders;
mod health;
mod logging;
mod media;
mod metrics;
mod parts;
mod running;
mod site;
mod workers;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};

/// Gives memory back to the system, which glibc does not after each password that is hashed on another thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // What we make holds passwords, keys and private posts: it is for nobody but its owner.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let cli = Cli::parse();
    match run(cli).and_then(|()| commands::all_was_said()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Forms of apps are answered so; nobody filled one in here.
            let reason = format!("{error:#}").replace("Validation failed: ", "");
            eprintln!("staffroom: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let load = || config::load(cli.config.as_deref(), &cli.set);
    match cli.command {
        Command::Init(ref init) => runtime().block_on(commands::init::run(init, &cli)),
        Command::Demo(demo) => runtime().block_on(commands::demo::run(&demo)),
        Command::Config(command) => runtime().block_on(commands::config::run(&command, load)),
        Command::Serve => {
            let config = load()?;
            logging::start(&config.logging)?;
            runtime().block_on(commands::serve::run(config))
        }
        Command::Media(command) => {
            let config = load()?;
            runtime().block_on(commands::media::run(&config, command))
        }
        Command::Backup { target } => commands::backup::make(&load()?, &target),
        Command::Restore { source, check } => {
            if check {
                commands::backup::check(&source)
            } else {
                commands::backup::restore(&load()?, &source)
            }
        }
        Command::Doctor => actix_web::rt::System::new().block_on(commands::doctor::run(load)),
        Command::User(command) => {
            let config = load()?;
            runtime().block_on(commands::user::run(config, command))
        }
        Command::Domain(command) => {
            let config = load()?;
            runtime().block_on(commands::domain::run(config, command))
        }
        Command::Federation(command) => {
            let config = load()?;
            runtime().block_on(commands::federation::run(config, command))
        }
        Command::Jobs(command) => {
            let config = load()?;
            runtime().block_on(commands::jobs::run(config, command))
        }
        Command::Quarantine(command) => {
            let config = load()?;
            runtime().block_on(commands::quarantine::run(config, command))
        }
        Command::Report(command) => {
            let config = load()?;
            runtime().block_on(commands::report::run(config, command))
        }
        Command::Announcement(command) => {
            let config = load()?;
            runtime().block_on(commands::announcement::run(config, command))
        }
        Command::Network(command) => {
            let config = load()?;
            runtime().block_on(commands::network::run(config, command))
        }
        Command::Vocabulary(command) => commands::vocabulary::run(&load()?, command),
        Command::Emoji(command) => {
            let config = load()?;
            runtime().block_on(commands::emoji::run(config, command))
        }
        Command::Ip(command) => {
            let config = load()?;
            runtime().block_on(commands::ip::run(config, command))
        }
        Command::Email(command) => {
            let config = load()?;
            runtime().block_on(commands::email::run(config, command))
        }
        Command::Dev(command) => {
            let config = load()?;
            runtime().block_on(commands::seed::run(config, command))
        }
        Command::Invite(command) => {
            let config = load()?;
            runtime().block_on(commands::invite::run(config, command))
        }
    }
}

/// Requests are answered by threads of their own; this one and its tasks, the workers, use all cores.
fn runtime() -> actix_web::rt::SystemRunner {
    actix_web::rt::System::with_tokio_rt(|| {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .unwrap_or_else(|error| {
                eprintln!("staffroom: no threads can be started: {error}");
                std::process::exit(1)
            })
    })
}
