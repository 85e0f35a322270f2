//! The program: its configuration, its commands, and how its parts are put together.

mod cli;
mod commands;
mod config;
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
        Command::Config(command) => commands::config::run(&command, load),
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
