//! What belongs to a post of ours: the answers to it, all of the thread that it began, and what came of it. W3C ActivityPub
//! section 5, FEP-7888 and FEP-f228.

use actix_web::web::Path;
use domain::StatusId;
use serde_json::{Value, json};
use service::audience::visible_to;

use super::collections::{PageQuery, collection, collection_page, is_full};
use super::{Answer, Failure, document, find_status};
use crate::asking::Asking;
use crate::convert::lineage;

/// Which posts are named.
#[derive(Debug, Clone, Copy)]
enum Posts {
    Answers,
    Thread,
}

/// The answers to a post, as far as the asker may read them.
pub(crate) async fn replies(
    asking: Asking,
    path: Path<(String, String)>,
    query: PageQuery,
) -> Answer {
    posts(asking, path.into_inner(), query, Posts::Answers).await
}

/// All of a thread that began with a post, as far as the asker may read it.
pub(crate) async fn context(
    asking: Asking,
    path: Path<(String, String)>,
    query: PageQuery,
) -> Answer {
    posts(asking, path.into_inner(), query, Posts::Thread).await
}

/// What came of a post, as its author agrees and as far as the asker may read it: what was deleted stays named.
pub(crate) async fn derivations(
    asking: Asking,
    path: Path<(String, String)>,
    query: PageQuery,
) -> Answer {
    let (name, id) = path.into_inner();
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let object = asking
        .answer(move |app, conn, viewer| {
            let post = find_status(app, conn, viewer.clone(), &name, id)?;
            let address = lineage::collection(&post.status.uri);
            if !query.is_page() {
                let mut object = collection(&address, None);
                if let Some(object) = object.as_object_mut() {
                    object.insert("attributedTo".to_owned(), json!(post.author.uri));
                }
                return Ok(object);
            }
            let rows = storage::derivations::page_of_source(conn, id, &query.page())?;
            let oldest = rows.last().map(|row| row.id);
            let oldest = oldest.filter(|_| is_full(&rows));
            let known: Vec<StatusId> = rows.iter().filter_map(|row| row.derived_id).collect();
            let known = storage::statuses::with_ids_deleted(conn, &known)?;
            let items = visible_to(conn, viewer, known)?;
            let items: Vec<Value> = items.into_iter().map(|row| Value::from(row.uri)).collect();
            Ok(collection_page(&address, &query, &items, oldest))
        })
        .await?;
    Ok(document(&asking, &object))
}

/// Only named: each is asked for at its own server.
async fn posts(
    asking: Asking,
    (name, id): (String, String),
    query: PageQuery,
    which: Posts,
) -> Answer {
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let object = asking
        .answer(move |app, conn, viewer| {
            let post = find_status(app, conn, viewer.clone(), &name, id)?;
            let address = match which {
                Posts::Answers => post.replies(),
                Posts::Thread if post.status.conversation_id == id => {
                    service::Addresses::context(&post.status.uri)
                }
                Posts::Thread => return Err(Failure::NotFound),
            };
            if !query.is_page() {
                let mut object = collection(&address, None);
                if let Some(object) = object.as_object_mut() {
                    object.insert("attributedTo".to_owned(), json!(post.author.uri));
                }
                return Ok(object);
            }
            let page = query.page();
            let rows = match which {
                Posts::Answers => storage::statuses::answers(conn, id, &page)?,
                Posts::Thread => storage::statuses::page_of_thread(conn, id, &page)?,
            };
            let oldest = rows.last().map(|row| row.id.0);
            let oldest = oldest.filter(|_| is_full(&rows));
            let rows = visible_to(conn, viewer, rows)?;
            let items: Vec<Value> = rows.into_iter().map(|row| Value::from(row.uri)).collect();
            Ok(collection_page(&address, &query, &items, oldest))
        })
        .await?;
    Ok(document(&asking, &object))
}
