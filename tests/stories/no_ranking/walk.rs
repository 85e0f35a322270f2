//! Asking for everything, and looking for figures in the answers, and for an order by them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use futures_util::StreamExt;
use futures_util::stream;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use super::world::{BY_FAME, Star, TAG, World};
use crate::harness::Teacher;

/// How many of the queries of a path come first, to see what is there.
const PLAIN: usize = 2;
/// How many lists of a path whoever gets them first asks for in other orders.
const LISTS: usize = 2;
/// Requests.
const AT_ONCE: usize = 8;
const ROUTES: &str = include_str!("../routes.tsv");
/// What tells of nobody else, and has many numbers, as a picture drawn by them does.
const NO_PEOPLE: [&str; 6] = [
    "/api/openapi.json",
    "/api/docs.js",
    "/api/docs.css",
    "/assets/{name}",
    "/media/{folder}/{stem}/{name}",
    "/settings/two-factor",
];
/// What shows somebody, though nobody here gets it, and why.
const NOT_REACHED: [(&str, &str); 2] = [
    (
        "/users/{name}/followers_synchronization",
        "only for a server that signs; it names whom that server knows",
    ),
    (
        "/api/v1/streaming",
        "only a WebSocket can be opened there, as one is in no_ranking.rs",
    ),
];
/// By what somebody might want to order.
const ORDERS: [&str; 6] = [
    "active",
    "popular",
    "followers",
    "favourites",
    "reblogs_count",
    "top",
];
/// What a parameter that orders might be called.
const ORDERING: [&str; 6] = ["order", "order_by", "sort", "sort_by", "by", "ranked"];
pub(super) const ORDERED: &str = "an order by fame";

/// Words of a body: a number within a longer one, an address or a key is none.
pub(super) fn tokens(body: &str) -> impl Iterator<Item = &str> {
    let is_part = |letter: char| letter.is_alphanumeric() || "_-+/".contains(letter);
    body.split(move |letter: char| !is_part(letter))
}

/// Something that should be told to nobody.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) path: &'static str,
    pub(super) what: &'static str,
    place: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GET {}: {}, {}", self.path, self.what, self.place)
    }
}

#[derive(Default)]
pub(super) struct Walked {
    pub(super) findings: Vec<Finding>,
    /// What nobody got, of what shows people or posts.
    unreached: Vec<&'static str>,
    /// Of the three, where somebody got all of them.
    listed: BTreeSet<&'static str>,
}

impl Walked {
    /// All was asked for with what there is.
    pub(super) fn is_thorough(&self) {
        assert!(
            self.unreached.is_empty(),
            "nobody got these: add what their addresses need to no_ranking/world.rs, or say why not in NOT_REACHED:\n{}",
            self.unreached.join("\n")
        );
        for path in [
            "/",
            "/api/v1/directory",
            "/api/v2/suggestions",
            "/api/v2/search",
            "/api/v1/timelines/home",
        ] {
            assert!(
                self.listed.contains(path),
                "{path} does not list all: {:?}",
                self.listed
            );
        }
    }
}

#[derive(Clone, Copy)]
enum Viewer<'a> {
    Nobody,
    App(&'a Teacher),
    Browser,
}

impl fmt::Display for Viewer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nobody => f.write_str("asked by nobody"),
            Self::App(teacher) => write!(f, "asked by {}", teacher.name),
            Self::Browser => f.write_str("in Bo's browser"),
        }
    }
}

pub(super) async fn walk(world: &World) -> Walked {
    let mut walked = Walked::default();
    for line in ROUTES.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&'static str> = line.split('\t').collect();
        let [method, path, who, shows] = cells[..] else {
            panic!("{line}");
        };
        let is_for_moderators = who.starts_with("moderator") || who.starts_with("admin");
        if method == "GET" && !is_for_moderators && !NO_PEOPLE.contains(&path) {
            let reached = walk_route(world, path, &mut walked).await;
            let is_excused = NOT_REACHED.iter().any(|(known, _)| *known == path);
            if !reached && !is_excused && matches!(shows, "statuses" | "accounts") {
                walked.unreached.push(path);
            }
        }
    }
    walked
}

