//! Statuses: notes from elsewhere, and ours.

use std::collections::{HashMap, HashSet};

use domain::{AccountId, ContentType, MediaKind, QuoteState, StatusId, limits, media::is_blurhash};
use serde_json::{Value, json};
use service::incoming::{RemoteMedia, RemoteStatus};
use service::text::sanitise::SafeHtml;
use service::{Addresses, App, documents};
use storage::DbConnection;
use storage::accounts::{Account, Identity};
use storage::derivations::Derivation;
use storage::media::Media;
use storage::polls::{Poll, PollOption};
use storage::practices::Practice;
use storage::quotes::Quote;
use storage::statuses::{Status, Totals};

use super::actor::emojis;
use super::echo::Echo;
use super::{card, emoji, file, film, lineage, moment, poll, practice, quote, words};
use crate::Refusal;
use crate::protocol::addressing::{recipients, visibility};
use crate::protocol::read::{self, flag, kind, link, text, web_address};
use crate::protocol::vocabulary::{Activity, Post as Kind};

/// Bytes that a file elsewhere may say to have.
const MOST_BYTES: i64 = 1 << 50;

/// What is shown as a status; other types are no posts.
pub(crate) fn is_post(object: &Value) -> bool {
    Kind::of(object).is_some()
}

/// Reads a post by `author`, whose document it is found on has been checked. `mentions` are those known by now.
/// What is hostile takes a while.
///
/// # Errors
/// If it is no post, or somebody else's.
pub(crate) fn from_json(
    object: &Value,
    author: &Identity,
    mentions: &HashMap<String, AccountId>,
) -> Result<RemoteStatus, Refusal> {
    let refuse = |reason: &str| Refusal::Permanent(format!("not a usable post: {reason}"));
    if !is_post(object) {
        return Err(refuse("its type"));
    }
    let uri = text(object, "id")
        .filter(|id| web_address(id).is_some())
        .ok_or_else(|| refuse("no id"))?;
    if author_of(object).is_some_and(|by| by != author.uri) {
        return Err(refuse("somebody else's"));
    }
    let url = read::page_of(object, uri);
    let words = words::of(object, &url);
    let published = read::time(object, "published");
    let seen_by = if kind(object) == "ChatMessage" {
        domain::Visibility::Direct
    } else {
        visibility(object, &author.followers_uri)
    };
    Ok(RemoteStatus {
        uri: uri.to_owned(),
        url,
        author: author.id,
        published,
        // Many servers always say when it was changed, also where it never was.
        edited: read::time(object, "updated")
            .filter(|time| published.is_none_or(|first| *time > first)),
        words: SafeHtml::of(&words.html, limits::REMOTE_CONTENT_BYTES),
        content: words.html,
        spoiler_text: words.warning,
        sensitive: flag(object, "sensitive").unwrap_or(false),
        language: words.language,
        visibility: seen_by,
        in_reply_to_uri: read::id(object, "inReplyTo").and_then(web_address),
        mentions: mentions.values().copied().take(limits::MENTIONS).collect(),
        tags: hashtags(object),
        media: media(object),
        emojis: emojis(object),
        poll: poll::from_json(object),
        quote: None,
        quote_policy: quote::policy(object, "canQuote", &author.uri, &author.followers_uri),
        based_on: lineage::based_on(object),
        link: card::from_json(object),
        practice: practice::from_json(object),
        moderators: Vec::new(),
        totals: totals(object),
    })
}

/// How often a post was liked and passed on, where its document says so itself.
pub(crate) fn totals(object: &Value) -> Totals {
    Totals {
        favourites: read::one(object, "likes").and_then(read::total),
        reblogs: read::one(object, "shares").and_then(read::total),
    }
}

/// Whose a post is. Mobilizon names who wrote for a group, and PeerTube the person before the channel.
pub(crate) fn author_of(object: &Value) -> Option<&str> {
    read::id(object, "attributedTo").or_else(|| read::id(object, "actor"))
}

/// The names of hashtags; some servers write them as mere words.
fn hashtags(object: &Value) -> Vec<String> {
    let name = |tag: &Value| match tag.as_str() {
        Some(word) => web_address(word).is_none().then(|| word.to_owned()),
        None if kind(tag) == "Hashtag" => text(tag, "name").map(str::to_owned),
        None => None,
    };
    let tags = read::many(object, "tag").into_iter();
    tags.filter_map(name).take(limits::TAGS).collect()
}

