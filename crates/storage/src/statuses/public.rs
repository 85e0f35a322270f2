//! The public timelines, and those of tags.

use diesel::dsl::exists;
use diesel::prelude::*;
use domain::{MediaKind, Page, Visibility};

use super::Status;
use crate::DbConnection;
use crate::connection::each;
use crate::literal::Literal;
use crate::paging::load_page;
use crate::schema::{accounts, media, status_tags, statuses};
use crate::streams::joined;

/// Which public statuses are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Public {
    pub only_local: bool,
    pub only_remote: bool,
    pub only_media: bool,
}

/// One page of public statuses, without boosts, answers to others, and what silenced or suspended people write.
/// One range scan of a partial index; its conditions are literals, or the planner could not choose it.
pub fn page_of_public(
    conn: &mut DbConnection,
    wanted: Public,
    page: &Page,
) -> QueryResult<Vec<Status>> {
    each!(conn, c => {
        let mut query = statuses::table
            .inner_join(accounts::table)
            .filter(Literal("statuses.visibility = 0"))
            .filter(statuses::reblog_of_id.is_null())
            .filter(statuses::deleted_at.is_null())
            .filter(
                accounts::suspended_at
                    .is_null()
                    .and(accounts::silenced_at.is_null()),
            )
            .filter(
                statuses::in_reply_to_uri
                    .is_null()
                    .or(statuses::in_reply_to_account_id.eq(statuses::account_id.nullable())),
            )
            .select(Status::as_select())
            .into_boxed();
        if wanted.only_local {
            query = query.filter(statuses::local);
        }
        if wanted.only_remote {
            query = query.filter(diesel::dsl::not(statuses::local));
        }
        if wanted.only_media {
            query = query.filter(exists(
                media::table
                    .filter(media::status_id.eq(statuses::id.nullable()))
                    .filter(media::kind.ne(i16::from(MediaKind::Document))),
            ));
        }
        load_page!(query, statuses::id, page, c)
    })
}

/// Which statuses with a tag are wanted.
#[derive(Debug, Clone, Default)]
pub struct Tagged {
    pub any: Vec<i64>,
    pub all: Vec<i64>,
    pub none: Vec<i64>,
    pub public: Public,
}

/// One page of public statuses with one of the tags `any`, with each of `all` and with none of `none`. Each of `any`
/// is a range of the primary key of `status_tags`, read until the page is full.
pub fn page_of_tags(
    conn: &mut DbConnection,
    wanted: &Tagged,
    page: &Page,
) -> QueryResult<Vec<Status>> {
    let mut rows: Vec<Status> = Vec::new();
    for tag in &wanted.any {
        rows.extend(page_of_tag(conn, *tag, wanted, page)?);
    }
    Ok(joined(rows, page))
}

fn page_of_tag(
    conn: &mut DbConnection,
    tag: i64,
    wanted: &Tagged,
    page: &Page,
) -> QueryResult<Vec<Status>> {
    let mut query = status_tags::table
        .inner_join(statuses::table.inner_join(accounts::table))
        .filter(status_tags::tag_id.eq(tag))
        .filter(statuses::visibility.eq(i16::from(Visibility::Public)))
        .filter(statuses::reblog_of_id.is_null())
        .filter(statuses::deleted_at.is_null())
        .filter(
            accounts::suspended_at
                .is_null()
                .and(accounts::silenced_at.is_null()),
        )
        .select(Status::as_select())
        .into_boxed();
    let others = diesel::alias!(status_tags as others);
    for tag in &wanted.all {
        query = query.filter(exists(
            others
                .filter(others.field(status_tags::tag_id).eq(*tag))
                .filter(others.field(status_tags::status_id).eq(statuses::id)),
        ));
    }
    for tag in &wanted.none {
        query = query.filter(diesel::dsl::not(exists(
            others
                .filter(others.field(status_tags::tag_id).eq(*tag))
                .filter(others.field(status_tags::status_id).eq(statuses::id)),
        )));
    }
    if wanted.public.only_local {
        query = query.filter(statuses::local);
    }
    if wanted.public.only_remote {
        query = query.filter(diesel::dsl::not(statuses::local));
    }
    if wanted.public.only_media {
        query = query.filter(exists(
            media::table
                .filter(media::status_id.eq(statuses::id.nullable()))
                .filter(media::kind.ne(i16::from(MediaKind::Document))),
        ));
    }
    load_page!(query, status_tags::status_id, page, conn)
}