/// Whether anybody got anything.
async fn walk_route(world: &World, path: &'static str, walked: &mut Walked) -> bool {
    let mut reached = false;
    let queries = world.queries(path);
    let (plain, further) = queries.split_at(PLAIN);
    for viewer in world.viewers(path) {
        let mut addresses = world.addresses(path);
        let answers = all_of(world, viewer, path, &addresses, plain).await;
        addresses.retain(|address| answers.iter().any(|answer| answer.is_at(address)));
        let more = all_of(world, viewer, path, &addresses, further).await;
        let answers: Vec<Answer> = answers.into_iter().chain(more).collect();
        reached |= !answers.is_empty();
        let listing = answers.iter().filter(|answer| answer.order.is_some());
        let is_known = walked.listed.contains(path);
        for answer in listing.take(if is_known { 0 } else { LISTS }) {
            walked.listed.insert(path);
            let found = ordered(world, viewer, path, &answer.url).await;
            walked.findings.extend(found);
        }
        let findings = answers.into_iter().flat_map(|answer| answer.findings);
        walked.findings.extend(findings);
    }
    reached
}

/// What is answered of each address with each query.
async fn all_of(
    world: &World,
    viewer: Viewer<'_>,
    path: &'static str,
    addresses: &[String],
    queries: &[String],
) -> Vec<Answer> {
    let asked = addresses.iter().flat_map(|address| {
        let ask = |query: &String| world.ask(viewer, path, format!("{address}{query}"));
        queries.iter().map(ask).collect::<Vec<_>>()
    });
    some_at_once(asked).await.into_iter().flatten().collect()
}

/// The same, in any order that a parameter might bring about.
async fn ordered(world: &World, viewer: Viewer<'_>, path: &'static str, url: &str) -> Vec<Finding> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    // What says an order already is said anew.
    let rest = query.split('&').filter(|part| {
        let name = part.split('=').next().unwrap_or_default();
        !part.is_empty() && !ORDERING.contains(&name)
    });
    let rest: String = rest.map(|part| format!("&{part}")).collect();
    let asked = ORDERS.iter().map(|by| {
        let order: Vec<String> = ORDERING.iter().map(|name| format!("{name}={by}")).collect();
        world.ask(viewer, path, format!("{address}?{}{rest}", order.join("&")))
    });
    let answers = some_at_once(asked).await.into_iter().flatten();
    answers.flat_map(|answer| answer.findings).collect()
}

/// A server refuses what it cannot do soon.
async fn some_at_once<F: Future>(all: impl Iterator<Item = F>) -> Vec<F::Output> {
    stream::iter(all).buffered(AT_ONCE).collect().await
}

struct Answer {
    url: String,
    findings: Vec<Finding>,
    /// The three in the order in which they are first named, where all of them are.
    order: Option<Vec<&'static str>>,
}

impl Answer {
    fn is_at(&self, address: &str) -> bool {
        self.url.split('?').next() == Some(address)
    }
}

