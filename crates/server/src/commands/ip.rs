//! `staffroom ip`

use domain::IpSeverity;
use service::moderation::ip_blocks;

use crate::cli::Ip;
use crate::commands::{known, say};
use crate::config::Config;
use crate::parts::for_command;

pub async fn run(config: Config, command: Ip) -> anyhow::Result<()> {
    let app = for_command(&config).await?;
    match command {
        Ip::List => {
            for rule in ip_blocks::all(&app).await? {
                let until = rule.expires_at.map_or_else(
                    || "-".to_owned(),
                    |end| end.format("%Y-%m-%d %H:%M").to_string(),
                );
                let comment = rule.comment.replace(['\n', '\r', '\t'], " ");
                let severity = what_is_refused(rule.severity);
                say(&format!("{}\t{severity}\t{until}\t{comment}", rule.network));
            }
        }
        Ip::Unblock { network } => {
            let lifted = ip_blocks::lift(&app, &network).await;
            let lifted = known(lifted, || {
                format!("there is no rule about {network}: staffroom ip list")
            })?;
            for rule in lifted {
                say(&format!("The rule about {} is lifted.", rule.network));
            }
        }
    }
    Ok(())
}

fn what_is_refused(severity: IpSeverity) -> &'static str {
    match severity {
        IpSeverity::SignUpRequiresApproval => "sign-up needs approval",
        IpSeverity::SignUpBlock => "no sign-up",
        IpSeverity::NoAccess => "no access",
    }
}
