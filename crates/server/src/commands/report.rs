//! `staffroom report`

use anyhow::Context;

use crate::cli::Report;
use crate::commands::say;
use crate::config::Config;
use crate::parts::for_command;

pub async fn run(config: Config, command: Report) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    match command {
        Report::List { all } => {
            for line in service::reports::list(&app, all).await? {
                let report = line.report;
                let state = match report.resolved_at {
                    Some(_) => "resolved",
                    None => "open",
                };
                let comment = report.comment.replace(['\n', '\r', '\t'], " ");
                say(&format!(
                    "{}\t{state}\t{} reports {}\t{}\t{comment}\t{}",
                    report.id,
                    line.by,
                    line.target,
                    report.category.name(),
                    line.statuses.join(" ")
                ));
            }
        }
        Report::Resolve { id } => {
            service::reports::resolve(&app, id)
                .await
                .with_context(|| format!("report {id}"))?;
            say(&format!("Report {id} is resolved."));
        }
        Report::Log => {
            for deed in service::moderation::log(&app).await? {
                say(&format!(
                    "{}\t{}\t{}\t{}",
                    deed.at.format("%Y-%m-%d %H:%M:%S"),
                    deed.actor,
                    deed.action,
                    deed.target
                ));
            }
        }
    }
    Ok(())
}
