//! Stewards who live on Lemmy look after a network as its moderators do.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, hears, id_of, is_passed_on, joins, network, runs, text, writes};
use crate::elsewhere::{Elsewhere, account_id, status_at};
use crate::harness::{School, Teacher, answer, eventually, out};

const PUBLIC: &str = "https://www.w3.org/ns/activitystreams#Public";

/// A network that Ada looks after here and Lee on Lemmy, and whose member Dan is.
struct Hub {
    school: School,
    lemmy: Elsewhere,
    ada: Teacher,
    dan: Teacher,
    /// Ids.
    lee: String,
    group: String,
}

impl Hub {
    async fn open(kind: Kind) -> Option<Self> {
        let school = School::open(kind).await?;
        let (ada, dan) = (school.teacher("ada"), school.teacher("dan"));
        let lemmy = Elsewhere::open().await;
        runs(&lemmy, "lemmy").await;
        let lee = text(&lemmy.person("lee")["id"]).to_owned();
        let there = format!("lee@{}", lemmy.host);
        network(&school, "english", &["ada", &there], &[]);
        dan.follow(&format!("@english@{}", school.host)).await;
        let group = format!("{}/users/english", school.base);
        Some(Self {
            school,
            lemmy,
            ada,
            dan,
            lee,
            group,
        })
    }

    /// An activity as Lemmy writes it.
    fn activity(&self, id: &str, kind: &str, by: &str, object: &Value) -> Value {
        json!({ "id": format!("{}/activities/{id}", self.lemmy.base), "type": kind, "actor": by,
            "to": [PUBLIC], "cc": [self.group], "audience": self.group, "object": object })
    }

    /// A post by somebody who may post there.
    async fn page(&self, by: &str, number: u32) -> Value {
        let page = json!({ "type": "Page", "id": format!("{}/post/{number}", self.lemmy.base), "attributedTo": by,
            "to": [self.group, PUBLIC], "cc": [], "audience": self.group, "name": format!("Sonnet {number}"),
            "content": "<p>What do you say?</p>", "mediaType": "text/html", "attachment": [], "tag": [] });
        let mut create = self.activity(&format!("create/{number}"), "Create", by, &page);
        create["to"] = json!([self.group, PUBLIC]);
        self.tells(&create).await;
        page
    }

    /// What anybody reads of the network.
    async fn document(&self, part: &str) -> Value {
        let path = format!("/users/english/{part}");
        let request = self.school.request(Method::GET, &path);
        answer(request.header("accept", "application/activity+json")).await
    }

    async fn tells(&self, activity: &Value) {
        self.lemmy.tells(&self.school, activity).await;
    }

    /// Waits until somebody there is told these words by the network.
    async fn is_told(&self, who: &str, words: &str) -> Value {
        self.lemmy
            .receives(words, |activity| {
                activity["type"] == "Create"
                    && activity["to"] == json!([who])
                    && has(&activity["object"], words)
            })
            .await
    }

    /// Waits until all that somebody there told before is worked off: the network answers them.
    async fn has_heard(&self, who: &str) {
        let uri = format!("{who}/help");
        let note = json!({ "id": uri, "type": "Note", "attributedTo": who, "to": [self.group], "content": "help",
            "tag": [{ "type": "Mention", "href": self.group, "name": "@english" }] });
        self.tells(
            &json!({ "id": format!("{uri}/create"), "type": "Create", "actor": who,
            "to": [self.group], "object": note }),
        )
        .await;
        self.is_told(who, "To post here").await;
    }

    /// The ids of the posts in that state.
    async fn posts(&self, state: &str) -> Vec<String> {
        let id = id_of(&self.school, "english").await;
        let path = format!("{NETWORKS}/{id}/posts?state={state}");
        let posts = self.ada.get(&path).await;
        let uri = |row: &Value| text(&row["status"]["uri"]).to_owned();
        posts.as_array().unwrap().iter().map(uri).collect()
    }

    /// Waits until these are the posts that are passed on.
    async fn has(&self, uris: &[&str]) {
        eventually("the posts of the network", || async {
            (self.posts("announced").await == uris).then_some(())
        })
        .await;
    }

    async fn proposals(&self) -> usize {
        let id = id_of(&self.school, "english").await;
        let open = self.ada.get(&format!("{NETWORKS}/{id}/proposals")).await;
        open.as_array().unwrap().len()
    }
}

