//! Three people whom many admire, some more than others; Bo, who has to do with them, and Cy, who has not; and all that has
//! an address of its own.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AccountId, StatusId};
use reqwest::Method;
use serde_json::{Value, json};
use test_support::{Admired, Kept, Kind, admire, keep, write_often};

use super::walk::tokens;
use crate::harness::{School, Teacher, answer, eventually};
use crate::sign_in::Browser;

const SCOPES: &str = "read write follow push profile";
pub(super) const TAG: &str = "fractions";
/// Only Ben uses it.
const OWN_TAG: &str = "strips";
/// How often he does.
const USES: i64 = 61;

/// What is kept of somebody, and how many rows there are. No number is near to one that answers have for other reasons, and
/// Bo is one of each.
struct Fame {
    name: &'static str,
    kept: Kept,
    followers: usize,
    favourites: usize,
    boosts: usize,
    quotes: usize,
}

const fn kept(million: i64) -> Kept {
    let base = million * 1_000_000;
    Kept {
        followers: base + 310_021,
        following: base + 310_033,
        statuses: base + 310_047,
        favourites: base + 310_059,
        boosts: base + 310_063,
        quotes: base + 310_071,
    }
}

/// In the order in which they came, and did whatever they did. Neither that nor their names is the order of their fame.
const FAME: [Fame; 3] = [
    Fame {
        name: "ben",
        kept: kept(7),
        followers: 89,
        favourites: 79,
        boosts: 73,
        quotes: 67,
    },
    Fame {
        name: "amy",
        kept: kept(5),
        followers: 83,
        favourites: 76,
        boosts: 69,
        quotes: 63,
    },
    Fame {
        name: "cat",
        kept: kept(6),
        followers: 86,
        favourites: 77,
        boosts: 71,
        quotes: 66,
    },
];
/// The most famous first.
pub(super) const BY_FAME: [&str; 3] = ["ben", "cat", "amy"];

pub(super) struct Star {
    pub(super) teacher: Teacher,
    pub(super) account: String,
    pub(super) status: String,
}

pub(super) struct World {
    pub(super) school: School,
    pub(super) bo: Teacher,
    pub(super) cy: Teacher,
    /// Bo's.
    pub(super) browser: Browser,
    pub(super) stars: Vec<Star>,
    /// What may stand in an address where something is named, and after which word.
    pub(super) ids: Vec<(&'static str, String)>,
    pub(super) names: Vec<String>,
    /// Bo's list.
    pub(super) list: String,
    /// Address of the page of a post.
    pub(super) url: String,
    pub(super) document: Value,
}

/// Numbers, as they would be written, and what each would tell.
pub(super) struct Figures(BTreeMap<String, &'static str>);

impl Figures {
    pub(super) fn found_in(&self, body: &str) -> BTreeSet<&'static str> {
        let known = tokens(body).filter_map(|token| self.0.get(token));
        known.copied().collect()
    }
}

fn id(entity: &Value) -> String {
    let id = &entity["id"];
    id.as_str().unwrap_or_else(|| panic!("{entity}")).to_owned()
}

impl World {
    pub(super) async fn open(kind: Kind, shown: bool) -> Option<Self> {
        let shown = [(
            "community.show_counts",
            if shown { "true" } else { "false" },
        )];
        let school = School::open_with(kind, &shown).await?;
        let mut stars = Vec::new();
        for fame in &FAME {
            stars.push(star(&school, fame.name).await);
        }
        let [bo, cy] = ["bo", "cy"].map(|name| school.person(name, "user", SCOPES));
        let browser = Browser::new(&school);
        browser.sign_in("bo", "chalk and cheese", "/").await;
        let document = answer(school.request(Method::GET, "/api/openapi.json")).await;
        let mut world = Self {
            school,
            bo,
            cy,
            browser,
            stars,
            ids: Vec::new(),
            names: vec!["ben".to_owned(), TAG.to_owned()],
            list: String::new(),
            url: String::new(),
            document,
        };
        world.write().await;
        world.react().await;
        world.arrange().await;
        world.is_searched().await;
        world.become_famous();
        Some(world)
    }

