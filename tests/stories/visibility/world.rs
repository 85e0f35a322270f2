//! Ada, who wrote something of every kind for everybody and for few, and those who stand to her in every way.

use std::io::Cursor;

use image::{ImageFormat, RgbaImage};
use reqwest::{Method, multipart};
use serde_json::{Value, json};

use crate::harness::{School, Teacher, answer};

pub(super) const VISIBILITIES: [&str; 4] = ["public", "unlisted", "private", "direct"];

/// How a viewer stands to Ada, who wrote everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Tie {
    Anonymous,
    Stranger,
    Follower,
    /// Asked to follow and has no answer.
    Pending,
    /// Followed when Ada wrote, and was then taken off.
    Former,
    Mentioned,
    Author,
    /// Followed and was mentioned; then Ada blocked them.
    Blocked,
    /// Followed and was mentioned; then they blocked Ada.
    Blocking,
}

const EVERYBODY: [(&str, Tie); 9] = [
    ("ada", Tie::Author),
    ("carl", Tie::Follower),
    ("flo", Tie::Follower),
    ("exa", Tie::Former),
    ("pia", Tie::Pending),
    ("sam", Tie::Stranger),
    ("mona", Tie::Mentioned),
    ("bill", Tie::Blocked),
    ("bess", Tie::Blocking),
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    Post,
    Answer,
    Edited,
    Picture,
    Deleted,
    /// For people of this server.
    Local,
    Boost,
}

pub(super) struct Item {
    pub(super) id: String,
    pub(super) uri: String,
    pub(super) url: String,
    pub(super) by: &'static str,
    /// In the text, in earlier versions, and in the description of the picture; nowhere else.
    pub(super) word: String,
    /// Index of [`VISIBILITIES`].
    pub(super) level: usize,
    pub(super) shape: Shape,
    /// An open answer by somebody who sees it.
    pub(super) answer: Option<String>,
}

/// The model.
pub(super) fn may_see(tie: Tie, item: &Item) -> bool {
    if item.shape == Shape::Local && tie == Tie::Anonymous {
        return false;
    }
    let level = match tie {
        // A boost mentions nobody.
        Tie::Mentioned if item.shape == Shape::Boost => 1,
        Tie::Author | Tie::Mentioned => 3,
        Tie::Follower => 2,
        Tie::Anonymous | Tie::Stranger | Tie::Pending | Tie::Former => 1,
        Tie::Blocked | Tie::Blocking => return false,
    };
    item.shape != Shape::Deleted && item.level <= level
}

pub(super) struct World {
    pub(super) school: School,
    pub(super) people: Vec<(&'static str, Tie, Teacher, String)>,
    pub(super) items: Vec<Item>,
    pub(super) root: String,
    pub(super) suspended: bool,
}

impl World {
    pub(super) async fn new(kind: test_support::Kind) -> Option<Self> {
        // What she writes is practice, of which nothing is missing.
        let settings = [("practice.words", "[\"matrix\"]")];
        let school = School::open_with(kind, &settings).await?;
        let mut people = Vec::new();
        for (name, tie) in EVERYBODY {
            let teacher = school.teacher(name);
            let own = teacher.get("/api/v1/accounts/verify_credentials").await;
            people.push((name, tie, teacher, own["id"].as_str().unwrap().to_owned()));
        }
        let mut world = Self {
            school,
            people,
            items: Vec::new(),
            root: String::new(),
            suspended: false,
        };
        world.acquaint().await;
        world.write().await;
        world.react().await;
        world.fall_out().await;
        Some(world)
    }

    fn teacher(&self, name: &str) -> &Teacher {
        &self.person(name).2
    }

    pub(super) fn id(&self, name: &str) -> &str {
        &self.person(name).3
    }

    fn person(&self, name: &str) -> &(&'static str, Tie, Teacher, String) {
        self.people.iter().find(|person| person.0 == name).unwrap()
    }

    async fn acquaint(&self) {
        let ada = self.teacher("ada");
        let locked = ada.request(Method::PATCH, "/api/v1/accounts/update_credentials");
        answer(locked.json(&json!({ "locked": true }))).await;
        for (name, ..) in &self.people {
            let teacher = self.teacher(name);
            if *name != "carl" && *name != "ada" {
                let carl = format!("/api/v1/accounts/{}/follow", self.id("carl"));
                teacher.post(&carl, Value::Null).await;
            }
            let asks = matches!(*name, "flo" | "exa" | "carl" | "bill" | "bess" | "pia");
            if !asks {
                continue;
            }
            let follow = format!("/api/v1/accounts/{}/follow", self.id("ada"));
            let hears = json!({ "notify": matches!(*name, "flo" | "exa") });
            teacher.post(&follow, hears).await;
            if *name != "pia" {
                let yes = format!("/api/v1/follow_requests/{}/authorize", self.id(name));
                ada.post(&yes, Value::Null).await;
            }
        }
    }