/// Whether somebody elsewhere blocks one of ours.
async fn is_blocked(who: &Teacher, by: &str) -> bool {
    let relation = who
        .get(&format!("/api/v1/accounts/relationships?id[]={by}"))
        .await;
    relation[0]["blocked_by"] == true
}

async fn bans(kind: Kind) {
    let Some(hub) = Hub::open(kind).await else {
        return;
    };
    let dan = json!(format!("{}/users/dan", hub.school.base));
    let lee = account_id(&hub.dan, &format!("lee@{}", hub.lemmy.host)).await;
    let ban = |id: &str, by: &str| {
        let mut block = hub.activity(id, "Block", by, &dan);
        block["target"] = json!(hub.group);
        block["summary"] = json!("advertising");
        block["removeData"] = json!(false);
        block
    };

    // It is proposed, as by words, since what binds others needs two.
    let block = ban("block/1", &hub.lee);
    hub.tells(&block).await;
    hub.is_told(&hub.lee, "This is proposal 1.").await;
    hears(&hub.ada, "to ban @dan").await;
    assert!(!is_blocked(&hub.dan, &lee).await);
    writes(&hub.ada, "@english confirm 1").await;
    hears(&hub.dan, "neither be a member nor post").await;

    let undo = hub.activity("undo/1", "Undo", &hub.lee, &block);
    hub.tells(&undo).await;
    hub.is_told(&hub.lee, "This is proposal 2.").await;
    writes(&hub.ada, "@english confirm 2").await;
    hears(&hub.dan, "You can join").await;

    // A block between two people is one, and stays when a ban is taken back.
    let own = json!({ "id": format!("{}/activities/block/2", hub.lemmy.base), "type": "Block",
        "actor": hub.lee, "object": dan });
    hub.tells(&own).await;
    eventually("the block", || async {
        is_blocked(&hub.dan, &lee).await.then_some(())
    })
    .await;
    let again = ban("block/3", &hub.lee);
    hub.tells(&hub.activity("undo/3", "Undo", &hub.lee, &again))
        .await;
    hub.is_told(&hub.lee, "They are not banned.").await;
    assert!(is_blocked(&hub.dan, &lee).await);

    // Who is no steward bans nobody, and neither is it a block; nor is a ban of a community of theirs.
    let mo = text(&hub.lemmy.person("mo")["id"]).to_owned();
    let mo_here = account_id(&hub.dan, &format!("mo@{}", hub.lemmy.host)).await;
    hub.tells(&ban("block/4", &mo)).await;
    let mut there = ban("block/5", &mo);
    there["target"] = json!(format!("{}/c/teaching", hub.lemmy.base));
    hub.tells(&there).await;
    hub.has_heard(&mo).await;
    assert!(!is_blocked(&hub.dan, &mo_here).await);
    assert_eq!(hub.proposals().await, 0);
}

#[tokio::test]
async fn a_ban_by_lemmy_is_the_networks_and_no_block_on_sqlite() {
    bans(Sqlite).await;
}

#[tokio::test]
async fn a_ban_by_lemmy_is_the_networks_and_no_block_on_postgresql() {
    bans(Postgres).await;
}

