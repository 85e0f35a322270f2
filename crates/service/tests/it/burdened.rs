//! However many people somebody follows, and filters and lists they have: their pages take as many statements.

use domain::filter::Contexts;
use domain::{AccountId, FilterAction, FilterId, ListId, Page, RepliesPolicy};
use service::notifications::{self, Wanted};
use service::oauth::{self, Person};
use service::statuses::{self, NewStatus};
use service::timelines::{self, PublicTimeline};
use service::{App, Result, accounts, filters, lists};
use storage::DbConnection;
use storage::accounts::Account;
use storage::filters::{Filter, Keyword};
use storage::follows::Follow;
use storage::lists::List;
use test_support::{Kind, TestApp, account_row, count_statements, statements};

/// What somebody has who uses much of it.
#[derive(Clone, Copy)]
struct Burden {
    follows: i64,
    filters: usize,
    lists: usize,
    people_in_each: usize,
}

const LIGHT: Burden = Burden {
    follows: 5,
    filters: 1,
    lists: 1,
    people_in_each: 4,
};
const HEAVY: Burden = Burden {
    follows: 5_000,
    filters: 1_000,
    lists: 200,
    people_in_each: 50,
};

/// Somebody elsewhere.
fn far(number: i64) -> Account {
    let name = format!("far{number}");
    let uri = format!("https://far.example/users/{name}");
    Account {
        id: AccountId(1_000 + number),
        host: Some("far.example".to_owned()),
        handle_key: format!("{name}@far.example"),
        url: format!("https://far.example/@{name}"),
        uri,
        username: name,
        ..account_row()
    }
}

fn follow(app: &App, conn: &mut DbConnection, me: AccountId, other: AccountId) -> Result<()> {
    let id = app.next_id();
    let follow = Follow {
        id,
        follower_id: me,
        account_id: other,
        uri: format!("https://school.example/follows/{id}"),
        pending: false,
        show_reblogs: true,
        notify: false,
        languages: None,
        created_at: app.now(),
    };
    Ok(storage::follows::insert(conn, follow)?)
}

/// Has somebody follow these, and more elsewhere; answers a list with those in it.
fn burden(
    app: &App,
    conn: &mut DbConnection,
    me: AccountId,
    near: &[AccountId],
    burden: Burden,
) -> Result<ListId> {
    let far = (0..burden.follows).map(|number| AccountId(1_000 + number));
    let followed: Vec<AccountId> = near.iter().copied().chain(far).collect();
    for other in &followed {
        follow(app, conn, me, *other)?;
    }
    for number in 0..burden.filters {
        let filter = Filter {
            id: FilterId(app.next_id()),
            account_id: me,
            title: format!("Filter {number}"),
            action: FilterAction::Warn,
            contexts: Contexts::named(["home", "public"]).unwrap().0,
            expires_at: None,
            created_at: app.now(),
        };
        let keyword = Keyword {
            id: app.next_id(),
            filter_id: filter.id,
            keyword: format!("nobody says this {number}"),
            whole_word: true,
        };
        storage::filters::insert(conn, filter)?;
        storage::filters::insert_keyword(conn, keyword)?;
    }
    storage::filters::touch(conn, me)?;
    let mut last = ListId(0);
    for number in 0..burden.lists {
        last = ListId(app.next_id());
        let list = List {
            id: last,
            account_id: me,
            title: format!("List {number}"),
            replies_policy: RepliesPolicy::List,
            exclusive: false,
            created_at: app.now(),
        };
        storage::lists::insert(conn, list)?;
        let people: Vec<AccountId> = followed
            .iter()
            .copied()
            .take(burden.people_in_each)
            .collect();
        storage::lists::add(conn, last, &people, || app.next_id())?;
    }
    Ok(last)
}

/// How many statements each page takes of somebody who has such a list.
async fn taken(app: &App, me: &Person, list: ListId) -> Vec<(&'static str, usize)> {
    let mut found = Vec::new();
    let mut before = statements();
    let mut note = |name| {
        let now = statements();
        found.push((name, now - before));
        before = now;
    };
    let page = || Page::newest(20);
    assert_eq!(
        timelines::home(app, me, page()).await.unwrap().items.len(),
        20
    );
    note("home");
    let of_list = timelines::list(app, me, list, page()).await.unwrap();
    assert_eq!(of_list.items.len(), 20);
    note("a list");
    timelines::public(app, Some(me), PublicTimeline::default(), page())
        .await
        .unwrap();
    note("public");
    let told = notifications::page(app, me, Wanted::default(), page()).await;
    assert_eq!(told.unwrap().items.len(), 20);
    note("notifications");
    lists::all(app, me).await.unwrap();
    note("lists");
    lists::members(app, me, list, page()).await.unwrap();
    note("in a list");
    filters::all(app, me).await.unwrap();
    note("filters");
    accounts::following(app, Some(me), me.id(), page())
        .await
        .unwrap();
    note("following");
    found
}

#[tokio::test]
async fn a_page_takes_as_many_statements_whatever_somebody_has() {
    count_statements();
    let Some(test) = TestApp::on(Kind::Sqlite) else {
        return;
    };
    let app = &test.app;
    let first = test.person("first").await;
    let (light, heavy) = (test.person("light").await, test.person("heavy").await);
    let mut near = Vec::new();
    for name in ["bo", "cy", "di", "eve"] {
        near.push(test.person(name).await);
    }
    let ids: Vec<AccountId> = near.iter().map(Person::id).collect();
    let readers = [first.id(), light.id(), heavy.id()];
    let listed = app
        .transaction(move |app, conn| {
            for number in 0..HEAVY.follows {
                storage::accounts::insert(conn, far(number))?;
            }
            let [first, light, heavy] = readers;
            Ok([
                burden(app, conn, first, &ids, LIGHT)?,
                burden(app, conn, light, &ids, LIGHT)?,
                burden(app, conn, heavy, &ids, HEAVY)?,
            ])
        })
        .await
        .unwrap();
    for author in &near {
        let scopes = "read write".parse().unwrap();
        let token = oauth::create_token(app, author.user.id, scopes).await;
        let known = oauth::authenticate(app, &token.unwrap()).await.unwrap();
        let application = known.unwrap().application;
        for number in 0..5 {
            let new = NewStatus {
                text: format!("@first @light @heavy lesson {number} on fractions"),
                ..NewStatus::default()
            };
            statuses::publish(app, author, application, new)
                .await
                .unwrap();
        }
    }

    // What is remembered of all people is asked for once, and somebody's filters are made ready the first time.
    taken(app, &first, listed[0]).await;
    for _ in 0..2 {
        let few = taken(app, &light, listed[1]).await;
        assert!(few.iter().all(|(_, count)| *count > 0), "{few:?}");
        assert_eq!(taken(app, &heavy, listed[2]).await, few);
    }
}
