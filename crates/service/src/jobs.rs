//! Work that follows from a transaction: written by it as a row, done after it.

use domain::{
    AccountId, CardId, CollectionId, JobId, MediaId, PollId, ReportId, StatusId, Time, limits,
};
use serde::{Deserialize, Serialize};
use storage::DbConnection;

use crate::mail::Message;
use crate::streaming::Event;
use crate::{
    App, Error, Result, annual_reports, archives, attachments, brought, cards, completing,
    custom_emojis, domains, files, films, follows, gone, home, incoming, keys, lineage, moving,
    networks, polls, push, quarantine, remote_files, reports, scheduled, software, synchronising,
    transfer, users, verifying,
};

/// Files that are forgotten together.
const ABANDONED: i64 = 100;

/// A piece of work. Doing it twice does no harm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Job {
    /// Puts a status into the home timelines of many followers.
    FanOut {
        status: StatusId,
    },
    /// Makes the key with which an account signs.
    MakeKey {
        account: AccountId,
    },
    Mail(Message),
    /// Sends a link to choose a new password, if somebody has that address.
    SendReset {
        email: String,
    },
    /// Removes all that somebody wrote, who is gone.
    RemoveStatuses {
        account: AccountId,
    },
    /// Takes back what somebody did with the posts of others, who is gone or suspended.
    RemoveDeeds {
        account: AccountId,
    },
    /// Ends what binds us to servers that a rule refuses, and forgets what is not taken in from them.
    KeepAway {
        /// Of the rule.
        host: String,
    },
    /// Posts a status that was scheduled.
    PublishScheduled {
        id: i64,
    },
    /// Tells how a poll ended.
    ClosePoll {
        poll: PollId,
    },
    /// Asks how a poll elsewhere ended, and tells that.
    CountPoll {
        poll: PollId,
    },
    /// Tells other servers of the counts of a poll.
    AnnouncePoll {
        poll: PollId,
    },
    /// Takes our followers of somebody who moved along to their new account.
    Refollow {
        from: AccountId,
        to: AccountId,
    },
    /// Lets those follow somebody who waited for it, since nobody has to any more.
    AcceptWaiting {
        account: AccountId,
        /// Number of a request: they asked earlier.
        before: i64,
    },
    /// Fetches what is missing of the thread of a status elsewhere.
    CompleteThread {
        first: StatusId,
        status: StatusId,
    },
    /// Fetches what somebody elsewhere posted last.
    CompleteProfile {
        account: AccountId,
    },
    /// Asks what a status elsewhere is by now.
    RenewStatus {
        status: StatusId,
    },
    /// Looks for the post from which one says to come.
    FindSource {
        derivation: i64,
        /// How often it was looked for before.
        turn: u8,
        /// Nobody is told of what comes of it.
        #[serde(default)]
        quietly: bool,
    },
    /// Asks the server of a post elsewhere what comes from it.
    LookForDerivations {
        source: StatusId,
    },
    /// Compares who of ours follows somebody elsewhere with what their server says.
    SynchroniseFollowers {
        account: AccountId,
        /// Where it says so.
        url: String,
    },
    /// Looks whether somebody elsewhere, whose inbox is gone, is gone too.
    CheckGone {
        account: AccountId,
        /// They were a day ago.
        again: bool,
    },
    /// Asks a page what it is about.
    AskPage {
        card: CardId,
    },
    /// Writes anew what names an emoji that was replaced or removed.
    RewriteEmoji {
        shortcode: String,
        files: Vec<String>,
    },
    /// Asks the pages of a profile whether they link back.
    VerifyLinks {
        account: AccountId,
    },
    /// Converts a film or a sound that somebody sent.
    Convert {
        media: MediaId,
    },
    /// Removes files of the media store that nothing names any more, or that nobody named in time.
    RemoveFiles {
        paths: Vec<String>,
    },
    /// Works some lines off of a file that somebody brought along.
    Import {
        import: i64,
        /// Of the turns that it takes.
        step: i32,
    },
    /// Makes an archive of what somebody wrote; `federation` knows how that is said.
    MakeArchive {
        archive: i64,
    },
    /// Takes over some posts of an archive that somebody brought along.
    ImportPosts {
        import: i64,
        /// Of the turns that it takes.
        step: i32,
    },
    /// Counts what somebody did in a year.
    MakeAnnualReport {
        account: AccountId,
        year: i32,
    },
    /// Looks at the network to which a steward wants to move theirs, and proposes that.
    ProposeMove {
        network: AccountId,
        by: AccountId,
        /// By which they said so.
        message: StatusId,
        /// Its handle.
        target: String,
    },
    /// Asks a server what software it runs.
    LearnSoftware {
        host: String,
    },
    /// Tells those who listen what a command did.
    Tell(Vec<Event>),
    /// Tells other servers; done by `federation`.
    Federate(Outgoing),
}