/// Lemmy looks at no page of a collection: what it reads stands in the collection itself.
async fn reads(kind: Kind) {
    let Some(hub) = Hub::open(kind).await else {
        return;
    };
    let asked = json!({ "status": "@english Which ode for Year 8?", "language": "en" });
    let ode = hub.dan.publish(asked).await;
    let page = hub.page(&hub.lee, 7).await;
    is_passed_on(&hub.dan, "Sonnet 7").await;
    for link in [&ode["url"], &page["id"]] {
        writes(&hub.ada, &format!("@english pin {}", text(link))).await;
    }
    eventually("both to be pinned", || async {
        let featured = hub.document("collections/featured").await;
        (featured["totalItems"] == 2).then_some(())
    })
    .await;
    let featured = hub.document("collections/featured").await;
    let outbox = hub.document("outbox").await;
    let followers = hub.document("followers").await;
    assert_eq!(outbox["type"], "OrderedCollection");
    // Of what is counted nothing is told but what is here.
    assert_eq!(outbox["totalItems"], 2);
    assert_eq!(outbox["first"], format!("{}/outbox?page=true", hub.group));
    let announces = outbox["orderedItems"].as_array().unwrap();
    assert_eq!(announces.len(), 2, "{outbox}");
    for (announce, post) in announces.iter().zip([&page["id"], &ode["uri"]]) {
        assert_eq!(announce["type"], "Announce");
        assert_eq!(announce["actor"], hub.group);
        assert!(announce["to"].is_array() && announce["cc"].is_array());
        let create = &announce["object"];
        assert_eq!(create["type"], "Create");
        assert_eq!(create["actor"], create["object"]["attributedTo"]);
        assert_eq!(create["object"]["audience"], hub.group);
        assert_eq!(create["object"]["id"], *post);
    }
    assert_eq!(featured["type"], "OrderedCollection");
    let pinned = featured["orderedItems"].as_array().unwrap();
    for (post, uri) in pinned.iter().zip([&page["id"], &ode["uri"]]) {
        assert_eq!(post["id"], *uri, "{featured}");
        assert!(post["content"].is_string() && post["to"].is_array());
        assert_eq!(post["audience"], hub.group);
    }
    assert_eq!(followers["type"], "Collection");
    assert_eq!(followers["totalItems"], 0);
    assert_eq!(followers["items"], json!([]));

    // In which language it is, is said to those who read networks only.
    let english = json!({ "identifier": "en", "name": "English" });
    assert_eq!(announces[1]["object"]["object"]["language"], english);
    assert_eq!(pinned[1]["language"], english);
    assert_eq!(announces[0]["object"]["object"].get("language"), None);
    let path = text(&ode["uri"]).strip_prefix(&hub.school.base).unwrap();
    let note = hub.school.request(Method::GET, path);
    let note = answer(note.header("accept", "application/activity+json")).await;
    assert_eq!(note.get("language"), None);
    assert!(note["contentMap"]["en"].is_string());
    let actor = hub.school.request(Method::GET, "/users/english");
    let actor = answer(actor.header("accept", "application/activity+json")).await;
    assert_eq!(actor["sensitive"], false);

    // Whoever pages still can, and people have collections as before.
    let paged = hub.document("outbox?page=true").await;
    assert_eq!(paged["orderedItems"][0]["object"], page["id"]);
    let of_dan = hub.school.request(Method::GET, "/users/dan/outbox");
    let of_dan = answer(of_dan.header("accept", "application/activity+json")).await;
    assert_eq!(of_dan.get("orderedItems"), None);
    assert_eq!(of_dan.get("totalItems"), None);
}

#[tokio::test]
async fn lemmy_reads_the_collections_of_a_network_on_sqlite() {
    reads(Sqlite).await;
}

#[tokio::test]
async fn lemmy_reads_the_collections_of_a_network_on_postgresql() {
    reads(Postgres).await;
}

async fn takes_out(kind: Kind) {
    let Some(hub) = Hub::open(kind).await else {
        return;
    };
    let mo = text(&hub.lemmy.person("mo")["id"]).to_owned();
    for who in [&hub.lee, &mo] {
        joins(&hub.lemmy, &hub.school, &json!({ "id": who }), "english").await;
    }
    let asked = json!({ "status": "@english Which ode for Year 8?" });
    let ode = hub.dan.publish(asked).await["uri"].clone();
    let page = hub.page(&mo, 7).await["id"].clone();
    hub.has(&[text(&page), text(&ode)]).await;
    let removal = |id: &str, by: &str, of: &Value| {
        let mut delete = hub.activity(id, "Delete", by, of);
        delete["summary"] = json!("off topic");
        delete
    };

    // Whoever is no steward does nothing.
    hub.tells(&removal("delete/1", &mo, &ode)).await;
    hub.has_heard(&mo).await;
    hub.has(&[text(&page), text(&ode)]).await;

    let delete = removal("delete/2", &hub.lee, &ode);
    hub.tells(&delete).await;
    hears(&hub.dan, "took your post out").await;
    hub.has(&[text(&page)]).await;
    hub.lemmy
        .receives("the removal", |activity| {
            activity["type"] == "Announce" && activity["object"] == delete
        })
        .await;
    let undo = hub.activity("undo/2", "Undo", &hub.lee, &delete);
    hub.tells(&undo).await;
    hub.has(&[text(&page), text(&ode)]).await;
    hub.lemmy
        .receives("the end of it", |activity| {
            activity["type"] == "Announce" && activity["object"] == undo
        })
        .await;

    // Of somebody on the steward's own server it is no deletion either.
    hub.tells(&removal("delete/3", &hub.lee, &page)).await;
    hub.has(&[text(&ode)]).await;
    assert_eq!(hub.posts("removed").await, [text(&page)]);
    hub.is_told(&mo, "took your post out").await;
    assert!(status_at(&hub.dan, text(&page)).await.is_some());

    // What cannot be done is said.
    let unknown = json!(format!("{}/post/99", hub.lemmy.base));
    hub.tells(&removal("delete/4", &hub.lee, &unknown)).await;
    hub.is_told(&hub.lee, "I know no such post").await;
}

