//! However activities are ordered, repeated and put together, the end is the same.

use proptest::prelude::*;
use proptest::sample::subsequence;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use test_support::Kind;

use super::school::{PUBLIC, Remote, School};

/// What somebody does to one thing, and takes back or changes later: its first steps are taken.
#[derive(Debug, Clone, Copy)]
enum Story {
    Post,
    Like,
    Boost,
    Follow,
    /// Of somebody who does nothing else.
    Profile,
}

const STORIES: [Story; 5] = [
    Story::Post,
    Story::Like,
    Story::Boost,
    Story::Follow,
    Story::Profile,
];

/// Who of four, which story, and how many of its steps.
type Told = (usize, Story, usize);

/// Indices into all steps in their order, some twice, shuffled; and how many are received before work begins.
#[derive(Debug, Clone)]
struct Case {
    told: Vec<Told>,
    by_id: bool,
    shuffled: Vec<usize>,
    at_once: usize,
}

fn case() -> impl Strategy<Value = Case> {
    let story = (0_usize..3, 0_usize..5, 1_usize..=4).prop_map(|(who, story, steps)| {
        let story = STORIES[story];
        let who = if matches!(story, Story::Profile) {
            3
        } else {
            who
        };
        (who, story, steps)
    });
    (
        proptest::collection::vec(story, 2..7),
        any::<bool>(),
        1_usize..9,
    )
        .prop_map(|(mut told, by_id, at_once)| {
            // One post per story is enough to tell them apart; likes, boosts and follows are of one thing.
            told.sort_by_key(|(who, story, _)| (*who, format!("{story:?}")));
            told.dedup_by_key(|(who, story, _)| (*who, format!("{story:?}")));
            (told, by_id, at_once)
        })
        .prop_flat_map(|(told, by_id, at_once)| {
            let count: usize = told.iter().map(|told| steps(*told)).sum();
            let all: Vec<usize> = (0..count).collect();
            (
                Just((told, by_id, at_once)),
                subsequence(all.clone(), 0..=count),
                Just(all),
            )
        })
        .prop_flat_map(|((told, by_id, at_once), twice, mut all)| {
            all.extend(twice);
            (Just((told, by_id, at_once)), Just(all).prop_shuffle())
        })
        .prop_map(|((told, by_id, at_once), shuffled)| Case {
            told,
            by_id,
            shuffled,
            at_once,
        })
}

fn steps((_, story, wanted): Told) -> usize {
    match story {
        Story::Post | Story::Profile => wanted,
        Story::Like | Story::Boost | Story::Follow => wanted.min(2),
    }
}

struct Group {
    people: Vec<Remote>,
    /// A note of ada's.
    note: String,
}

impl Group {
    async fn new(school: &School, name: &str) -> Self {
        let mut people = Vec::new();
        for person in ["w", "x", "y", "z"] {
            people.push(school.remote(&format!("{name}{person}")).await);
        }
        Self {
            people,
            note: school.note(name).await,
        }
    }

    fn activities(&self, school: &School, case: &Case) -> Vec<Value> {
        let each = |told: &Told| {
            let by = self.people[told.0].uri.as_str();
            let (like, boost, follow) = (
                school.like(by, "like", &self.note),
                json!({ "id": format!("{by}/boost"), "type": "Announce", "actor": by, "to": PUBLIC, "object": self.note }),
                json!({ "id": format!("{by}/follow"), "type": "Follow", "actor": by, "object": school.ada_uri() }),
            );
            let undo = |done: &Value| {
                let object = if case.by_id {
                    done["id"].clone()
                } else {
                    done.clone()
                };
                let id = format!("{}/undo", done["id"].as_str().unwrap());
                json!({ "id": id, "type": "Undo", "actor": by, "object": object })
            };
            let all = match told.1 {
                Story::Post => vec![
                    school.post(by, "post", 0),
                    school.edit(by, "post", 1),
                    school.edit(by, "post", 2),
                    school.delete(by, "post"),
                ],
                Story::Like => vec![like.clone(), undo(&like)],
                Story::Boost => vec![boost.clone(), undo(&boost)],
                Story::Follow => vec![follow.clone(), undo(&follow)],
                Story::Profile => vec![
                    school.post(by, "post", 0),
                    school.rename(by, 1),
                    school.rename(by, 2),
                    school.leave(by),
                ],
            };
            all.into_iter().take(steps(*told)).collect::<Vec<_>>()
        };
        case.told.iter().flat_map(each).collect()
    }

    async fn state(&self, school: &School) -> Vec<String> {
        let note = school.status(&self.note).await;
        let mut state = vec![format!(
            "{} likes, {} boosts",
            note.favourites_count, note.reblogs_count
        )];
        for person in &self.people {
            let account = school.account(person.id).await;
            let name = match account.deleted_at {
                Some(_) => "gone",
                None => &account.display_name,
            };
            state.push(format!(
                "{name}: {:?} of {} statuses, likes {}, boosts {}, follows {}, told {:?}",
                school.content(&format!("{}/post", person.uri)).await,
                account.statuses_count,
                school.likes(person.id, &self.note).await,
                school.boosts(person.id, &self.note).await,
                school.follows_ada(person.id).await,
                school.told_of(person.id).await,
            ));
        }
        state
    }
}

async fn holds(school: &School, case: &Case, number: usize) -> Result<(), TestCaseError> {
    let (orderly, wild) = (
        Group::new(school, &format!("o{number}")).await,
        Group::new(school, &format!("w{number}")).await,
    );
    school.receive(&orderly.activities(school, case)).await;
    school.work().await;
    school.run_jobs().await;
    let activities = wild.activities(school, case);
    let shuffled: Vec<Value> = case
        .shuffled
        .iter()
        .map(|index| activities[*index].clone())
        .collect();
    for part in shuffled.chunks(case.at_once) {
        school.receive(part).await;
        school.work().await;
        // Or else what comes twice would not be taken in.
        school.forget_finished().await;
        school.run_jobs().await;
    }
    prop_assert_eq!(orderly.state(school).await, wild.state(school).await);
    Ok(())
}

fn any_order_ends_the_same(kind: Kind, cases: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let Some(school) = runtime.block_on(School::on(kind)) else {
        return;
    };
    let number = std::cell::Cell::new(0);
    let config = Config {
        cases,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&case(), |case| {
            number.set(number.get() + 1);
            runtime.block_on(holds(&school, &case, number.get()))
        })
        .unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn any_order_ends_the_same_on_sqlite() {
    any_order_ends_the_same(Kind::Sqlite, 24);
}

#[test]
fn any_order_ends_the_same_on_postgresql() {
    any_order_ends_the_same(Kind::Postgres, 8);
}
