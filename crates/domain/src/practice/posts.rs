//! Posts that teachers could have written, read as they would be here: `tests/fixtures/practice/README.md`.

use crate::practice::{Words, read};
use crate::text::{Hosts, Span, spans};
use crate::vocabulary::{Curriculum, Vocabulary};

const PLAIN: &str = include_str!("../../../../tests/fixtures/practice/plain.txt");
const AWKWARD: &str = include_str!("../../../../tests/fixtures/practice/awkward.txt");
const ORDINARY: &str = include_str!("../../../../tests/fixtures/practice/ordinary.txt");
const CONFIGURATION: &str = include_str!("../../../../config/staffroom.toml");

/// Of the posts that must be read rightly, so many; the rest are known and reported.
const WANTED: usize = 190;

struct Post {
    text: String,
    expected: String,
    curriculum: Curriculum,
}

fn posts(file: &str) -> Vec<Post> {
    let mut found: Vec<Post> = Vec::new();
    let mut is_answer = false;
    for line in file.lines() {
        if line == "@@" {
            is_answer = false;
            found.push(Post {
                text: String::new(),
                expected: String::new(),
                curriculum: Curriculum::England,
            });
        } else if let Some(post) = found.last_mut() {
            if line == "==" {
                is_answer = true;
            } else if is_answer && post.expected.is_empty() {
                let cells: Vec<&str> = line.split('|').map(str::trim).collect();
                post.expected = cells[..5].join(" | ");
                if let Some(name) = cells.get(5) {
                    post.curriculum = name.parse().unwrap();
                }
            } else if !is_answer {
                post.text.push_str(line);
                post.text.push('\n');
            }
        }
    }
    for post in &mut found {
        post.text = post.text.trim().to_owned();
    }
    found
}

/// The words of the configuration that servers come with.
fn words() -> Words {
    let line = CONFIGURATION
        .lines()
        .find(|line| line.starts_with("words = ["))
        .unwrap();
    Words::new(line.split('"').skip(1).step_by(2))
}

fn said(post: &Post, words: &Words) -> Option<String> {
    let vocabulary = Vocabulary::new(post.curriculum, "").unwrap();
    let tags: Vec<String> = spans(&post.text, Hosts::Public)
        .into_iter()
        .filter_map(|(_, span)| match span {
            Span::Hashtag(name) => Some(name.to_lowercase()),
            _ => None,
        })
        .collect();
    let practice = read(&post.text, &tags, words, &vocabulary)?;
    let lists = [practice.stages, practice.subjects, practice.kinds];
    let [stages, subjects, kinds] = lists.map(|list| list.join(","));
    let licence = practice.licence.map(|licence| licence.id);
    let title = practice.title;
    let licence = licence.unwrap_or_default();
    Some([title, stages, subjects, kinds, licence].join(" | "))
}

#[test]
fn posts_of_teachers_are_read_as_they_are_meant() {
    let words = words();
    let all: Vec<Post> = posts(PLAIN).into_iter().chain(posts(AWKWARD)).collect();
    assert_eq!(all.len(), 200);
    let mut right = 0;
    for post in &all {
        let said = said(post, &words).unwrap_or_default();
        if said == post.expected {
            right += 1;
        } else {
            eprintln!("{}\n  read:  {said}\n  meant: {}", post.text, post.expected);
        }
    }
    eprintln!("{right} of {} are read rightly", all.len());
    assert!(right >= WANTED, "{right}");
}

#[test]
fn ordinary_posts_are_never_taken_for_practice() {
    let words = words();
    let all = posts(ORDINARY);
    assert!(all.len() >= 60);
    for post in &all {
        assert_eq!(said(post, &words), None, "{}", post.text);
    }
}
