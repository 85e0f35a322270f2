//! What handlers take from a request, and what each means for whoever asks.

use actix_web::HttpRequest;
use actix_web::web::{Data, Path, Payload};
use utoipa::ToSchema;

use super::draft::Draft;
use crate::extract::{
    Anyone, Bearer, Caller, Holder, Newcomer, Params, PathId, Scope, Spooled, Upload,
};

/// Something that a handler takes from a request.
pub(crate) trait Part {
    /// Says what it asks of the request; nothing, unless told otherwise.
    fn describe(_: &mut Draft) {}
}

impl Part for HttpRequest {}
impl Part for Payload {}
impl Part for Bearer {}
impl<T: ?Sized> Part for Data<T> {}

impl<T> Part for Path<T> {
    fn describe(draft: &mut Draft) {
        draft.may_answer("404");
    }
}

impl<T> Part for PathId<T> {
    fn describe(draft: &mut Draft) {
        draft.may_answer("404");
    }
}

impl<S: Scope> Part for Caller<S> {
    fn describe(draft: &mut Draft) {
        draft.needs_one_of(S::ANY_OF);
        draft.needs_role(S::LEAST);
        draft.may_answer("422");
    }
}

impl<S: Scope> Part for Anyone<S> {
    fn describe(draft: &mut Draft) {
        draft.needs_one_of(S::ANY_OF);
        draft.lets_in_without_token();
    }
}

impl Part for Holder {
    fn describe(draft: &mut Draft) {
        draft.needs_one_of(&[]);
    }
}

impl<S: Scope> Part for Newcomer<S> {
    fn describe(draft: &mut Draft) {
        draft.needs_one_of(S::ANY_OF);
        draft.may_answer("422");
    }
}

impl<T: ToSchema> Part for Params<T> {
    fn describe(draft: &mut Draft) {
        draft.takes::<T>();
    }
}

impl<T: ToSchema> Part for Upload<T> {
    fn describe(draft: &mut Draft) {
        draft.takes::<T>();
    }
}

impl<T: ToSchema> Part for Spooled<T> {
    fn describe(draft: &mut Draft) {
        draft.takes::<T>();
    }
}

macro_rules! together {
    ($($($part:ident)*;)*) => {$(
        impl<$($part: Part),*> Part for ($($part,)*) {
            fn describe(draft: &mut Draft) {
                let _ = &draft;
                $($part::describe(draft);)*
            }
        }
    )*};
}

together! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
}