/// The files of a post; of one that has none, such as an Article or a Video, the picture that stands for it.
fn media(object: &Value) -> Vec<RemoteMedia> {
    let files = read::many(object, "attachment").into_iter();
    let files: Vec<RemoteMedia> = files
        .take(limits::REMOTE_ATTACHMENTS)
        .filter_map(attachment)
        .collect();
    if !files.is_empty() || matches!(kind(object), "Note" | "Question") {
        return files;
    }
    let pictures = ["image", "icon"].into_iter();
    let pictures = pictures.filter_map(|key| read::one(object, key));
    pictures.filter_map(picture).take(1).collect()
}

/// What stands for a post may be no more than the address of a picture, as with Ghost.
fn picture(said: &Value) -> Option<RemoteMedia> {
    match said.as_str() {
        Some(address) => attachment(&json!({ "type": "Image", "url": address })),
        None => attachment(said),
    }
}

/// Those of ours to whom a post that is not for everybody is addressed: of some kinds nothing else says so.
pub(crate) fn addressed(object: &Value, ours: &str) -> Vec<String> {
    if visibility(object, "").is_open() {
        return Vec::new();
    }
    let is_ours = |id: &&str| {
        id.strip_prefix(ours)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    ["to", "cc"]
        .into_iter()
        .flat_map(|key| read::ids(object, key))
        .filter(is_ours)
        .take(limits::MENTIONS)
        .map(str::to_owned)
        .collect()
}

/// Accounts of ours that a post for everybody is addressed to, mentioned or not: software of groups does not mention
/// the group that it posts to, and names it as `audience` too (FEP-1b12).
pub(crate) fn audience(object: &Value, ours: &str) -> Vec<String> {
    if !visibility(object, "").is_open() || read::id(object, "inReplyTo").is_some() {
        return Vec::new();
    }
    let is_actor = |id: &&str| {
        let rest = id
            .strip_prefix(ours)
            .and_then(|id| id.strip_prefix("/users/"));
        rest.is_some_and(|name| !name.contains('/'))
    };
    let mut found: Vec<String> = ["audience", "to", "cc"]
        .into_iter()
        .flat_map(|key| read::ids(object, key))
        .filter(is_actor)
        .take(limits::MENTIONS)
        .map(str::to_owned)
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The uris of those whom a post mentions. Some name people of ours by their pages.
pub(crate) fn mentioned(object: &Value, addresses: &Addresses) -> Vec<String> {
    let uri = |href: &str| {
        let of_page = addresses.id_of_page(href);
        of_page.unwrap_or_else(|| href.to_owned())
    };
    read::many(object, "tag")
        .into_iter()
        .filter(|tag| kind(tag) == "Mention")
        .take(limits::MENTIONS)
        .filter_map(|tag| text(tag, "href").map(uri))
        .collect()
}

fn attachment(object: &Value) -> Option<RemoteMedia> {
    let is_file = match kind(object) {
        "Document" | "Image" | "Video" | "Audio" => true,
        // Hubzilla, Lemmy and NodeBB only link to some.
        "Link" => text(object, "mediaType").is_some_and(file::shows),
        _ => false,
    };
    if !is_file {
        return None;
    }
    let focus: Vec<f64> = read::many(object, "focalPoint")
        .into_iter()
        .filter_map(Value::as_f64)
        .map(|at| at.clamp(-1.0, 1.0))
        .collect();
    Some(RemoteMedia {
        url: file::address(object)?,
        mime: file::mime(object),
        // Who says both describes it in the summary.
        description: ["summary", "name"]
            .into_iter()
            .filter_map(|key| text(object, key))
            .find(|said| !said.trim().is_empty())
            .map(str::to_owned),
        blurhash: text(object, "blurhash")
            .filter(|hash| is_blurhash(hash))
            .map(str::to_owned),
        width: file::side(object, "width"),
        height: file::side(object, "height"),
        focus: match focus.as_slice() {
            [x, y] => (*x, *y),
            _ => (0.0, 0.0),
        },
        thumbnail: read::one(object, "icon").and_then(|icon| match icon.as_str() {
            Some(address) => web_address(address),
            None => link(icon, "url"),
        }),
        duration: text(object, "duration").and_then(film::seconds),
        size: object
            .get("size")
            .and_then(Value::as_i64)
            .filter(|bytes| (1..=MOST_BYTES).contains(bytes))
            .unwrap_or(0),
    })
}

/// A status of ours with all that its document says.
pub(crate) struct Post {
    pub status: Status,
    pub author: Account,
    /// Also those whom it names no more.
    pub mentioned: Vec<Account>,
    named: HashSet<AccountId>,
    pub tags: Vec<String>,
    pub media: Vec<Media>,
    pub poll: Option<(Poll, Vec<PollOption>)>,
    pub quote: Option<Quote>,
    /// What it says to come from.
    pub sources: Vec<Derivation>,
    pub practice: Option<Practice>,
    /// The collection of the thread, if it began here.
    pub context: Option<String>,
    /// Groups in whose thread it answers: it is for them too, whether it mentions them or not.
    pub groups: Vec<Account>,
}

/// Loads posts in a fixed number of queries; those of unknown authors are left out, and those that stay on this server.
pub(crate) fn load(
    app: &App,
    conn: &mut DbConnection,
    mut rows: Vec<Status>,
) -> service::Result<Vec<Post>> {
    rows.retain(|row| !row.local_only);
    load_all(app, conn, rows)
}

/// Loads posts for their author, also those that stay on this server.
pub(crate) fn load_all(
    app: &App,
    conn: &mut DbConnection,
    rows: Vec<Status>,
) -> service::Result<Vec<Post>> {
    let ids: Vec<StatusId> = rows.iter().map(|row| row.id).collect();
    let authors: Vec<AccountId> = rows.iter().map(|row| row.account_id).collect();
    let authors: HashMap<AccountId, Account> = storage::accounts::with_ids(conn, &authors)?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let mentions = storage::mentions::of_statuses(conn, &ids)?;
    let names = storage::mentions::names(conn, &ids)?;
    let tags = storage::tags::of_statuses(conn, &ids)?;
    let media = storage::media::of_statuses(conn, &ids)?;
    let among = |has: fn(&Status) -> bool| {
        let rows = rows.iter().filter(|row| has(row));
        rows.map(|row| row.id).collect::<Vec<StatusId>>()
    };
    let polls = storage::polls::of_statuses(conn, &among(|row| row.has_poll))?;
    let quotes = storage::quotes::of_statuses(conn, &among(|row| row.has_quote))?;
    let sources = storage::derivations::of_statuses(conn, &among(|row| row.has_source))?;
    let practices = storage::practices::of_statuses(conn, &ids)?;
    let contexts = contexts(conn, &rows)?;
    let mut groups = service::networks::told_of(app, conn, &rows)?;
    let poll_ids: Vec<_> = polls.iter().map(|poll| poll.id).collect();
    let options = storage::polls::options(conn, &poll_ids)?;
    let poll_of = |id: StatusId| {
        let poll = polls.iter().find(|poll| poll.status_id == id)?;
        let options = options.iter().filter(|option| option.poll_id == poll.id);
        Some((poll.clone(), options.cloned().collect()))
    };
    Ok(rows
        .into_iter()
        .filter_map(|status| {
            let id = status.id;
            Some(Post {
                author: authors.get(&status.account_id)?.clone(),
                mentioned: mentions
                    .iter()
                    .filter(|(of, _)| *of == id)
                    .map(|(_, row)| row.clone())
                    .collect(),
                named: names
                    .iter()
                    .filter(|(of, _)| *of == id)
                    .map(|(_, row)| row.id)
                    .collect(),
                tags: tags
                    .iter()
                    .filter(|(of, _)| *of == id)
                    .map(|(_, name)| name.clone())
                    .collect(),
                media: media
                    .iter()
                    .filter(|row| row.status_id == Some(id))
                    .cloned()
                    .collect(),
                poll: poll_of(id),
                context: contexts.get(&status.conversation_id).cloned(),
                groups: groups.remove(&id).unwrap_or_default(),
                quote: quotes.iter().find(|quote| quote.status_id == id).cloned(),
                sources: sources
                    .iter()
                    .filter(|row| row.derived_id == Some(id))
                    .cloned()
                    .collect(),
                practice: practices.iter().find(|row| row.status_id == id).cloned(),
                status,
            })
        })
        .collect())
}

/// The collections of the threads of these posts that began here and are for everybody.
fn contexts(
    conn: &mut DbConnection,
    rows: &[Status],
) -> Result<HashMap<StatusId, String>, storage::QueryError> {
    let is_first = |row: &&Status| row.id == row.conversation_id;
    let mut first: Vec<Status> = rows.iter().filter(is_first).cloned().collect();
    let above: Vec<StatusId> = rows
        .iter()
        .filter(|row| !is_first(row))
        .map(|row| row.conversation_id)
        .collect();
    if !above.is_empty() {
        first.extend(storage::statuses::with_ids(conn, &above)?);
    }
    Ok(first
        .into_iter()
        .filter(|row| row.local && row.visibility.is_open() && !row.local_only)
        .map(|row| (row.id, Addresses::context(&row.uri)))
        .collect())
}

impl Post {
    /// The collection of the answers.
    pub(crate) fn replies(&self) -> String {
        format!("{}/replies", self.status.uri)
    }

    fn named(&self) -> impl Iterator<Item = &Account> {
        self.mentioned
            .iter()
            .filter(|row| self.named.contains(&row.id))
    }

    /// `to` and `cc`.
    pub(crate) fn recipients(&self) -> (Vec<String>, Vec<String>) {
        let besides = self
            .groups
            .iter()
            .filter(|group| !self.named.contains(&group.id));
        let named: Vec<String> = self
            .named()
            .chain(besides)
            .map(|account| account.uri.clone())
            .collect();
        recipients(self.status.visibility, &self.author.followers_uri, &named)
    }

    /// What is said of the post, with the group in whose thread it answers (FEP-1b12). Lemmy takes neither a list nor the
    /// name of another group: where there are several, they are in `cc` alone.
    pub(crate) fn in_audience(&self, mut said: Value) -> Value {
        if let ([group], Some(object)) = (self.groups.as_slice(), said.as_object_mut()) {
            object.insert("audience".to_owned(), json!(group.uri));
        }
        said
    }

    /// The Note, without a context.
    pub(crate) fn note(&self, app: &App) -> Value {
        let status = &self.status;
        let (to, cc) = self.recipients();
        let content = match &self.practice {
            Some(practice) => practice::content(app, practice, &status.content),
            None => status.content.clone(),
        };
        let linked = self.media.iter().filter(|file| is_linked(file));
        let content = documents::with_links(app, &content, linked);
        let mut note = json!({
            "id": status.uri,
            "type": "Note",
            "summary": (!status.spoiler_text.is_empty()).then_some(&status.spoiler_text),
            "inReplyTo": status.in_reply_to_uri,
            "published": moment(status.created_at),
            "url": status.url,
            "attributedTo": self.author.uri,
            "to": to,
            "cc": cc,
            "sensitive": status.sensitive || self.author.sensitized_at.is_some(),
            "content": content,
            "attachment": self.media.iter().map(|media| document(app, media)).collect::<Vec<_>>(),
            "tag": self.tag(app),
            "replies": self.replies(),
            "interactionPolicy": quote::interaction_policy(status.quote_policy, &self.author),
        });
        if let Some(object) = note.as_object_mut() {
            if let Some(language) = &status.language {
                object.insert(
                    "contentMap".to_owned(),
                    json!({ language.as_str(): content }),
                );
            }
            if status.content_type != ContentType::Plain {
                let source =
                    json!({ "content": status.text, "mediaType": status.content_type.name() });
                object.insert("source".to_owned(), source);
            }
            if let Some(quote) = &self.quote
                && matches!(quote.state, QuoteState::Pending | QuoteState::Accepted)
            {
                quote::show(object, quote, &content);
            }
            if let Some(practice) = &self.practice {
                practice::show(object, app, practice);
            }
            lineage::show(object, &self.sources);
            if status.visibility.is_open() {
                let derivations = lineage::collection(&status.uri);
                object.insert("hadDerivation".to_owned(), json!(derivations));
            }
            if let Some((poll, options)) = &self.poll {
                poll::ask(object, poll, options, app.now());
            }
            if app.settings().show_counts {
                for which in [Echo::Likes, Echo::Shares] {
                    object.insert(which.name().to_owned(), self.echo(app, which));
                }
            }
            if let Some(context) = &self.context {
                object.insert("context".to_owned(), json!(context));
            }
            if let Some(time) = status.edited_at {
                object.insert("updated".to_owned(), json!(moment(time)));
            }
        }
        self.in_audience(note)
    }

    /// A post from elsewhere as it is known here: its words, and nothing that only its own server can say.
    pub(crate) fn copy(&self) -> Value {
        let status = &self.status;
        let (to, cc) = self.recipients();
        let mut note = json!({
            "id": status.uri,
            "type": "Note",
            "summary": (!status.spoiler_text.is_empty()).then_some(&status.spoiler_text),
            "inReplyTo": status.in_reply_to_uri,
            "published": moment(status.created_at),
            "url": status.url,
            "attributedTo": self.author.uri,
            "to": to,
            "cc": cc,
            "sensitive": status.sensitive,
            "content": status.content,
        });
        if let Some(object) = note.as_object_mut() {
            if let Some(language) = &status.language {
                object.insert(
                    "contentMap".to_owned(),
                    json!({ language.as_str(): status.content }),
                );
            }
            if let Some(time) = status.edited_at {
                object.insert("updated".to_owned(), json!(moment(time)));
            }
        }
        note
    }

    fn tag(&self, app: &App) -> Vec<Value> {
        let mentions = self.named().map(|account| {
            let host = account.host.as_deref().unwrap_or(app.settings().host.as_str());
            json!({ "type": "Mention", "href": account.uri, "name": format!("@{}@{host}", account.username) })
        });
        let hashtags = self.tags.iter().map(|name| {
            json!({ "type": "Hashtag", "href": app.addresses().tag(name), "name": format!("#{name}") })
        });
        let emojis = self.status.emojis.iter();
        let emojis = emojis.map(|of| emoji::tag(app, of));
        let sources = lineage::tags(&self.sources);
        mentions
            .chain(hashtags)
            .chain(emojis)
            .chain(sources)
            .collect()
    }

    /// What tells others that the status is new.
    pub(crate) fn create(&self, app: &App) -> Value {
        let (to, cc) = self.recipients();
        self.in_audience(json!({
            "id": app.addresses().status_activity(&self.author.username, self.status.id),
            "type": Activity::Create,
            "actor": self.author.uri,
            "published": moment(self.status.created_at),
            "to": to,
            "cc": cc,
            "object": self.note(app),
        }))
    }
}

/// Whether it is a file to which the words link, and which is never shown.
fn is_linked(media: &Media) -> bool {
    media.kind == MediaKind::Document
}

fn document(app: &App, media: &Media) -> Value {
    if is_linked(media) {
        return json!({
            "type": "Document",
            "mediaType": media.mime,
            "url": documents::address(app, media),
            "name": documents::name(media),
            "size": media.size,
        });
    }
    let url = match (&media.file, &media.remote_url) {
        (Some(file), _) => app.addresses().media(file),
        (None, remote) => remote.clone().unwrap_or_default(),
    };
    let mut document = json!({
        "type": "Document",
        "mediaType": media.mime,
        "url": url,
        "name": media.description,
        "blurhash": media.blurhash,
        "width": media.width,
        "height": media.height,
        "focalPoint": [media.focus_x, media.focus_y],
    });
    if media.kind != MediaKind::Image
        && let Some(document) = document.as_object_mut()
    {
        document.extend(film::described(app, media));
    }
    document
}

/// The Announce of a boost, without a context. `boosted` is what it repeats, `owner` whose that is.
pub(crate) fn announce(boost: &Status, by: &Account, boosted: &Status, owner: &Account) -> Value {
    let (to, cc) = recipients(
        boost.visibility,
        &by.followers_uri,
        std::slice::from_ref(&owner.uri),
    );
    json!({
        "id": boost.uri,
        "type": Activity::Announce,
        "actor": by.uri,
        "published": moment(boost.created_at),
        "to": to,
        "cc": cc,
        "object": boosted.uri,
    })
}
