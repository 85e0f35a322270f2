//! What Mastodon does not know of a status, as apps find it under `staffroom`.

use domain::StatusId;
use service::lineage::SourceView;
use service::practice::PracticeView;
use service::views::MediaView;

use crate::entities::{AdaptedFrom, Additions, Document};

/// None where there is nothing to say.
pub(super) fn additions(
    local_only: bool,
    practice: Option<PracticeView>,
    sources: Vec<SourceView>,
    documents: Vec<MediaView>,
    answer_id: Option<StatusId>,
) -> Option<Additions> {
    let warning = "The licence of the source does not let anybody pass on adaptations of it";
    let adapted_from: Vec<AdaptedFrom> = sources
        .into_iter()
        .map(|source| AdaptedFrom {
            uri: source.uri,
            url: source.url,
            kind: source.kind.name(),
            state: source.state.name(),
            warning: source.is_forbidden.then_some(warning),
        })
        .collect();
    let documents: Vec<Document> = documents.into_iter().map(Into::into).collect();
    let says_something = local_only
        || practice.is_some()
        || !adapted_from.is_empty()
        || !documents.is_empty()
        || answer_id.is_some();
    says_something.then(|| Additions {
        local_only,
        practice: practice.map(Into::into),
        adapted_from,
        documents,
        answer_id,
    })
}

impl From<MediaView> for Document {
    fn from(view: MediaView) -> Self {
        Self {
            id: view.id(),
            name: view.name().to_owned(),
            size: Some(view.media.size).filter(|bytes| *bytes > 0),
            kind: view.media.mime,
            url: view.url,
        }
    }
}
