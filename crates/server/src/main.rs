//! The program: its configuration, its commands, and how its parts are put together.

mod cli;
mod commands;
mod config;
mod folders;
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

fn main() -> ExitCode {
    // What we make holds passwords, keys and private posts: it is for nobody but its owner.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("staffroom: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> anyhow::Result<()> {
    let load = || config::load(cli.config.as_deref(), &cli.set);
    match cli.command {
        Command::Init(ref init) => {
            actix_web::rt::System::new().block_on(commands::init::run(init, &cli))
        }
        Command::Demo(demo) => actix_web::rt::System::new().block_on(commands::demo::run(&demo)),
        Command::Config(command) => {
            actix_web::rt::System::new().block_on(commands::config::run(&command, load))
        }
        Command::Serve => {
            let config = load()?;
            logging::start(&config.logging)?;
            actix_web::rt::System::new().block_on(commands::serve::run(config))
        }
        Command::User(command) => {
            let config = load()?;
            actix_web::rt::System::new().block_on(commands::user::run(config, command))
        }
        Command::Invite(command) => {
            let config = load()?;
            actix_web::rt::System::new().block_on(commands::invite::run(config, command))
        }
    }
}
