//! Writing the words of statuses, and who may find them by these, where the search looks.

use std::collections::{HashMap, HashSet};

use domain::search::{Mark, pairs, words};
use domain::{AccountId, MediaKind, StatusId, Visibility};
use storage::DbConnection;
use storage::status_index::Document;
use storage::statuses::Status;

use crate::text::plain_text;
use crate::{App, Result};

/// Statuses of one transaction, and their bytes: others wait for it where there is one writer.
const BATCH: i64 = 100;
const BYTES: usize = 500_000;
/// Hashtags of one transaction: many posts may have the same.
const TAGS: i64 = 5;

/// What belongs to statuses, by status.
#[derive(Default)]
struct Around {
    indexable: HashMap<AccountId, bool>,
    /// Kinds and descriptions.
    media: HashMap<StatusId, Vec<(MediaKind, String)>>,
    options: HashMap<StatusId, Vec<String>>,
    libraries: HashMap<StatusId, Vec<AccountId>>,
    tags: HashMap<StatusId, Vec<String>>,
    practices: HashSet<StatusId>,
    /// By the status that began a thread.
    networks: HashMap<StatusId, Vec<AccountId>>,
}

/// Writes the words of some statuses that have changed; false if none has. Older hashtags are given their names first, since
/// statuses are found by these.
pub async fn step(app: &App) -> Result<bool> {
    let (is_behind, are_to_fold) = app
        .read(|_, conn| {
            let is_behind = storage::status_index::is_behind(conn)?;
            Ok((is_behind, storage::tags::are_to_fold(conn)?))
        })
        .await?;
    if are_to_fold {
        return app
            .transaction(|_, conn| Ok(storage::tags::fold_some(conn, TAGS)?))
            .await;
    }
    if !is_behind {
        return Ok(false);
    }
    app.transaction(|_, conn| {
        let mut ids = storage::status_index::take(conn, BATCH)?;
        let is_any = !ids.is_empty();
        let mut statuses = storage::statuses::with_ids(conn, &ids)?;
        statuses.retain(|status| status.reblog_of_id.is_none());
        statuses.sort_unstable_by_key(|status| status.id);
        ids.retain(|id| !statuses.iter().any(|status| status.id == *id));
        storage::status_index::remove(conn, &ids)?;
        for id in too_much(&mut statuses, BYTES) {
            storage::status_index::note(conn, id)?;
        }
        let around = around(conn, &statuses)?;
        let documents: Vec<Document> = statuses
            .iter()
            .map(|status| document(status, &around))
            .collect();
        storage::status_index::put(conn, &documents)?;
        Ok(is_any)
    })
    .await
}

/// Takes off what is beyond so many bytes together, but the first.
fn too_much(statuses: &mut Vec<Status>, most: usize) -> Vec<StatusId> {
    let mut bytes = 0;
    let fits = statuses.iter().take_while(|status| {
        bytes += status.content.len();
        bytes <= most
    });
    let kept = fits.count().max(1).min(statuses.len());
    let rest = statuses.split_off(kept);
    rest.into_iter().map(|status| status.id).collect()
}

fn around(conn: &mut DbConnection, statuses: &[Status]) -> Result<Around> {
    let mut around = Around::default();
    let ids: Vec<StatusId> = statuses.iter().map(|status| status.id).collect();
    let mut authors: Vec<AccountId> = statuses.iter().map(|status| status.account_id).collect();
    authors.sort_unstable();
    authors.dedup();
    for account in storage::accounts::with_ids(conn, &authors)? {
        around.indexable.insert(account.id, account.indexable);
    }
    for media in storage::media::of_statuses(conn, &ids)? {
        if let Some(status) = media.status_id {
            let described = (media.kind, media.description.unwrap_or_default());
            around.media.entry(status).or_default().push(described);
        }
    }
    let polls = storage::polls::of_statuses(conn, &ids)?;
    let of: HashMap<_, StatusId> = polls.iter().map(|poll| (poll.id, poll.status_id)).collect();
    let polls: Vec<_> = polls.iter().map(|poll| poll.id).collect();
    for option in storage::polls::options(conn, &polls)? {
        if let Some(status) = of.get(&option.poll_id) {
            around
                .options
                .entry(*status)
                .or_default()
                .push(option.title);
        }
    }
    for (status, name) in storage::tags::of_statuses(conn, &ids)? {
        around.tags.entry(status).or_default().push(name);
    }
    let threads: Vec<StatusId> = statuses.iter().map(|row| row.conversation_id).collect();
    for (first, network) in storage::practice_networks::of_statuses(conn, &threads)? {
        around.networks.entry(first).or_default().push(network);
    }
    let practices = storage::practices::of_statuses(conn, &ids)?.into_iter();
    around.practices = practices.map(|row| row.status_id).collect();
    for (status, account) in storage::status_index::libraries(conn, &ids)? {
        around.libraries.entry(status).or_default().push(account);
    }
    Ok(around)
}