#[tokio::test]
async fn a_steward_on_lemmy_takes_posts_out_and_puts_them_back_on_sqlite() {
    takes_out(Sqlite).await;
}

#[tokio::test]
async fn a_steward_on_lemmy_takes_posts_out_and_puts_them_back_on_postgresql() {
    takes_out(Postgres).await;
}

async fn lists(kind: Kind) {
    let Some(hub) = Hub::open(kind).await else {
        return;
    };
    let asked = json!({ "status": "@english Which ode for Year 8?" });
    let ode = hub.dan.publish(asked).await["uri"].clone();
    let mo = json!(text(&hub.lemmy.person("mo")["id"]));
    let lists = |id: &str, kind: &str, by: &str, object: &Value, list: &str| {
        let mut listing = hub.activity(id, kind, by, object);
        listing["target"] = json!(format!("{}/collections/{list}", hub.group));
        listing
    };
    let are = async |list: &str, wanted: &[&Value]| {
        eventually(list, || async {
            let found = hub.document(&format!("collections/{list}")).await;
            let items = found["orderedItems"].as_array()?.iter();
            let ids = items.map(|item| item.get("id").unwrap_or(item));
            ids.eq(wanted.iter().copied()).then_some(())
        })
        .await;
    };

    hub.tells(&lists("add/1", "Add", text(&mo), &ode, "featured"))
        .await;
    hub.has_heard(text(&mo)).await;
    are("featured", &[]).await;
    hub.tells(&lists("add/2", "Add", &hub.lee, &ode, "featured"))
        .await;
    are("featured", &[&ode]).await;
    hub.tells(&lists("remove/2", "Remove", &hub.lee, &ode, "featured"))
        .await;
    are("featured", &[]).await;

    // Who looks after a network is for two to say.
    let ada = json!(format!("{}/users/ada", hub.school.base));
    let lee = json!(hub.lee);
    hub.tells(&lists("add/3", "Add", &hub.lee, &mo, "moderators"))
        .await;
    hub.is_told(&hub.lee, "This is proposal 1.").await;
    are("moderators", &[&ada, &lee]).await;
    writes(&hub.ada, "@english confirm 1").await;
    are("moderators", &[&ada, &lee, &mo]).await;
    hub.tells(&lists("remove/3", "Remove", &hub.lee, &mo, "moderators"))
        .await;
    hub.is_told(&hub.lee, "This is proposal 2.").await;
    writes(&hub.ada, "@english confirm 2").await;
    are("moderators", &[&ada, &lee]).await;
}

#[tokio::test]
async fn a_steward_on_lemmy_pins_posts_and_names_stewards_on_sqlite() {
    lists(Sqlite).await;
}

#[tokio::test]
async fn a_steward_on_lemmy_pins_posts_and_names_stewards_on_postgresql() {
    lists(Postgres).await;
}