impl World {
    /// Tokens mean something to apps' addresses only, and cookies to pages.
    fn viewers(&self, path: &str) -> Vec<Viewer<'_>> {
        if path.starts_with("/api/") || path.starts_with("/oauth/") {
            let [bo, cy] = [&self.bo, &self.cy].map(Viewer::App);
            vec![Viewer::Nobody, bo, cy]
        } else {
            vec![Viewer::Nobody, Viewer::Browser]
        }
    }

    /// None where it is refused.
    async fn ask(&self, viewer: Viewer<'_>, path: &'static str, url: String) -> Option<Answer> {
        let mut findings = Vec::new();
        let mut order = None;
        let mut reached = false;
        for accept in ["text/html, application/json", "application/activity+json"] {
            let Some(body) = self.body(viewer, &url, accept).await else {
                continue;
            };
            reached = true;
            let place = format!("{viewer}: {url}");
            let mut finds = |what| {
                let place = place.clone();
                findings.push(Finding { path, what, place });
            };
            for what in self.figures().found_in(&body) {
                finds(what);
            }
            if let Ok(value) = serde_json::from_str::<Value>(&body) {
                let lists = self.lists();
                lengths(&value, &mut |length| {
                    if let Some(what) = lists.get(&length) {
                        finds(*what);
                    }
                });
            }
            let found = self.order_in(&body);
            let is_by_fame = |order: &Vec<&str>| {
                order.iter().eq(BY_FAME.iter()) || order.iter().eq(BY_FAME.iter().rev())
            };
            if found.as_ref().is_some_and(is_by_fame) {
                finds(ORDERED);
            }
            order = order.or(found);
            if url.starts_with("/api/") {
                break;
            }
        }
        reached.then_some(Answer {
            url,
            findings,
            order,
        })
    }

    async fn body(&self, viewer: Viewer<'_>, url: &str, accept: &str) -> Option<String> {
        let request: RequestBuilder = match viewer {
            Viewer::Nobody => self.school.request(Method::GET, url),
            Viewer::App(teacher) => teacher.request(Method::GET, url),
            Viewer::Browser => self.browser.request(url),
        };
        let response = request.header("accept", accept).send().await.unwrap();
        let status = response.status();
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map_or("", |value| value.to_str().unwrap_or_default())
        };
        let kind = header("content-type");
        if kind == "text/event-stream" || kind.starts_with("image/") {
            // The one has no end, and what it says is heard by a WebSocket; the other has no words.
            return Some(String::new());
        }
        let of_lists = ["x-total-count", "x-total", "link"].map(header).join(" ");
        let body = response.text().await.unwrap();
        assert!(
            !status.is_server_error(),
            "{viewer}: {url}: {status} {body}"
        );
        status.is_success().then(|| {
            // Not beside the body of a list, which is read as JSON.
            if of_lists.trim().is_empty() || self.figures().found_in(&of_lists).is_empty() {
                body
            } else {
                of_lists
            }
        })
    }

    fn order_in(&self, body: &str) -> Option<Vec<&'static str>> {
        let mut places = BTreeMap::new();
        for name in BY_FAME {
            let star = self
                .stars
                .iter()
                .find(|star| star.teacher.name == name)
                .unwrap();
            let words = [
                format!("\"{}\"", star.account),
                format!("/@{name}"),
                format!("/users/{name}"),
            ];
            let place = words.iter().filter_map(|word| body.find(word)).min()?;
            places.insert(place, name);
        }
        Some(places.into_values().collect())
    }

    /// The path with everything in it that could be meant.
    fn addresses(&self, path: &str) -> Vec<String> {
        let Some((before, rest)) = path.split_once('{') else {
            return vec![path.to_owned()];
        };
        let (part, after) = rest.split_once('}').unwrap();
        let names = self.names.iter().map(String::as_str);
        let values: Vec<&str> = match part.split_once(':') {
            Some((_, choice)) if choice.contains('|') => choice.split('|').collect(),
            _ if part == "id" || part.ends_with("_id") => self.ids_after(before),
            _ if matches!(part, "name" | "tag" | "hashtag") => names.collect(),
            _ if part == "version" => vec!["2.0", "2.1"],
            _ => names.chain(self.ids_after(before)).collect(),
        };
        let rest = self.addresses(after);
        let filled = values.iter().flat_map(|value| {
            let with = |rest: &String| format!("{before}{value}{rest}");
            rest.iter().map(with).collect::<Vec<_>>()
        });
        filled.collect()
    }

    /// What may be meant after these words: what they name, or anything where they name nothing that is known.
    fn ids_after(&self, before: &str) -> Vec<&str> {
        let kind = before.trim_end_matches('/').rsplit('/').next();
        let is_known = self.ids.iter().any(|(of, _)| kind == Some(*of));
        let meant = self.ids.iter();
        let meant = meant.filter(|(of, _)| !is_known || kind == Some(*of));
        meant.map(|(_, id)| id.as_str()).collect()
    }

    /// Nothing at all, what is needed, and then what the description says may be asked, one choice after the other.
    fn queries(&self, path: &str) -> Vec<String> {
        let described = &self.document["paths"][path]["get"]["parameters"];
        let described = described.as_array().into_iter().flatten();
        let in_query = described.filter(|parameter| parameter["in"] == "query");
        let parameters: Vec<(&str, Vec<String>)> = in_query
            .filter_map(|parameter| {
                let name = parameter["name"].as_str()?;
                Some((name, self.values(name, self.resolved(&parameter["schema"]))))
            })
            .collect();
        if parameters.is_empty() {
            return vec![String::new(), format!("?page=true&url={}", self.url)];
        }
        let first = |name: &str, values: &[String]| {
            let value = values.first()?;
            // The others narrow what is answered.
            matches!(
                name.trim_end_matches("[]"),
                "q" | "acct" | "id" | "tag" | "list" | "url" | "resource"
            )
            .then(|| value.clone())
        };
        let base: Vec<(&str, String)> = parameters
            .iter()
            .filter_map(|(name, values)| Some((*name, first(name, values)?)))
            .collect();
        let written = |changed: Option<(&str, &str)>| {
            let rest = base
                .iter()
                .filter(|(name, _)| changed.is_none_or(|(other, _)| other != *name));
            let rest = rest.map(|(name, value)| (*name, value.as_str()));
            let parts: Vec<String> = rest
                .chain(changed)
                .map(|(name, value)| said(name, value))
                .collect();
            format!("?{}", parts.join("&"))
        };
        let mut queries = vec![String::new(), written(None)];
        for (name, values) in &parameters {
            let all = values.iter().map(|value| written(Some((name, value))));
            let new: Vec<String> = all.filter(|query| !queries.contains(query)).collect();
            queries.extend(new);
        }
        queries
    }

    fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let to = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
        to.and_then(|to| self.document.pointer(to))
            .unwrap_or(schema)
    }

    /// With what a parameter is tried; several ids are parted by spaces.
    fn values(&self, name: &str, schema: &Value) -> Vec<String> {
        let all = |of: &dyn Fn(&Star) -> String| {
            let ids: Vec<String> = self.stars.iter().map(of).collect();
            ids.join(" ")
        };
        let choices = schema["enum"].as_array().into_iter().flatten();
        let choices: Vec<String> = choices
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect();
        let bare = name.trim_end_matches("[]");
        match bare {
            "q" => vec!["star".to_owned(), TAG.to_owned(), format!("%23{TAG}")],
            "acct" => vec!["ben".to_owned()],
            "tag" => vec![TAG.to_owned()],
            "list" => vec![self.list.clone()],
            "id" => vec![
                all(&|star| star.account.clone()),
                all(&|star| star.status.clone()),
            ],
            "url" => vec![self.url.clone()],
            "resource" => vec![format!("acct:ben@{}", self.school.host)],
            "limit" => vec!["80".to_owned()],
            "type" => ["accounts", "statuses", "hashtags"]
                .map(str::to_owned)
                .to_vec(),
            _ if !choices.is_empty() => choices,
            _ if ORDERING.contains(&bare) => vec!["active".to_owned(), "new".to_owned()],
            _ if schema["type"].to_string().contains("boolean") => vec!["true".to_owned()],
            _ => Vec::new(),
        }
    }
}

fn said(name: &str, value: &str) -> String {
    let parts: Vec<String> = value
        .split(' ')
        .map(|value| format!("{name}={value}"))
        .collect();
    parts.join("&")
}

/// Tells how long each list of objects with ids is.
fn lengths(value: &Value, tell: &mut dyn FnMut(usize)) {
    match value {
        Value::Array(items) => {
            if items.first().is_some_and(|item| item["id"].is_string()) {
                tell(items.len());
            }
            items.iter().for_each(|item| lengths(item, tell));
        }
        Value::Object(fields) => fields.values().for_each(|field| lengths(field, tell)),
        _ => {}
    }
}