    async fn write(&mut self) {
        // What only Ben has comes first, or lists of what is new would begin with him.
        let ben = &self.stars[0].teacher;
        let tag = json!({ "name": OWN_TAG });
        ben.post("/api/v1/featured_tags", tag).await;
        let asked = json!({ "status": "How many?", "poll": { "options": ["One", "Two"], "expires_in": 3600 } });
        let asked = ben.publish(asked).await;
        self.ids.push(("polls", id(&asked["poll"])));
        for star in &self.stars {
            let follow = format!("/api/v1/accounts/{}/follow", star.account);
            self.bo.post(&follow, Value::Null).await;
        }
        for star in &mut self.stars {
            let words = format!("@bo Fractions by {} #{TAG}", star.teacher.name);
            let post = star.teacher.publish(json!({ "status": words })).await;
            star.status = id(&post);
            if self.url.is_empty() {
                post["url"].as_str().unwrap().clone_into(&mut self.url);
            }
            let pin = format!("/api/v1/statuses/{}/pin", star.status);
            star.teacher.post(&pin, Value::Null).await;
        }
        for star in &self.stars {
            let hello = json!({ "status": "@bo hello", "visibility": "direct" });
            star.teacher.publish(hello).await;
        }
    }

    /// Waits until what was written is found by its words.
    async fn is_searched(&self) {
        let path = format!("/api/v2/search?q={TAG}&type=statuses");
        eventually("the posts to be found", || async {
            let found = self.bo.get(&path).await["statuses"].to_string();
            let all = self.stars.iter().all(|star| found.contains(&star.status));
            all.then_some(())
        })
        .await;
    }

    async fn react(&self) {
        let mine = self.bo.publish(json!({ "status": "Mine" })).await;
        for star in &self.stars {
            for deed in ["favourite", "bookmark", "reblog"] {
                let path = format!("/api/v1/statuses/{}/{deed}", star.status);
                self.bo.post(&path, Value::Null).await;
            }
            let quote = json!({ "status": "This", "quoted_status_id": star.status });
            self.bo.publish(quote).await;
        }
        for star in &self.stars {
            for path in [
                format!("/api/v1/statuses/{}/favourite", id(&mine)),
                format!("/api/v1/accounts/{}/follow", own_id(&self.bo).await),
            ] {
                star.teacher.post(&path, Value::Null).await;
            }
        }
    }

    /// What is named in addresses.
    async fn arrange(&mut self) {
        let bo = &self.bo;
        let accounts: Vec<&str> = self
            .stars
            .iter()
            .map(|star| star.account.as_str())
            .collect();
        let list = bo.post("/api/v1/lists", json!({ "title": "Stars" })).await;
        let members = format!("/api/v1/lists/{}/accounts", id(&list));
        for account in &accounts {
            bo.post(&members, json!({ "account_ids": [account] })).await;
        }
        let ben = &self.stars[0];
        let collection = json!({ "name": "Stars", "description": "Who shine", "discoverable": true, "account_ids": accounts });
        let collection = bo.post("/api/v1/collections", collection).await;
        let others =
            json!({ "name": "Others", "discoverable": true, "account_ids": &accounts[1..] });
        let others = ben.teacher.post("/api/v1/collections", others).await;
        let told = bo.get("/api/v1/notifications?types[]=mention").await;
        let groups = bo.get("/api/v2/notifications").await;
        let group = &groups["notification_groups"][0]["group_key"];
        let found = [
            ("accounts", ben.account.clone()),
            ("accounts", own_id(bo).await),
            ("statuses", ben.status.clone()),
            ("lists", id(&list)),
            ("list", id(&list)),
            ("collections", id(&collection["collection"])),
            ("collections", id(&others["collection"])),
            ("notifications", id(&told[0])),
            ("notifications", group.as_str().unwrap().to_owned()),
        ];
        self.ids.extend(found);
        self.list = id(&list);
        self.look_after_a_network().await;
    }

