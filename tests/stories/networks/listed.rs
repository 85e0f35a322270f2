//! Where networks are found: on a page, by name, and among suggestions where one may join.

use reqwest::{Method, StatusCode};
use test_support::Kind::{self, Postgres, Sqlite};

use super::{network, text};
use crate::harness::School;

async fn page(hub: &School, path: &str) -> String {
    let response = hub.request(Method::GET, path).header("accept", "text/html");
    let response = response.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    response.text().await.unwrap()
}

async fn listed(kind: Kind) {
    let Some(hub) = School::open(kind).await else {
        return;
    };
    let (_ada, dan) = (hub.teacher("ada"), hub.teacher("dan"));
    assert!(page(&hub, "/networks").await.contains("None here."));
    for (name, membership, about) in [
        ("maths", "by_approval", "Sums and more"),
        ("heads", "closed", "For those who lead"),
        ("english", "open", "About words"),
        ("gone", "open", "No more"),
    ] {
        let more = ["--membership", membership, "--description", about];
        network(&hub, name, &["ada"], &more);
    }
    let suspended = hub.command(&["user", "suspend", "gone"]);
    assert!(suspended.status.success());

    let html = page(&hub, "/networks").await;
    let parts = [
        "@english@",
        "About words",
        "Whoever follows it is a member.",
        "@heads@",
        "For those who lead",
        "Its stewards invite",
        "@maths@",
        "Sums and more",
        "a steward answers",
    ];
    let mut rest = html.as_str();
    for part in parts {
        let (_, after) = rest
            .split_once(part)
            .unwrap_or_else(|| panic!("{part}: {html}"));
        rest = after;
    }
    assert!(!html.contains("@gone@"), "{html}");
    let later = page(&hub, "/networks?after=English").await;
    assert!(
        !later.contains("@english@") && later.contains("@heads@"),
        "{later}"
    );
    for path in ["/about", "/@english"] {
        assert!(
            page(&hub, path).await.contains("href=\"/networks\""),
            "{path}"
        );
    }

    // Where a follow would be refused, none is suggested.
    let suggested = dan.get("/api/v2/suggestions").await;
    let rows = suggested.as_array().unwrap().iter();
    let names: Vec<&str> = rows.map(|row| text(&row["account"]["acct"])).collect();
    assert_eq!(names, ["english", "maths"]);
}

#[tokio::test]
async fn networks_are_found_by_name_on_sqlite() {
    listed(Sqlite).await;
}

#[tokio::test]
async fn networks_are_found_by_name_on_postgresql() {
    listed(Postgres).await;
}
