//! Whom one of ours recommends, as other servers read it: FEP-7aa9.

use actix_web::web::Path;
use domain::CollectionId;
use serde_json::{Value, json};
use service::collections;

use super::{Answer, Failure, document, local};
use crate::asking::Asking;
use crate::convert::collection;
use crate::protocol::context::with_context;

/// The collections that somebody lists, each whole.
pub(crate) async fn all(asking: Asking, name: Path<String>) -> Answer {
    let name = name.into_inner();
    let object = asking
        .answer(move |app, conn, viewer| {
            let owner = local(conn, &name)?;
            let found = collections::recommended(app, conn, &viewer, &owner, None)?;
            let items: Vec<Value> = found
                .iter()
                .map(|one| collection::to_json(app, &owner, one))
                .collect();
            Ok(with_context(json!({
                "id": app.addresses().collections(&owner.username),
                "type": "OrderedCollection",
                "totalItems": items.len(),
                "orderedItems": items,
            })))
        })
        .await?;
    Ok(document(&asking, &object))
}

/// A collection, listed or not: whoever knows its id may look at it.
pub(crate) async fn one(asking: Asking, path: Path<(String, String)>) -> Answer {
    let (name, id) = path.into_inner();
    let id: CollectionId = id.parse().map_err(|_| Failure::NotFound)?;
    let object = asking
        .answer(move |app, conn, viewer| {
            let owner = local(conn, &name)?;
            let found = collections::recommended(app, conn, &viewer, &owner, Some(id))?.pop();
            let found = found.ok_or(Failure::NotFound)?;
            Ok(with_context(collection::to_json(app, &owner, &found)))
        })
        .await?;
    Ok(document(&asking, &object))
}

/// The stamp by which one of ours stands in a collection.
pub(crate) async fn authorization(asking: Asking, path: Path<(String, String)>) -> Answer {
    let (name, id) = path.into_inner();
    let id: i64 = id.parse().map_err(|_| Failure::NotFound)?;
    let stamp = asking
        .answer(move |app, conn, _| {
            let account = local(conn, &name)?;
            let standing = collections::standing(conn, account.id, id)?;
            let of = standing.ok_or(Failure::NotFound)?;
            Ok(collection::authorization(app, &account, id, &of))
        })
        .await?;
    Ok(document(&asking, &with_context(stamp)))
}
