//! The command line.

mod media;
mod network;
mod vocabulary;

use std::path::PathBuf;

use chrono::{NaiveDate, NaiveTime};
use clap::{Args, Parser, Subcommand};
use domain::{Handle, Host, ImportKind, ReportId, Role, Severity, StatusId, Time};
use service::transfer::ExportKind;
use url::Url;

pub use media::Media;
pub use network::Network;
pub use vocabulary::Vocabulary;

/// A federated microblogging server for teachers.
#[derive(Debug, Parser)]
#[command(name = "staffroom", version)]
pub struct Cli {
    /// The configuration file; otherwise ./staffroom.toml or /etc/staffroom/staffroom.toml.
    #[arg(long, global = true, env = "STAFFROOM_CONFIG")]
    pub config: Option<PathBuf>,
    /// Sets a key: server.title="Our staffroom". May be given several times.
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    pub set: Vec<String>,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs the server.
    Serve,
    /// Sets up a new server: asks, or takes the answers from flags.
    Init(Init),
    /// Looks after the people who have an account.
    #[command(subcommand)]
    User(User),
    /// Makes invitations.
    #[command(subcommand)]
    Invite(Invite),
    /// Decides with which other servers this one has to do.
    #[command(subcommand)]
    Domain(Domain),
    /// Shows and lifts rules about networks, for administrators who shut themselves out.
    #[command(subcommand)]
    Ip(Ip),
    /// Shows and lifts blocks of e-mail addresses and their servers.
    #[command(subcommand)]
    Email(Email),
    /// Finds out why another server and this one do not come together.
    #[command(subcommand)]
    Federation(Federation),
    /// Shows work that waits and work that was given up, and tries that again.
    #[command(subcommand)]
    Jobs(Jobs),
    /// Shows what moderators are asked to look at.
    #[command(subcommand)]
    Report(Report),
    /// Shows what is held back as likely spam, and lets it in or deletes it.
    #[command(subcommand)]
    Quarantine(Quarantine),
    /// Tells everybody here something.
    #[command(subcommand)]
    Announcement(Announcement),
    /// Makes and lists subject networks, and goes on with one of a server that failed.
    #[command(subcommand)]
    Network(Network),
    /// Shows the words for stages, subjects, kinds and licences, and changes those of one's own.
    #[command(subcommand)]
    Vocabulary(Vocabulary),
    /// Looks after small pictures for :name: in what people here write.
    #[command(subcommand)]
    Emoji(Emoji),
    /// Shows and checks the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Moves files from the folder to a bucket, or back.
    #[command(subcommand)]
    Media(Media),
    /// Copies database and media into a folder, while the server runs; of files in a bucket, which one it is.
    Backup {
        /// A folder that is not there yet, or empty.
        target: PathBuf,
    },
    /// Fills an empty database and media folder from a backup.
    Restore {
        /// The folder of the backup.
        source: PathBuf,
        /// Only says whether the backup is whole.
        #[arg(long)]
        check: bool,
    },
    /// Looks whether all is well with this server, and says what to do if not.
    Doctor,
    /// For those who write programs that talk to this one.
    #[command(subcommand)]
    Dev(Dev),
    /// Starts two schools on this machine that federate, to try things out.
    Demo(Demo),
}

#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// What waits: to be done here, received, and for each server to be delivered.
    List,
    /// Tries again what was given up.
    Retry {
        /// Only what is for this server.
        #[arg(long)]
        host: Option<String>,
    },
    /// What was given up, and why.
    Dead,
}

#[derive(Debug, Args)]
pub struct Init {
    /// Where the world will see the server: https://school.example
    #[arg(long, value_parser = address)]
    pub public_url: Option<Url>,
    #[arg(long)]
    pub title: Option<String>,
    /// sqlite:PATH or postgres://…
    #[arg(long)]
    pub database_url: Option<String>,
    /// Address and port to listen on.
    #[arg(long)]
    pub listen: Option<std::net::SocketAddr>,
    /// The user name of whoever looks after the server.
    #[arg(long)]
    pub owner: Option<String>,
    /// Their e-mail address.
    #[arg(long)]
    pub email: Option<String>,
    /// Their password; made up and printed if none is given.
    #[arg(long, env = "STAFFROOM_OWNER_PASSWORD", hide_env_values = true)]
    pub password: Option<String>,
    /// Asks nothing: what no flag says keeps its default.
    #[arg(long)]
    pub yes: bool,
    /// Where to write the configuration.
    #[arg(long, default_value = "staffroom.toml")]
    pub output: PathBuf,
}

