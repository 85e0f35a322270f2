use chrono::NaiveDate;
use domain::{AccountId, MediaId, NotificationId, StatusId, Time, Visibility};
use serde::Serialize;
use serde_json::{Value, json};

use super::*;

fn time() -> Time {
    NaiveDate::from_ymd_opt(2026, 11, 24)
        .unwrap()
        .and_hms_opt(1, 0, 0)
        .unwrap()
}

fn account() -> Account {
    Account {
        id: AccountId(7),
        username: "ada".to_owned(),
        acct: "ada".to_owned(),
        display_name: String::new(),
        locked: false,
        bot: false,
        discoverable: None,
        indexable: false,
        group: false,
        created_at: time(),
        note: String::new(),
        url: "https://school.example/@ada".to_owned(),
        uri: "https://school.example/users/ada".to_owned(),
        avatar: "https://school.example/avatar.png".to_owned(),
        avatar_static: "https://school.example/avatar.png".to_owned(),
        avatar_description: String::new(),
        header: "https://school.example/header.png".to_owned(),
        header_static: "https://school.example/header.png".to_owned(),
        header_description: String::new(),
        followers_count: 0,
        following_count: 0,
        statuses_count: 0,
        last_status_at: Some(time().date()),
        hide_collections: None,
        show_media: true,
        show_media_replies: true,
        show_featured: true,
        noindex: None,
        emojis: Vec::new(),
        roles: None,
        fields: vec![Field {
            name: String::new(),
            value: String::new(),
            verified_at: None,
        }],
        feature_approval: Approval::NOBODY,
        moved: None,
        suspended: false,
        limited: false,
        memorial: false,
    }
}

fn status() -> Status {
    Status {
        id: StatusId(9),
        created_at: time(),
        in_reply_to_id: None,
        in_reply_to_account_id: None,
        sensitive: false,
        spoiler_text: String::new(),
        visibility: Visibility::FollowersOnly,
        language: None,
        uri: "https://school.example/users/ada/statuses/9".to_owned(),
        url: None,
        replies_count: 0,
        reblogs_count: 0,
        favourites_count: 0,
        quotes_count: 0,
        edited_at: None,
        content: String::new(),
        text: None,
        reblog: None,
        application: None,
        account: account(),
        media_attachments: Vec::new(),
        mentions: Vec::new(),
        tags: Vec::new(),
        emojis: Vec::new(),
        card: None,
        poll: None,
        quote: None,
        quote_approval: Approval::NOBODY,
        favourited: None,
        reblogged: None,
        muted: None,
        bookmarked: None,
        pinned: None,
        staffroom: None,
        filtered: Vec::new(),
    }
}

fn json_of(entity: impl Serialize) -> Value {
    serde_json::to_value(entity).unwrap()
}

/// Every key is there, and those of `arrays` are lists.
fn assert_shape(entity: &Value, keys: &str, arrays: &str) {
    for key in keys.split_whitespace().chain(arrays.split_whitespace()) {
        assert!(entity.get(key).is_some(), "{key} is missing in {entity}");
    }
    for key in arrays.split_whitespace() {
        assert!(entity[key].is_array(), "{key} is no list in {entity}");
    }
}

#[test]
fn a_status_without_anything_still_has_every_key() {
    let status = json_of(status());
    assert_shape(
        &status,
        "id created_at in_reply_to_id in_reply_to_account_id sensitive spoiler_text visibility \
         language uri url replies_count reblogs_count favourites_count quotes_count edited_at \
         content reblog application account card poll quote quote_approval",
        "media_attachments mentions tags emojis filtered",
    );
    assert_eq!(status["id"], "9");
    assert_eq!(status["visibility"], "private");
    assert_eq!(status["created_at"], "2026-11-24T01:00:00.000Z");
    assert_eq!(status["card"], Value::Null);
    assert_eq!(status["edited_at"], Value::Null);
}

#[test]
fn what_only_a_reader_who_is_signed_in_may_know_is_left_out_for_others() {
    let keys = [
        "favourited",
        "reblogged",
        "muted",
        "bookmarked",
        "pinned",
        "text",
    ];
    let anonymous = json_of(status());
    assert!(keys.iter().all(|key| anonymous.get(key).is_none()));
    let known = Status {
        favourited: Some(false),
        ..status()
    };
    assert_eq!(json_of(known)["favourited"], false);
}

