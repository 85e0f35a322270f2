//! Whatever the size of the pages and the way one walks, each item comes once and in order.

use domain::{ApplicationId, NotificationKind, Page, Visibility};
use service::accounts::{self, AccountStatuses};
use service::follows::{self, FollowWishes};
use service::notifications::{self, Wanted};
use service::oauth::{self, NewApplication, Person};
use service::statuses::{self, NewStatus};
use service::timelines::{self, PublicTimeline, TagTimeline};
use service::{App, Paged, blocks, users};
use test_support::{Kind, TestApp};

const LISTS: [List; 13] = [
    List::Home,
    List::Public,
    List::Tag,
    List::Tags,
    List::Account,
    List::Followers,
    List::Following,
    List::Requests,
    List::Notifications,
    List::Mentions,
    List::Favourites,
    List::Bookmarks,
    List::Blocks,
];

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum List {
    Home,
    Public,
    Tag,
    /// Some statuses carry both.
    Tags,
    Account,
    Followers,
    Following,
    Requests,
    Notifications,
    Mentions,
    Favourites,
    Bookmarks,
    Blocks,
}

/// What a page shows, and where its neighbours begin.
type Shown = (Vec<i64>, Option<(i64, i64)>);

fn shown<T>(page: &Paged<T>, id: impl Fn(&T) -> i64) -> Shown {
    (page.items.iter().map(id).collect(), page.ends)
}

struct World {
    test: TestApp,
    /// Reads, and is read.
    ada: Person,
}

impl World {
    async fn page(&self, list: List, page: Page) -> Shown {
        let (app, ada) = (&self.test.app, &self.ada);
        let (me, who) = (ada.account.id, Some(ada));
        match list {
            List::Home => shown(&timelines::home(app, ada, page).await.unwrap(), |view| {
                view.status.id.0
            }),
            List::Public => {
                let wanted = PublicTimeline::default();
                let page = timelines::public(app, who, wanted, page).await;
                shown(&page.unwrap(), |view| view.status.id.0)
            }
            List::Tag | List::Tags => {
                let more = (list == List::Tags).then(|| "odd".to_owned());
                let wanted = TagTimeline {
                    name: "maths".to_owned(),
                    any: more.into_iter().collect(),
                    ..TagTimeline::default()
                };
                let page = timelines::tag(app, who, wanted, page).await;
                shown(&page.unwrap(), |view| view.status.id.0)
            }
            List::Account => {
                let page = accounts::statuses(app, who, me, AccountStatuses::default(), page).await;
                shown(&page.unwrap(), |view| view.status.id.0)
            }
            List::Followers => shown(
                &accounts::followers(app, who, me, page).await.unwrap(),
                |view| view.account.id.0,
            ),
            List::Following => shown(
                &accounts::following(app, who, me, page).await.unwrap(),
                |view| view.account.id.0,
            ),
            List::Requests => shown(&follows::requests(app, ada, page).await.unwrap(), |view| {
                view.account.id.0
            }),
            List::Notifications => {
                let page = notifications::page(app, ada, Wanted::default(), page).await;
                shown(&page.unwrap(), |view| view.notification.id.0)
            }
            List::Mentions => {
                let wanted = Wanted {
                    kinds: vec![NotificationKind::Mention],
                    ..Wanted::default()
                };
                let page = notifications::page(app, ada, wanted, page).await;
                shown(&page.unwrap(), |view| view.notification.id.0)
            }
            List::Favourites => shown(
                &statuses::favourites(app, ada, page).await.unwrap(),
                |view| view.status.id.0,
            ),
            List::Bookmarks => shown(
                &statuses::bookmarks(app, ada, page).await.unwrap(),
                |view| view.status.id.0,
            ),
            List::Blocks => shown(&blocks::page(app, ada, page).await.unwrap(), |view| {
                view.account.id.0
            }),
        }
    }

    async fn downwards(&self, list: List, limit: i64) -> Vec<i64> {
        let mut all = Vec::new();
        let mut max_id = None;
        loop {
            let (items, ends) = self
                .page(
                    list,
                    Page {
                        max_id,
                        ..Page::newest(limit)
                    },
                )
                .await;
            assert!(items.len() <= usize::try_from(limit).unwrap(), "{list:?}");
            all.extend(items);
            let Some((_, oldest)) = ends else { return all };
            max_id = Some(oldest);
        }
    }