#[derive(Debug, Subcommand)]
pub enum User {
    /// Makes an account. Where mail is set, its address has to be confirmed.
    Create {
        name: String,
        #[arg(long)]
        email: String,
        /// Made up and printed if none is given.
        #[arg(long)]
        password: Option<String>,
        /// Also where mail is set, the e-mail address needs no confirmation.
        #[arg(long)]
        confirmed: bool,
        #[arg(long, default_value = "user")]
        role: Role,
        /// Prints an access token with these scopes: "read write follow".
        #[arg(long, value_name = "SCOPES")]
        token: Option<String>,
    },
    /// Lists all accounts.
    List,
    /// Sets a password and ends all sessions.
    Password {
        name: String,
        /// Made up and printed if none is given.
        #[arg(long)]
        password: Option<String>,
    },
    /// Takes codes of a phone, passkeys and recovery codes from somebody who lost them, and asks for the password alone.
    LiftSecondFactor { name: String },
    /// Sets what somebody may do: user, moderator, admin, owner.
    Role { name: String, role: Role },
    /// Lets somebody in who signed up.
    Approve { name: String },
    /// Takes somebody's e-mail address for confirmed.
    Confirm { name: String },
    /// Suspends an account: it cannot sign in and nothing of it is shown.
    Suspend {
        name: String,
        /// Lifts the suspension.
        #[arg(long)]
        undo: bool,
    },
    /// Lifts a suspension.
    Unsuspend { name: String },
    /// Says that an account is known by another handle too, from which its owner moves here.
    Alias {
        name: String,
        /// name@host
        handle: String,
        /// Takes it back.
        #[arg(long)]
        undo: bool,
    },
    /// Moves an account to another one that names it as its alias. Followers come along.
    Move {
        name: String,
        /// name@host
        #[arg(required_unless_present = "undo")]
        handle: Option<String>,
        /// The account points nowhere else any more.
        #[arg(long, conflicts_with = "handle")]
        undo: bool,
    },
    /// Writes whom somebody follows, blocks, mutes or lists, or what they keep, into a file.
    Export {
        name: String,
        /// following, followers, blocking, muting, lists, bookmarks or domain_blocking
        #[arg(value_parser = exported)]
        kind: ExportKind,
        file: PathBuf,
    },
    /// Takes a file in that somebody brought along; the running server works it off.
    Import {
        name: String,
        /// following, blocking, muting, lists, bookmarks or domain_blocking
        #[arg(value_parser = imported)]
        kind: ImportKind,
        file: PathBuf,
        /// What is not in the file ends.
        #[arg(long)]
        overwrite: bool,
    },
    /// Deletes an account with all that it wrote, for good, and tells other servers.
    Delete {
        name: String,
        /// Asks nothing.
        #[arg(long, required = true)]
        yes: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Invite {
    /// Makes an invitation and prints its address.
    Create {
        /// How many people may use it.
        #[arg(long)]
        uses: Option<i64>,
        /// For how many days it is good.
        #[arg(long)]
        days: Option<i64>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Announcement {
    /// Shows a text to everybody here, and prints its id.
    Create {
        text: String,
        /// When what it is about starts, in UTC: 2026-12-01 or 2026-12-01T08:00.
        #[arg(long, value_parser = moment)]
        starts: Option<Time>,
        /// When it ends, and the text is shown no more.
        #[arg(long, value_parser = moment)]
        ends: Option<Time>,
        /// Of both times the day alone counts.
        #[arg(long)]
        all_day: bool,
    },
    /// Lists all texts, those that are shown no more too.
    List,
    /// Takes a text away.
    Delete { id: i64 },
}

#[derive(Debug, Subcommand)]
pub enum Dev {
    /// Makes one of everything that is hard to reach from outside, and prints its ids as JSON: people with tokens, one who waits
    /// for approval, a report, an announcement, terms of service, posts. Only on a server of this machine.
    Seed {
        /// On a server, too, that others can reach.
        #[arg(long)]
        yes_really: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Emoji {
    /// Adds an emoji.
    Add {
        /// Letters, digits and underscores, without colons.
        name: String,
        /// PNG, GIF or WebP.
        file: PathBuf,
        /// Under which apps list it.
        #[arg(long)]
        category: Option<String>,
        /// Apps do not list it; who knows it can use it.
        #[arg(long)]
        hidden: bool,
        /// One of that name gives way, also where it was used.
        #[arg(long)]
        replace: bool,
    },
    /// Lists all emoji.
    List,
    /// Removes an emoji, also from what was written with it.
    Remove { name: String },
    /// Adds all pictures of a folder or a ZIP archive, called as their files or as its pack.json says.
    Import {
        pack: PathBuf,
        /// Under which apps list them.
        #[arg(long)]
        category: Option<String>,
        /// What their names begin with.
        #[arg(long)]
        prefix: Option<String>,
        /// Apps do not list them.
        #[arg(long)]
        hidden: bool,
        /// Those of the same names give way.
        #[arg(long)]
        replace: bool,
    },
}

/// A day, which stands for its beginning, or a time of a day.
fn address(text: &str) -> Result<Url, String> {
    text.parse()
        .map_err(|_| "it is written as https://school.example".to_owned())
}

fn exported(word: &str) -> Result<ExportKind, String> {
    let all = ExportKind::ALL;
    all.into_iter()
        .find(|kind| kind.name() == word)
        .ok_or_else(|| one_of(all.map(ExportKind::name)))
}

fn imported(word: &str) -> Result<ImportKind, String> {
    word.parse()
        .map_err(|()| one_of(ImportKind::ALL.map(ImportKind::name)))
}

fn one_of<const N: usize>(words: [&str; N]) -> String {
    format!("it is one of {}", words.join(", "))
}

fn moment(text: &str) -> Result<Time, chrono::ParseError> {
    match text.parse::<NaiveDate>() {
        Ok(day) => Ok(day.and_time(NaiveTime::MIN)),
        Err(_) => Time::parse_from_str(text, "%Y-%m-%dT%H:%M"),
    }
}

#[derive(Debug, Subcommand)]
pub enum Domain {
    /// Has less to do with a server, and all below its name, or nothing.
    Block {
        host: Host,
        /// noop, silence (only followers see its people) or suspend (nothing comes in, goes out, is fetched or served).
        #[arg(long, default_value = "suspend")]
        severity: Severity,
        /// Takes in no pictures, films and emoji.
        #[arg(long)]
        reject_media: bool,
        /// Takes in no reports.
        #[arg(long)]
        reject_reports: bool,
        /// Why, for moderators.
        #[arg(long)]
        comment: Option<String>,
        /// Why, for those who may see the list.
        #[arg(long)]
        public_comment: Option<String>,
        /// Shows others a part of the name only.
        #[arg(long)]
        obfuscate: bool,
    },
    /// Lifts a block. Follows do not come back.
    Unblock { host: Host },
    /// Names a server that is allowed (federation.mode = "allow_list") or allied ("alliances").
    Allow { host: Host },
    /// Takes a server off that list.
    Disallow { host: Host },
    /// Lists all blocks and allowed servers.
    List,
    /// Reads blocks from a file of Mastodon's (CSV) or GoToSocial's (JSON or CSV), or with one name in a line.
    Import {
        file: PathBuf,
        /// Only says what would be done.
        #[arg(long)]
        dry_run: bool,
        /// The file names servers to allow.
        #[arg(long)]
        allow: bool,
    },
    /// Prints all blocks.
    Export {
        #[arg(long, default_value = "mastodon")]
        format: ListFormat,
        /// Prints the allowed servers instead.
        #[arg(long)]
        allow: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum Ip {
    /// Lists all rules: from where nobody signs up, or nobody is let in.
    List,
    /// Lifts the rule about a network, or all rules that an address meets.
    Unblock {
        /// 203.0.113.0/24 or 203.0.113.7
        network: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Email {
    /// Lists all mail servers and addresses with which nobody signs up.
    List,
    /// Lets people sign up again.
    Unblock {
        /// A mail server, an address, or the hash of one as the list has it.
        what: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum Federation {
    /// Walks the way to somebody elsewhere, step by step, and says where it ends and what to look at.
    Test {
        /// name@host
        handle: Handle,
    },
}

#[derive(Debug, Subcommand)]
pub enum Report {
    /// Lists the newest reports that wait for a moderator.
    List {
        /// Those that are settled too.
        #[arg(long)]
        all: bool,
    },
    /// Notes that a moderator has looked at a report.
    Resolve { id: ReportId },
    /// Lists what moderators did lately, by their apps, and who brought posts of their own out of archives.
    Log,
}

#[derive(Debug, Subcommand)]
pub enum Quarantine {
    /// Lists what is held back, the oldest first.
    List,
    /// Lets a post in, as if it had arrived just now.
    Release { id: StatusId },
    /// Deletes a post.
    Reject { id: StatusId },
}

/// How a list of servers is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ListFormat {
    /// CSV, which GoToSocial reads too.
    Mastodon,
    /// JSON.
    Gotosocial,
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Prints every key with its value; passwords are masked.
    Show,
    /// Says whether the configuration can be used.
    Check,
    /// Prints the reference file: every key, its default and a sentence.
    Example,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// Where the demo keeps its data.
    #[arg(long, default_value = "staffroom-demo")]
    pub data: PathBuf,
    /// The port of the first school; the second takes the next one.
    #[arg(long, default_value_t = 3101)]
    pub port: u16,
}