fn document(status: &Status, around: &Around) -> Document {
    let media = around.media.get(&status.id).map_or(&[][..], Vec::as_slice);
    let options = around.options.get(&status.id);
    let said = plain_text(&status.content);
    let mut marks = vec![Mark::By(status.account_id)];
    let is_indexable = around.indexable.get(&status.account_id) == Some(&true);
    if status.visibility == Visibility::Public && is_indexable {
        marks.push(Mark::Public);
    }
    if status.local {
        marks.push(Mark::InLibraryOf(status.account_id));
    }
    let library = around.libraries.get(&status.id).into_iter().flatten();
    marks.extend(library.map(|account| Mark::InLibraryOf(*account)));
    let networks = around.networks.get(&status.conversation_id);
    marks.extend(
        networks
            .into_iter()
            .flatten()
            .map(|id| Mark::InNetwork(*id)),
    );
    if !media.is_empty() {
        marks.push(Mark::Media);
    }
    marks.extend(media.iter().filter_map(|(kind, _)| mark_of(*kind)));
    if options.is_some() {
        marks.push(Mark::Poll);
    }
    if status.card_id.is_some() || said.contains("https://") || said.contains("http://") {
        marks.push(Mark::Link);
    }
    if status.in_reply_to_uri.is_some() {
        marks.push(Mark::Reply);
    }
    if status.sensitive {
        marks.push(Mark::Sensitive);
    }
    if around.practices.contains(&status.id) {
        marks.push(Mark::Practice);
    }
    marks.extend(status.language.clone().map(Mark::Language));
    let tags = around.tags.get(&status.id).into_iter().flatten();
    marks.extend(tags.cloned().map(Mark::Tag));
    let mut texts = vec![status.spoiler_text.as_str(), &said];
    texts.extend(media.iter().map(|(_, description)| description.as_str()));
    texts.extend(options.into_iter().flatten().map(String::as_str));
    let words = words(&texts.join("\n"));
    let mut marks: Vec<String> = marks.iter().map(Mark::token).chain(pairs(&words)).collect();
    marks.sort_unstable();
    marks.dedup();
    Document {
        id: status.id,
        marks,
        words,
    }
}

fn mark_of(kind: MediaKind) -> Option<Mark> {
    match kind {
        MediaKind::Image => Some(Mark::Image),
        MediaKind::Video | MediaKind::Gifv => Some(Mark::Video),
        MediaKind::Audio => Some(Mark::Audio),
        MediaKind::Unknown | MediaKind::Document => None,
    }
}

#[cfg(test)]
mod tests {
    use domain::Time;

    use super::*;

    #[test]
    fn what_is_long_is_written_in_turns() {
        let written = |bytes: &[usize]| {
            let mut statuses: Vec<Status> = (1..)
                .zip(bytes)
                .map(|(id, bytes)| Status {
                    content: "a".repeat(*bytes),
                    ..Status::new(
                        StatusId(id),
                        AccountId(1),
                        format!("https://school.example/{id}"),
                        Visibility::Public,
                        Time::default(),
                    )
                })
                .collect();
            let later = too_much(&mut statuses, 10);
            (statuses.len(), later.len())
        };
        assert_eq!(written(&[]), (0, 0));
        assert_eq!(written(&[4, 6]), (2, 0));
        assert_eq!(written(&[4, 7, 1]), (1, 2));
        assert_eq!(written(&[11, 1]), (1, 1));
    }
}
