//! Stewards who live on Lemmy look after a network as its moderators do.

use reqwest::Method;
use serde_json::{Value, json};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{NETWORKS, has, hears, id_of, is_passed_on, network, runs, text, writes};
use crate::elsewhere::{Elsewhere, account_id};
use crate::harness::{School, Teacher, answer, eventually};

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

    /// A post by Lee, who may post there.
    async fn page(&self, number: u32) -> Value {
        let page = json!({ "type": "Page", "id": format!("{}/post/{number}", self.lemmy.base), "attributedTo": self.lee,
            "to": [self.group, PUBLIC], "cc": [], "audience": self.group, "name": format!("Sonnet {number}"),
            "content": "<p>What do you say?</p>", "mediaType": "text/html", "attachment": [], "tag": [] });
        let mut create = self.activity(&format!("create/{number}"), "Create", &self.lee, &page);
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
    let page = hub.page(7).await;
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