    /// Bo does; the three are in it, and banned from another one.
    async fn look_after_a_network(&mut self) {
        for name in ["maths", "physics"] {
            let words = [
                "network",
                "create",
                name,
                "--title",
                name,
                "--steward",
                "bo",
            ];
            let made = self.school.command(&words);
            assert!(made.status.success(), "{made:?}");
        }
        let all = self.bo.get("/api/staffroom/v1/networks").await;
        let other = id(&all[1]);
        for star in &self.stars {
            let who = &star.account;
            let ban = format!("/api/staffroom/v1/networks/{other}/people/{who}/ban");
            self.bo.post(&ban, Value::Null).await;
        }
        self.ids.push(("networks", other));
        let network = id(&all[0]);
        let follow = format!("/api/v1/accounts/{network}/follow");
        for star in &self.stars {
            star.teacher.post(&follow, Value::Null).await;
        }
        self.ids.push(("networks", network));
        self.names.push("maths".to_owned());
    }

    fn become_famous(&self) {
        let mut conn = self.school.database().connect();
        let stars = || self.stars.iter().zip(&FAME);
        let admired: Vec<Admired> = stars()
            .map(|(star, fame)| Admired {
                account: AccountId(star.account.parse().unwrap()),
                status: StatusId(star.status.parse().unwrap()),
                followers: fame.followers - 1,
                favourites: fame.favourites - 1,
                boosts: fame.boosts - 1,
                quotes: fame.quotes - 1,
            })
            .collect();
        admire(&mut conn, &admired, TAG);
        write_often(&mut conn, admired[0].status, USES, OWN_TAG);
        for (of, (_, fame)) in admired.iter().zip(stars()) {
            keep(&mut conn, of.account, of.status, fame.kept);
        }
    }

    pub(super) fn figures(&self) -> Figures {
        let mut figures = BTreeMap::new();
        let mut tells = |figure: i64, what| figures.insert(figure.to_string(), what);
        let count = |rows: usize| i64::try_from(rows).unwrap();
        for Fame {
            kept,
            followers,
            favourites,
            boosts,
            quotes,
            ..
        } in &FAME
        {
            for (figure, what) in [
                (kept.followers, "followers"),
                (kept.following, "following"),
                (kept.statuses, "posts"),
                (kept.favourites, "favourites"),
                (kept.boosts, "boosts"),
                (kept.quotes, "quotes"),
                (count(*followers), "followers, counted"),
                (count(*favourites), "favourites, counted"),
                (count(*boosts), "boosts, counted"),
                (count(*quotes), "quotes, counted"),
            ] {
                tells(figure, what);
            }
        }
        let quotes = || FAME.iter().map(|fame| fame.quotes - 1);
        tells(USES, "uses of a hashtag");
        tells(
            count(quotes().sum::<usize>() + FAME.len()),
            "all uses of a hashtag",
        );
        tells(
            count(quotes().max().unwrap() + FAME.len()),
            "all who use a hashtag",
        );
        Figures(figures)
    }

    /// Lists of people from which could be counted what is hidden, by how long they are.
    pub(super) fn lists(&self) -> BTreeMap<usize, &'static str> {
        let like = FAME.iter().map(|fame| (fame.favourites, "all who like it"));
        let boosts = FAME
            .iter()
            .map(|fame| (fame.boosts, "all who passed it on"));
        like.chain(boosts).collect()
    }
}

async fn own_id(teacher: &Teacher) -> String {
    id(&teacher.get("/api/v1/accounts/verify_credentials").await)
}

/// Somebody who wants to be found.
async fn star(school: &School, name: &str) -> Star {
    let teacher = school.person(name, "user", SCOPES);
    let wish =
        json!({ "discoverable": true, "indexable": true, "display_name": format!("Star {name}") });
    let path = "/api/v1/accounts/update_credentials";
    let own = answer(teacher.request(Method::PATCH, path).json(&wish)).await;
    Star {
        teacher,
        account: id(&own),
        status: String::new(),
    }
}