    async fn upwards(&self, list: List, limit: i64) -> Vec<i64> {
        let mut all = Vec::new();
        let mut min_id = Some(0);
        loop {
            let (items, ends) = self
                .page(
                    list,
                    Page {
                        min_id,
                        ..Page::newest(limit)
                    },
                )
                .await;
            all.splice(0..0, items);
            let Some((newest, _)) = ends else { return all };
            min_id = Some(newest);
        }
    }
}

async fn publish(
    app: &App,
    by: &Person,
    application: ApplicationId,
    number: i32,
) -> domain::StatusId {
    let visibilities = [
        Visibility::Public,
        Visibility::Unlisted,
        Visibility::FollowersOnly,
        Visibility::Direct,
    ];
    let new = NewStatus {
        text: format!(
            "{number} @ada {}",
            ["#maths", "#maths #odd", "#odd"][usize::try_from(number).unwrap() % 3]
        ),
        visibility: Some(visibilities[usize::try_from(number).unwrap() % 4]),
        ..NewStatus::default()
    };
    let view = statuses::publish(app, by, application, new).await;
    view.unwrap().status.id
}

/// Of every kind there is something that is hidden from Ada, in between what she is shown.
async fn world(kind: Kind) -> Option<World> {
    let test = TestApp::on(kind)?;
    let app = &test.app;
    let registered = oauth::register_application(
        app,
        NewApplication {
            name: "An app".to_owned(),
            redirect_uris: vec![oauth::OUT_OF_BAND.to_owned()],
            ..NewApplication::default()
        },
    );
    let application = registered.await.unwrap().application.id;
    let mut people = Vec::new();
    for name in ["ada", "bo", "cy", "di", "eve", "fay", "gil"] {
        people.push(test.person(name).await);
    }
    let [ada, bo, cy, di, eve, fay, gil] = people.try_into().ok().unwrap();
    for (who, whom) in [
        (&ada, &bo),
        (&ada, &cy),
        (&ada, &di),
        (&bo, &ada),
        (&cy, &ada),
        (&di, &ada),
        (&eve, &ada),
    ] {
        follows::follow(app, who, whom.account.id, FollowWishes::default())
            .await
            .unwrap();
    }
    for number in 0..20 {
        let by = [&ada, &bo, &cy, &eve][usize::try_from(number).unwrap() % 4];
        let id = publish(app, by, application, number / 3).await;
        statuses::favourite(app, &bo, id).await.ok();
        if statuses::favourite(app, &ada, id).await.is_ok() {
            statuses::bookmark(app, &ada, id).await.unwrap();
        }
    }
    // Fay asks a locked account; Eve is suspended, Cy is blocked.
    let locked = service::profile::ProfileChange {
        locked: Some(true),
        ..Default::default()
    };
    service::profile::update(app, &ada, locked).await.unwrap();
    for who in [&fay, &gil] {
        follows::follow(app, who, ada.account.id, FollowWishes::default())
            .await
            .unwrap();
    }
    users::suspend(app, "eve", true).await.unwrap();
    blocks::block(app, &ada, cy.account.id).await.unwrap();
    Some(World { ada, test })
}

async fn walk(kind: Kind) {
    let Some(world) = world(kind).await else {
        return;
    };
    for list in LISTS {
        let (all, _) = world.page(list, Page::newest(1_000)).await;
        let least = if list == List::Blocks { 1 } else { 2 };
        assert!(all.len() >= least, "{list:?}: {all:?}");
        let sizes = i64::try_from(all.len()).unwrap() + 2;
        for limit in 1..=sizes {
            assert_eq!(
                world.downwards(list, limit).await,
                all,
                "{list:?} down by {limit}"
            );
            assert_eq!(
                world.upwards(list, limit).await,
                all,
                "{list:?} up by {limit}"
            );
        }
    }
}

#[tokio::test]
async fn pages_of_any_size_show_each_item_once_on_sqlite() {
    walk(Kind::Sqlite).await;
}

#[tokio::test]
async fn pages_of_any_size_show_each_item_once_on_postgresql() {
    walk(Kind::Postgres).await;
}
