//! What can be looked at on this machine: the database, the disks, the media folder, the clock.

use std::path::Path;

use chrono::TimeDelta;
use domain::Time;
use storage::migrations::{self, Standing};
use storage::{DbConnection, backlog, integrity};
use url::Url;

use super::{Finding, fail, ok, one_line, warn};
use crate::config::Config;
use crate::health;
use crate::parts::{database_settings, ffmpeg, for_a_look, now, same_home, scanner};

const MIB: u64 = 1_024 * 1_024;
/// Work that could be done and is not for so long.
const BEHIND: TimeDelta = TimeDelta::minutes(5);
/// Clocks that differ by more are told.
const APART: TimeDelta = TimeDelta::seconds(30);

/// Everything about the database; what cannot be looked at once something failed is left out.
pub async fn database(config: &Config, public_url: &Url) -> Vec<Finding> {
    let settings = database_settings(config);
    if let Some(path) = settings.sqlite_path()
        && !Path::new(path).is_file()
    {
        return vec![warn(
            "database",
            format!(
                "there is no file {path} yet. The first `staffroom serve` or `init` makes it; if there was one, check database.url and the folder in which this is run."
            ),
        )];
    }
    let mut conn = match settings.connect() {
        Ok(conn) => conn,
        Err(error) => {
            return vec![fail(
                "database",
                format!(
                    "it cannot be reached: {}. Check database.url, and whether the database runs.",
                    one_line(&error.to_string())
                ),
            )];
        }
    };
    let mut findings = vec![sound(&mut conn)];
    match migrations::standing(&mut conn) {
        Ok(Standing::UpToDate) => findings.push(ok("tables", "up to date")),
        Ok(Standing::Older(steps)) => {
            findings.push(warn(
                "tables",
                format!("{steps} steps behind this program. Make a backup; the next `staffroom serve` takes them."),
            ));
            return findings;
        }
        Ok(Standing::Newer(step)) => {
            findings.push(fail(
                "tables",
                format!("a newer Staffroom was here (step {step}). Use that version, or restore a backup from before."),
            ));
            return findings;
        }
        Err(error) => {
            findings.push(fail("tables", format!("{error}. Check database.url.")));
            return findings;
        }
    }
    for check in [writable, clock, work_given_up, work_waiting] {
        findings.push(check(&mut conn).unwrap_or_else(|error| {
            fail(
                "database",
                format!("it does not answer: {error}. Look into its log."),
            )
        }));
    }
    findings.push(name(config, public_url).await);
    findings
}

fn sound(conn: &mut DbConnection) -> Finding {
    match integrity::check(conn) {
        Ok(findings) if findings.is_empty() => ok("database", "it answers and is sound"),
        Ok(findings) => fail(
            "database",
            format!(
                "the file is damaged: {}. Stop the server, keep the file, and restore the last backup.",
                one_line(&findings.join("; "))
            ),
        ),
        Err(error) => fail(
            "database",
            format!(
                "it cannot be read: {error}. Check the disk, and restore the last backup if it is damaged."
            ),
        ),
    }
}

type Checked = Result<Finding, storage::QueryError>;

fn writable(conn: &mut DbConnection) -> Checked {
    Ok(match integrity::is_writable(conn, now()) {
        Ok(()) => ok("writing", "the database takes what is written"),
        Err(error) => fail(
            "writing",
            format!(
                "the database cannot be written: {error}. Check who owns its file, and whether the disk is full."
            ),
        ),
    })
}

fn clock(conn: &mut DbConnection) -> Checked {
    let now = now();
    if let Some(theirs) = integrity::clock(conn)?
        && (theirs - now).abs() > APART
    {
        return Ok(warn(
            "clock",
            format!(
                "this machine and the database differ by {} seconds. Set both by NTP.",
                (theirs - now).abs().num_seconds()
            ),
        ));
    }
    let newest = storage::statuses::newest_local(conn)?;
    Ok(match newest {
        Some(newest) if newest > now + APART => warn(
            "clock",
            format!(
                "there is a post from {} minutes ahead of this clock. Set the clock by NTP: other servers refuse what is signed at a wrong time.",
                (newest - now).num_minutes().max(1)
            ),
        ),
        _ => ok(
            "clock",
            format!("it says {} UTC", now.format("%Y-%m-%d %H:%M")),
        ),
    })
}