impl Job {
    /// Whether it waits for other servers' answers, and nobody for it.
    #[must_use]
    pub fn asks_elsewhere(&self) -> bool {
        matches!(
            self,
            Self::CompleteThread { .. }
                | Self::CompleteProfile { .. }
                | Self::RenewStatus { .. }
                | Self::FindSource { .. }
                | Self::LookForDerivations { .. }
                | Self::SynchroniseFollowers { .. }
                | Self::CheckGone { .. }
                | Self::AskPage { .. }
                | Self::VerifyLinks { .. }
                | Self::CountPoll { .. }
                | Self::Import { .. }
                | Self::LearnSoftware { .. }
                | Self::ProposeMove { .. }
        )
    }

    /// Whether it waits for the mail server.
    #[must_use]
    pub fn is_letter(&self) -> bool {
        matches!(self, Self::Mail(_))
    }

    /// Whether it is a post whose time has come, which waits until those whom it mentions are looked up.
    #[must_use]
    pub fn is_post(&self) -> bool {
        matches!(self, Self::PublishScheduled { .. })
    }

    /// Whether it is what other servers are told, which has an order.
    #[must_use]
    pub fn tells_elsewhere(&self) -> bool {
        matches!(self, Self::Federate(_))
    }

    /// Whether it keeps a core busy for minutes, so that one at a time is enough.
    #[must_use]
    pub fn takes_long(&self) -> bool {
        matches!(
            self,
            Self::Convert { .. } | Self::MakeArchive { .. } | Self::ImportPosts { .. }
        )
    }
}

/// What other servers are to be told.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Outgoing {
    Publish {
        status: StatusId,
    },
    Edit {
        status: StatusId,
    },
    /// The row is still there, without its words.
    Delete {
        status: StatusId,
        /// Where it is known besides ([`storage::reach`]): what says so went with it.
        #[serde(default)]
        inboxes: Vec<String>,
    },
    Boost {
        status: StatusId,
    },
    /// The boost's row is still there, marked as deleted.
    Unboost {
        status: StatusId,
    },
    Favourite {
        account: AccountId,
        status: StatusId,
        uri: String,
    },
    Unfavourite {
        account: AccountId,
        status: StatusId,
        uri: String,
    },
    /// Somebody chose an option of a poll elsewhere.
    Vote {
        account: AccountId,
        status: StatusId,
        title: String,
        uri: String,
    },
    /// A status is the same, but what belongs to it is not: the counts of its poll, who may quote it, whether
    /// what it quotes is shown.
    Renew {
        status: StatusId,
    },
    /// A status wants to quote another one.
    QuoteRequest {
        status: StatusId,
    },
    /// Whether a quote of `account`'s status `of` by the status `by` may stand: with the id of its stamp, or not.
    AnswerQuote {
        account: AccountId,
        to: AccountId,
        request: String,
        of: String,
        by: String,
        stamp: Option<String>,
    },
    /// The author of a status of ours says that another one comes from it, or does not say so any more.
    ListDerivation {
        derivation: i64,
    },
    /// The author of a status of ours says no to what is said to come from it.
    RefuseDerivation {
        derivation: i64,
    },
    /// A quote may not stand any more.
    RevokeQuote {
        quote: i64,
    },
    Follow {
        follower: AccountId,
        account: AccountId,
        uri: String,
    },
    Unfollow {
        follower: AccountId,
        account: AccountId,
        uri: String,
    },
    Accept {
        follower: AccountId,
        account: AccountId,
        uri: String,
    },
    Reject {
        follower: AccountId,
        account: AccountId,
        uri: String,
    },
    Block {
        account: AccountId,
        target: AccountId,
        uri: String,
    },
    Unblock {
        account: AccountId,
        target: AccountId,
        uri: String,
    },
    UpdateProfile {
        account: AccountId,
    },
    /// A status is at the top of its author's profile, or not any more.
    Pin {
        status: StatusId,
        pinned: bool,
    },
    /// A hashtag is on somebody's profile, or not any more.
    FeatureTag {
        account: AccountId,
        name: String,
        featured: bool,
    },
    /// A collection of ours is listed (`is_new`), or is not what it was. Followers hear of it if it `is_listed`, and always
    /// the servers of those in it.
    Collection {
        collection: CollectionId,
        is_new: bool,
        is_listed: bool,
    },
    /// Somebody is in a collection of ours now.
    PutIn {
        item: i64,
    },
    /// A collection of ours, or somebody in it, is not there any more: known by their ids, since the rows are gone.
    Unlist {
        account: AccountId,
        object: String,
        /// Id of the collection out of which it was taken.
        target: String,
        /// Who hears of it besides followers, who do if it `is_listed`.
        to: Vec<AccountId>,
        is_listed: bool,
    },
    /// Somebody elsewhere is asked to stand in a collection of ours.
    FeatureRequest {
        item: i64,
    },
    /// Whether one of ours stands in a collection elsewhere: with the number of the item, or not.
    AnswerFeature {
        account: AccountId,
        to: AccountId,
        request: String,
        collection: String,
        item: Option<i64>,
    },
    /// One of ours does not stand in a collection elsewhere any more.
    RevokeFeature {
        account: AccountId,
        to: AccountId,
        collection: String,
        item: i64,
    },
    /// The account points to another one.
    Move {
        account: AccountId,
    },
    /// A network of a server that failed goes on here, which it says itself to these inboxes.
    TakeOver {
        account: AccountId,
        inboxes: Vec<String>,
    },
    /// What one of ours reports, said by the server itself.
    Flag {
        report: ReportId,
        /// Who stands for the servers that are told; the one reported where that is not said.
        #[serde(default)]
        to: Vec<AccountId>,
    },
    DeleteAccount {
        account: AccountId,
    },
    /// What somebody elsewhere did goes on as it is to the followers of one of ours: of whom they answered, or of a network that
    /// passed their post on.
    Forward {
        #[serde(alias = "answered")]
        followed: AccountId,
        /// JSON, as their server sent it.
        body: String,
    },
    /// A network passes on what was done in one of its threads, to servers that read activities of groups.
    PassOn {
        network: AccountId,
        what: PassedOn,
    },
}