async fn flags(kind: Kind) {
    let Some(hub) = Hub::open(kind).await else {
        return;
    };
    let pat = text(&hub.lemmy.person("pat")["id"]).to_owned();
    let words = |words: &str| json!({ "status": words });
    let ode = hub
        .dan
        .publish(words("@english Which ode for Year 8?"))
        .await;
    let quiet = hub.dan.publish(words("For nobody in particular")).await;
    let page = hub.page(&hub.lee, 7).await;
    hub.has(&[text(&page["id"]), text(&ode["uri"])]).await;
    let flag = |id: &str, of: &Value| {
        json!({ "id": format!("{}/activities/flag/{id}", hub.lemmy.base), "type": "Flag", "actor": pat,
            "to": [hub.group], "audience": hub.group, "object": of, "summary": "off topic\nand long" })
    };
    let told = async || {
        let told = hub
            .ada
            .get("/api/v1/notifications?types[]=mention&limit=80")
            .await;
        let lines = told
            .as_array()
            .unwrap()
            .iter()
            .map(|line| line["status"].clone());
        lines
            .filter(|status| has(status, "to look at:"))
            .collect::<Vec<Value>>()
    };

    // Of ours and of others, whatever else becomes of the report.
    hub.tells(&flag("1", &ode["uri"])).await;
    let said = hears(&hub.ada, "asks the stewards of").await;
    for part in [text(&ode["url"]), "off topic and long", "@pat"] {
        assert!(text(&said["content"]).contains(part), "{part}: {said}");
    }
    hub.is_told(&hub.lee, "asks the stewards of").await;
    let listed = out(&hub.school.command(&["report", "list"]));
    assert!(listed.contains("off topic"), "{listed}");
    hub.tells(&flag("2", &page["id"])).await;
    hears(&hub.ada, text(&page["id"])).await;
    assert_eq!(told().await.len(), 2);

    // Not twice, and not of what the network did not pass on.
    hub.tells(&flag("3", &ode["uri"])).await;
    hub.tells(&flag("4", &quiet["uri"])).await;
    hub.has_heard(&pat).await;
    assert_eq!(told().await.len(), 2);
}

#[tokio::test]
async fn stewards_are_told_what_lemmy_reports_on_sqlite() {
    flags(Sqlite).await;
}

#[tokio::test]
async fn stewards_are_told_what_lemmy_reports_on_postgresql() {
    flags(Postgres).await;
}

/// What a community of Lemmy passes on of its moderators' bans is no block either.
async fn passed_on(kind: Kind) {
    let Some(school) = School::open(kind).await else {
        return;
    };
    let ada = school.teacher("ada");
    let there = Elsewhere::open().await;
    let (mut group, mo) = (there.person("teaching"), there.person("mo"));
    group["type"] = json!("Group");
    there.serve(group.clone());
    there.is_followed(&school, &ada, &group).await;
    let by = text(&mo["id"]);
    let announce = |id: &str, object: &Value| {
        json!({ "id": format!("{}/{id}", text(&group["id"])), "type": "Announce", "actor": group["id"],
            "to": [PUBLIC], "object": object })
    };
    let ada_there = format!("{}/users/ada", school.base);
    let own =
        json!({ "id": format!("{by}/block/1"), "type": "Block", "actor": by, "object": ada_there });
    let mo_here = account_id(&ada, &format!("mo@{}", there.host)).await;
    there.tells(&school, &own).await;
    eventually("the block", || async {
        is_blocked(&ada, &mo_here).await.then_some(())
    })
    .await;
    let mut ban = own.clone();
    ban["id"] = json!(format!("{by}/block/2"));
    ban["target"] = group["id"].clone();
    let undo = json!({ "id": format!("{by}/undo/2"), "type": "Undo", "actor": by, "object": ban });
    let pat = text(&there.person("pat")["id"]).to_owned();
    let mut by_pat = ban.clone();
    by_pat["id"] = json!(format!("{pat}/block/3"));
    by_pat["actor"] = json!(pat);
    let page = json!({ "id": format!("{pat}/1"), "type": "Page", "attributedTo": pat, "to": [PUBLIC],
        "name": "Chalk", "content": "white" });
    let create = json!({ "id": format!("{pat}/1/create"), "type": "Create", "actor": pat, "to": [PUBLIC], "object": page });
    for (id, object) in [("1", &undo), ("2", &by_pat), ("3", &create)] {
        there.tells(&school, &announce(id, object)).await;
    }
    is_passed_on(&ada, "white").await;
    let pat_here = account_id(&ada, &format!("pat@{}", there.host)).await;
    assert!(!is_blocked(&ada, &pat_here).await);
    assert!(is_blocked(&ada, &mo_here).await);
}

#[tokio::test]
async fn a_ban_that_a_community_passes_on_is_no_block_on_sqlite() {
    passed_on(Sqlite).await;
}

#[tokio::test]
async fn a_ban_that_a_community_passes_on_is_no_block_on_postgresql() {
    passed_on(Postgres).await;
}
