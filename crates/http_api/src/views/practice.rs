//! Practice as apps find it under `staffroom`.

use service::practice::{LicenceView, PracticeView, TermView};

use crate::entities::{Practice, PracticeLicence, PracticeTerm};

impl From<PracticeView> for Practice {
    fn from(view: PracticeView) -> Self {
        Self {
            title: view.title,
            stages: terms(view.stages),
            subjects: terms(view.subjects),
            kinds: terms(view.kinds),
            licence: view.licence.map(Into::into),
            missing: view.missing,
        }
    }
}

fn terms(views: Vec<TermView>) -> Vec<PracticeTerm> {
    let term = |TermView { id, label }| PracticeTerm { id, label };
    views.into_iter().map(term).collect()
}

impl From<LicenceView> for PracticeLicence {
    fn from(view: LicenceView) -> Self {
        let LicenceView { id, label, url } = view;
        Self { id, label, url }
    }
}