/// What a network passes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum PassedOn {
    /// What one of ours did.
    Ours(Box<Outgoing>),
    /// What somebody elsewhere did: JSON, as their server sent it.
    Theirs(String),
    /// A post from elsewhere of which the activity is not known any more.
    Post { status: StatusId },
    /// A steward takes a post out, or puts it back.
    Removal {
        status: StatusId,
        /// Who does it: the steward, or the network itself.
        by: AccountId,
        undone: bool,
    },
}

/// Leaves work behind in the transaction at hand.
pub(crate) fn enqueue(app: &App, conn: &mut DbConnection, job: &Job) -> Result<()> {
    enqueue_at(app, conn, job, app.now())
}

/// Leaves work behind that is to be done at `run_at`.
pub(crate) fn enqueue_at(
    app: &App,
    conn: &mut DbConnection,
    job: &Job,
    run_at: Time,
) -> Result<()> {
    enqueue_known(app, conn, job, run_at).map(drop)
}

/// The same; answers by what it can be called off.
pub(crate) fn enqueue_known(
    app: &App,
    conn: &mut DbConnection,
    job: &Job,
    run_at: Time,
) -> Result<JobId> {
    let payload = serde_json::to_string(job).map_err(|error| Error::Internal(error.to_string()))?;
    let id = JobId(app.next_id());
    storage::jobs::insert(
        conn,
        storage::jobs::Job {
            id,
            payload,
            run_at,
            leased_until: None,
            attempts: 0,
            failed_at: None,
            error: None,
            created_at: app.now(),
            in_order: job.tells_elsewhere(),
        },
    )?;
    app.leave_work();
    Ok(id)
}

pub(crate) fn federate(app: &App, conn: &mut DbConnection, outgoing: Outgoing) -> Result<()> {
    networks::tell(app, conn, &outgoing)?;
    enqueue(app, conn, &Job::Federate(outgoing))
}

