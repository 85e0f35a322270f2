//! A tree of posts at five schools is whole at each of them. How fast it is served is measured by `tests/load/lineage.py`.

use serde_json::{Value, json};
use test_support::Kind::Sqlite;

use super::{id, ties, titles, tree, url};
use crate::harness::{School, eventually};

const SCHOOLS: usize = 5;
const POSTS: usize = 40;

// On SQLite alone: trees are read on both; this is about five servers.
#[tokio::test]
async fn a_tree_over_five_schools_is_whole_at_each() {
    let mut schools: Vec<School> = Vec::new();
    for _ in 0..SCHOOLS {
        let Some(school) = School::open(Sqlite).await else {
            return;
        };
        schools.push(school);
    }
    let teachers = schools.iter().enumerate();
    let teachers: Vec<_> = teachers
        .map(|(number, school)| school.teacher(&format!("teacher{number}")))
        .collect();
    for teacher in &teachers {
        for (school, other) in schools.iter().zip(&teachers) {
            if other.name != teacher.name {
                let handle = format!("@{}@{}", other.name, school.host);
                teacher.follow(&handle).await;
            }
        }
    }
    // Three come from each, most of them at other schools.
    let mut posts: Vec<Value> = Vec::new();
    for number in 0..POSTS {
        let words = match posts.get(number.saturating_sub(1) / 3) {
            Some(source) => format!("Post {number}\nAdapted from {}", url(source)),
            None => format!("Post {number}"),
        };
        let words = json!({ "status": format!("{words}\n#Practice #KS3 #English #CCBY") });
        posts.push(teachers[number % SCHOOLS].publish(words).await);
    }
    let mut expected: Vec<String> = (0..POSTS).map(|number| format!("Post {number}")).collect();
    expected.sort_unstable();
    for (teacher, own) in teachers.iter().zip(&posts) {
        let seen = eventually(&format!("{} to see all of it", teacher.name), || async {
            let seen = tree(teacher, id(own)).await;
            let agreed = ties(&seen) == ["confirmed"; POSTS - 1];
            agreed.then_some(seen)
        })
        .await;
        let mut shown = titles(&seen);
        shown.sort_unstable();
        assert_eq!(shown, expected, "{}: {seen:#}", teacher.name);
        assert_eq!(seen["truncated"], false);
    }
}