#[test]
fn an_account_has_every_key_and_a_bare_date() {
    let account = json_of(account());
    assert_shape(
        &account,
        "id username acct display_name locked bot discoverable indexable group created_at note \
         url uri avatar avatar_static avatar_description header header_static header_description \
         followers_count following_count statuses_count last_status_at hide_collections \
         show_media show_media_replies show_featured feature_approval",
        "emojis fields",
    );
    assert_eq!(account["last_status_at"], "2026-11-24");
    assert_eq!(
        account["fields"],
        json!([{ "name": "", "value": "", "verified_at": null }])
    );
    for key in [
        "moved",
        "suspended",
        "limited",
        "memorial",
        "noindex",
        "roles",
    ] {
        assert!(account.get(key).is_none(), "{key}");
    }
}

#[test]
fn ones_own_account_is_the_account_with_source_and_role() {
    let own = json_of(CredentialAccount {
        account: account(),
        source: Source {
            privacy: Visibility::Public,
            sensitive: false,
            language: None,
            note: String::new(),
            fields: Vec::new(),
            follow_requests_count: 0,
            hide_collections: None,
            discoverable: None,
            indexable: false,
            attribution_domains: Vec::new(),
            quote_policy: "public",
            status_content_type: "text/plain",
        },
        role: Role {
            id: "-99".to_owned(),
            name: String::new(),
            color: String::new(),
            permissions: "0".to_owned(),
            highlighted: false,
            collection_limit: 10,
        },
    });
    assert_shape(&own, "id acct source role", "fields");
    assert_shape(
        &own["source"],
        "privacy sensitive language note follow_requests_count hide_collections discoverable \
         indexable quote_policy",
        "fields attribution_domains",
    );
    assert_shape(
        &own["role"],
        "id name color permissions highlighted collection_limit",
        "",
    );
}

#[test]
fn an_attachment_without_measures_has_an_empty_meta() {
    let attachment = MediaAttachment {
        id: MediaId(3),
        kind: "image",
        url: None,
        preview_url: None,
        remote_url: None,
        preview_remote_url: None,
        text_url: (),
        meta: Meta::default(),
        description: None,
        blurhash: None,
    };
    let expected = json!({
        "id": "3", "type": "image", "url": null, "preview_url": null, "remote_url": null,
        "preview_remote_url": null, "text_url": null, "meta": {}, "description": null,
        "blurhash": null,
    });
    assert_eq!(json_of(attachment), expected);
    let size = json!({ "width": 4, "height": 2, "size": "4x2", "aspect": 2.0 });
    assert_eq!(json_of(Size::new(4, 2)), size);
    assert_eq!(Size::new(4, 0), None);
}

#[test]
fn a_notification_of_a_follow_has_no_status() {
    let follow = Notification {
        id: NotificationId(5),
        kind: "follow",
        created_at: time(),
        group_key: "ungrouped-5".to_owned(),
        account: account(),
        status: None,
        report: None,
        event: None,
        moderation_warning: None,
        collection: None,
        annual_report: None,
        fallback: None,
    };
    let follow = json_of(follow);
    assert_shape(&follow, "id type created_at group_key account", "");
    assert!(follow.get("status").is_none());
}

#[test]
fn preferences_have_colons_in_their_keys() {
    let preferences = Preferences {
        visibility: Visibility::Public,
        sensitive: false,
        language: None,
        quote_policy: "public",
        expand_media: "default",
        expand_spoilers: false,
        autoplay_gifs: false,
    };
    let expected = json!({
        "posting:default:visibility": "public", "posting:default:sensitive": false,
        "posting:default:language": null, "posting:default:quote_policy": "public",
        "reading:expand:media": "default", "reading:expand:spoilers": false,
        "reading:autoplay:gifs": false,
    });
    assert_eq!(json_of(preferences), expected);
}

#[test]
fn an_app_finds_each_permission_of_a_role_for_itself() {
    let bits = |role, may_invite| Role::of(role, may_invite).permissions;
    let roles = [
        (domain::Role::User, "0"),
        (domain::Role::Moderator, "3868"),
        (domain::Role::Admin, "983036"),
        (domain::Role::Owner, "1048575"),
    ];
    for (role, expected) in roles {
        assert_eq!(bits(role, false), expected);
    }
    assert_eq!(bits(domain::Role::User, true), "65536");
    assert_eq!(bits(domain::Role::Owner, true), "1048575");
}
