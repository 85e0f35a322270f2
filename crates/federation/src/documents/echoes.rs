//! How many like a post of ours and how many pass it on, where that is told; who does is told to nobody. W3C ActivityPub sections
//! 5.7 and 5.8, as Mastodon does it.

use actix_web::web::Path;
use domain::StatusId;

use super::{Answer, Failure, document, find_status};
use crate::asking::Asking;
use crate::convert::echo::Echo;
use crate::protocol::context::with_context;

pub(crate) async fn likes(asking: Asking, path: Path<(String, String)>) -> Answer {
    echo(asking, path.into_inner(), Echo::Likes).await
}

pub(crate) async fn shares(asking: Asking, path: Path<(String, String)>) -> Answer {
    echo(asking, path.into_inner(), Echo::Shares).await
}

async fn echo(asking: Asking, (name, id): (String, String), which: Echo) -> Answer {
    let id: StatusId = id.parse().map_err(|_| Failure::NotFound)?;
    let object = asking
        .answer(move |app, conn, viewer| {
            let post = find_status(app, conn, viewer, &name, id)?;
            Ok(with_context(post.echo(app, which)))
        })
        .await?;
    Ok(document(&asking, &object))
}