    async fn write(&mut self) {
        let root = self.teacher("carl").publish(json!({ "status": "Root" }));
        self.root = root.await["id"].as_str().unwrap().to_owned();
        for shape in [
            Shape::Post,
            Shape::Answer,
            Shape::Edited,
            Shape::Picture,
            Shape::Deleted,
            Shape::Local,
        ] {
            for level in 0..VISIBILITIES.len() {
                let item = self.write_one(shape, level).await;
                self.items.push(item);
            }
        }
    }

    async fn write_one(&self, shape: Shape, level: usize) -> Item {
        let ada = self.teacher("ada");
        let word = format!("zq{shape:?}{level}qz").to_lowercase();
        let text = format!("{word} #matrix #KS3 #English #CCBY @mona @bill @bess");
        let mut post = json!({ "status": text, "visibility": VISIBILITIES[level] });
        if shape == Shape::Local {
            post["local_only"] = json!(true);
        }
        if shape == Shape::Answer {
            post["in_reply_to_id"] = json!(self.root);
        }
        if shape == Shape::Picture {
            let mut png = Cursor::new(Vec::new());
            let picture = RgbaImage::new(4, 4);
            picture.write_to(&mut png, ImageFormat::Png).unwrap();
            let part = multipart::Part::bytes(png.into_inner()).file_name("x.png");
            let form = multipart::Form::new().part("file", part);
            let form = form.text("description", word.clone());
            let upload = ada.request(Method::POST, "/api/v2/media").multipart(form);
            post["media_ids"] = json!([answer(upload).await["id"]]);
        }
        let made = ada.publish(post).await;
        let field = |name: &str| made[name].as_str().unwrap().to_owned();
        if shape == Shape::Edited {
            let path = format!("/api/v1/statuses/{}", field("id"));
            let change = json!({ "status": format!("{text} again") });
            answer(ada.request(Method::PUT, &path).json(&change)).await;
        }
        Item {
            id: field("id"),
            uri: field("uri"),
            url: field("url"),
            by: "ada",
            word,
            level,
            shape,
            answer: None,
        }
    }

    /// What made statuses visible elsewhere than at their author's: likes, bookmarks, answers, boosts, pins.
    async fn react(&mut self) {
        let mut answers = Vec::new();
        for item in &self.items {
            for (name, level) in [("mona", 3), ("bill", 3), ("bess", 3), ("exa", 2)] {
                if item.level > level {
                    continue;
                }
                for deed in ["favourite", "bookmark"] {
                    let path = format!("/api/v1/statuses/{}/{deed}", item.id);
                    self.teacher(name).post(&path, Value::Null).await;
                }
            }
            let said = json!({
                "status": "An answer", "in_reply_to_id": item.id, "visibility": "unlisted"
            });
            let said = self.teacher("mona").publish(said).await;
            answers.push(said["id"].as_str().unwrap().to_owned());
        }
        for (item, answer) in self.items.iter_mut().zip(answers) {
            item.answer = Some(answer);
        }
        for (level, by) in [(0, "carl"), (1, "carl"), (2, "ada")] {
            let of = &self.items[level];
            let path = format!("/api/v1/statuses/{}/reblog", of.id);
            let made = self.teacher(by).post(&path, Value::Null).await;
            let field = |name: &str| made[name].as_str().unwrap().to_owned();
            let boost = Item {
                id: field("id"),
                uri: field("uri"),
                url: field("url"),
                by,
                word: of.word.clone(),
                level,
                shape: Shape::Boost,
                answer: None,
            };
            self.items.push(boost);
        }
        for item in &self.items[..3] {
            let path = format!("/api/v1/statuses/{}/pin", item.id);
            self.teacher("ada").post(&path, Value::Null).await;
        }
    }

    async fn fall_out(&self) {
        let ada = self.teacher("ada");
        for item in self
            .items
            .iter()
            .filter(|item| item.shape == Shape::Deleted)
        {
            let path = format!("/api/v1/statuses/{}", item.id);
            answer(ada.request(Method::DELETE, &path)).await;
        }
        for (who, whom, deed) in [
            ("ada", "exa", "remove_from_followers"),
            ("ada", "bill", "block"),
            ("bess", "ada", "block"),
        ] {
            let path = format!("/api/v1/accounts/{}/{deed}", self.id(whom));
            self.teacher(who).post(&path, Value::Null).await;
        }
    }
}