/// Does a piece of work that needs no other server.
pub async fn run(app: &App, job: Job) -> Result<()> {
    match job {
        Job::FanOut { status } => home::fan_out_by_job(app, status).await,
        Job::MakeKey { account } => keys::of_account(app, account).await.map(drop),
        Job::SendReset { email } => users::send_reset(app, &email).await,
        Job::Mail(message) => Ok(app.mailer().send(&message).await?),
        Job::RemoveStatuses { account } => incoming::remove_statuses(app, account).await,
        Job::RemoveDeeds { account } => incoming::remove_deeds(app, account).await,
        Job::KeepAway { host } => domains::keep_away(app, host).await,
        Job::PublishScheduled { id } => scheduled::publish_due(app, id).await,
        Job::ClosePoll { poll } => polls::close(app, poll).await,
        Job::CountPoll { poll } => polls::count(app, poll).await,
        Job::AnnouncePoll { poll } => polls::announce(app, poll).await,
        Job::Refollow { from, to } => moving::refollow(app, from, to).await,
        Job::AcceptWaiting { account, before } => {
            follows::accept_earlier(app, account, before).await
        }
        Job::CompleteThread { first, status } => completing::thread(app, first, status).await,
        Job::CompleteProfile { account } => completing::profile(app, account).await,
        Job::RenewStatus { status } => completing::status(app, status).await,
        Job::FindSource {
            derivation,
            turn,
            quietly,
        } => lineage::find_source(app, derivation, turn, quietly).await,
        Job::LookForDerivations { source } => lineage::derivations_of(app, source).await,
        Job::SynchroniseFollowers { account, url } => {
            synchronising::synchronise(app, account, &url).await
        }
        Job::CheckGone { account, again } => gone::check(app, account, again).await,
        Job::AskPage { card } => cards::ask(app, card).await,
        Job::RewriteEmoji { shortcode, files } => {
            custom_emojis::rewrite_everywhere(app, shortcode, files).await
        }
        Job::VerifyLinks { account } => verifying::verify(app, account).await,
        Job::Convert { media } => films::convert(app, media).await,
        Job::RemoveFiles { paths } => files::remove(app, &paths).await,
        Job::Import { import, step } => transfer::work(app, import, step).await,
        Job::ImportPosts { import, step } => archives::work(app, import, step).await,
        Job::MakeAnnualReport { account, year } => annual_reports::make(app, account, year).await,
        Job::ProposeMove {
            network,
            by,
            message,
            target,
        } => networks::propose_move(app, network, by, message, &target).await,
        Job::LearnSoftware { host } => software::learn(app, &host).await,
        Job::Tell(events) => {
            app.streaming().publish(events);
            Ok(())
        }
        Job::Federate(_) | Job::MakeArchive { .. } => {
            Err(Error::Internal("federation does this".to_owned()))
        }
    }
}

/// Ends what waits for a piece of work that is not tried any more.
pub async fn give_up(app: &App, job: &Job) -> Result<()> {
    match job {
        Job::ImportPosts { import, step } => archives::give_up(app, *import, *step).await,
        _ => Ok(()),
    }
}

/// Removes what has run out: sessions, codes, revoked tokens, idempotency keys, inbox rows, which servers are dead, the memory of
/// what was taken back, the ends of home timelines, messages too old to be pushed, files never attached, archives, cards of no
/// status, copies at which nobody looks.
pub async fn prune(app: &App) -> Result<()> {
    let day = chrono::Duration::days(1);
    app.transaction(move |app, conn| {
        let now = app.now();
        storage::sessions::prune(conn, now)?;
        storage::second_factors::prune(conn, now)?;
        storage::passkeys::prune(conn, now)?;
        storage::applications::prune_codes(conn, now - day)?;
        storage::applications::prune_tokens(conn, now - day)?;
        storage::reported_words::prune(conn, now - reports::WORDS)?;
        storage::idempotency::prune(conn, now - day)?;
        // A day longer than the oldest signature, or proof of somebody else's, that is believed.
        storage::inbox::prune(conn, now - day * 8)?;
        storage::lookups::prune(conn, now - day * 2)?;
        storage::networks::prune_awaited(conn, now)?;
        storage::deliveries::prune(conn, now - day * 30)?;
        storage::deliveries::lanes::forget_dead(conn, now - day * 30, limits::DEAD_HOSTS)?;
        storage::signature_formats::prune(conn, now - day * 30)?;
        quarantine::expire(app, conn)?;
        push::expire(app, conn)?;
        storage::retractions::prune(conn, now - incoming::REMEMBERED, incoming::KEPT)?;
        for (user, _) in storage::users::all(conn)? {
            storage::home_feed::trim(conn, user.account_id, limits::HOME_FEED)?;
        }
        Ok(())
    })
    .await?;
    while forget_abandoned(app).await? {}
    let yesterday =
        std::time::SystemTime::now().checked_sub(std::time::Duration::from_secs(86_400));
    if let Some(yesterday) = yesterday {
        app.media().sweep(yesterday).await?;
    }
    archives::prune(app).await?;
    brought::prune(app).await?;
    cards::prune(app).await?;
    remote_files::prune(app).await
}

/// Forgets some files that nobody attached to anything within a day; whether there may be more.
async fn forget_abandoned(app: &App) -> Result<bool> {
    app.transaction(|app, conn| {
        let day = chrono::Duration::days(1);
        let abandoned = storage::media::abandoned(conn, app.now() - day, ABANDONED)?;
        let is_full = i64::try_from(abandoned.len()).is_ok_and(|count| count >= ABANDONED);
        attachments::forget(app, conn, abandoned)?;
        Ok(is_full)
    })
    .await
}