fn work_given_up(conn: &mut DbConnection) -> Checked {
    let given_up = backlog::given_up(conn)?;
    Ok(match (given_up.jobs, given_up.inbox, given_up.deliveries) {
        (0, 0, 0) => ok("given up", "nothing"),
        (jobs, inbox, deliveries) => warn(
            "given up",
            format!(
                "{jobs} jobs, {inbox} activities received, {deliveries} deliveries. Their rows (jobs, inbox, deliveries) say why in the column `error`; deliveries to servers that closed are no cause for worry."
            ),
        ),
    })
}

fn work_waiting(conn: &mut DbConnection) -> Checked {
    let now = now();
    let waiting = backlog::waiting(conn, now)?;
    let kinds = [waiting.jobs, waiting.inbox, waiting.deliveries];
    let since = kinds.iter().filter_map(|kind| kind.due_since).min();
    let counts = format!(
        "{} jobs, {} activities received, {} deliveries",
        waiting.jobs.waiting, waiting.inbox.waiting, waiting.deliveries.waiting
    );
    Ok(match since.map(|since: Time| now - since) {
        Some(age) if age > BEHIND => warn(
            "waiting",
            format!(
                "{counts}; the oldest could have been done {} minutes ago. Does `staffroom serve` run? Look into its log.",
                age.num_minutes()
            ),
        ),
        _ => ok("waiting", counts),
    })
}

/// The address that other servers know must be the one in the configuration.
async fn name(config: &Config, public_url: &Url) -> Finding {
    let app = match for_a_look(config) {
        Ok(app) => app,
        Err(error) => return fail("name", format!("{error:#}. Correct that first.")),
    };
    match service::instance::known_home(&app).await {
        Ok(None) => ok("name", format!("{public_url}; no server has used it yet")),
        Ok(Some(home)) => match same_home(config, &app, &home) {
            Ok(()) => ok("name", format!("{public_url} is the one in the database")),
            Err(wrong) => fail("name", format!("{wrong}. Set it back.")),
        },
        Err(error) => fail("name", format!("{error}. Look into the database's log.")),
    }
}

pub fn disks(config: &Config) -> Vec<Finding> {
    let least = config.limits.min_free_bytes;
    let judge = |(of, path): (&'static str, std::path::PathBuf)| match storage::disk::free(&path) {
        Ok(free) if free < least => fail(
            "disk",
            format!(
                "only {} MiB are left for {of}. Make room: what is written is refused when there is none.",
                free / MIB
            ),
        ),
        Ok(free) if free < least.saturating_mul(10) => warn(
            "disk",
            format!("{} MiB are left for {of}. Make room soon.", free / MIB),
        ),
        Ok(free) => ok("disk", format!("{} MiB are left for {of}", free / MIB)),
        Err(error) => fail(
            "disk",
            format!("{}: {error}. Check that path.", path.display()),
        ),
    };
    health::places(config).into_iter().map(judge).collect()
}

pub fn media(config: &Config) -> Finding {
    let folder = Path::new(&config.media.folder);
    if !folder.exists() {
        return ok(
            "media",
            format!("{} is made with the first picture", folder.display()),
        );
    }
    match tempfile::NamedTempFile::new_in(folder) {
        Ok(_) => ok("media", format!("{} can be written", folder.display())),
        Err(error) => fail(
            "media",
            format!(
                "{} cannot be written: {error}. It must belong to the user that runs the server.",
                folder.display()
            ),
        ),
    }
}

pub async fn films(config: &Config) -> Finding {
    match ffmpeg(config) {
        Ok(Some(ffmpeg)) => match ffmpeg.check().await {
            Ok(version) => ok(
                "films",
                format!(
                    "they are converted by {}, version {version}",
                    ffmpeg.path().display()
                ),
            ),
            Err(reason) => fail(
                "films",
                format!("{reason}. Install another ffmpeg, or set media.ffmpeg to off."),
            ),
        },
        Ok(None) if config.media.ffmpeg == "off" => {
            ok("films", "media.ffmpeg is off: they are kept as they are")
        }
        Ok(None) => ok(
            "films",
            "ffmpeg was not found: they are kept as they are. Install it to have them converted.",
        ),
        Err(wrong) => fail("films", format!("{wrong}. Set it right.")),
    }
}

pub fn documents(config: &Config) -> Finding {
    match scanner(config) {
        Ok(Some(scanner)) => match scanner.check() {
            Ok(path) => ok(
                "documents",
                format!("{} looks for viruses in them", path.display()),
            ),
            Err(reason) => fail(
                "documents",
                format!("{reason}: they are refused. Install it, or set media.scan_command right."),
            ),
        },
        Ok(None) => ok("documents", "nothing looks for viruses in them"),
        Err(wrong) => fail("documents", format!("{wrong}. Set it right.")),
    }
}
