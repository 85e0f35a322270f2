//! Who asks, found by their token.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use service::App;
use service::oauth::{self, Authenticated, Person};

use super::bearer::Bearer;
use super::scope::{Scope, require, require_role};
use crate::ApiError;

/// Somebody signed in, whose token is good for `S`, and whose role is.
pub struct Caller<S> {
    pub person: Person,
    pub authenticated: Authenticated,
    scope: PhantomData<S>,
}

/// Somebody signed in, or nobody. A token that was sent must be good all the same.
pub struct Anyone<S> {
    person: Option<Person>,
    scope: PhantomData<S>,
}

impl<S> Anyone<S> {
    #[must_use]
    pub fn person(&self) -> Option<&Person> {
        self.person.as_ref()
    }
}

/// Somebody with an account, who may not have confirmed their address yet, and whose token is good for `S`.
pub struct Newcomer<S> {
    pub person: Person,
    scope: PhantomData<S>,
}

/// Whoever holds a good token, an application too.
pub struct Holder(pub Authenticated);

type Finding<T> = Pin<Box<dyn Future<Output = Result<T, ApiError>>>>;

/// The token that was sent, and where to look for whose it is.
fn sent(request: &HttpRequest) -> Result<Option<(&Data<App>, Bearer)>, ApiError> {
    let Some(bearer) = Bearer::of(request) else {
        return Ok(None);
    };
    let app = request.app_data::<Data<App>>().ok_or(ApiError::Server)?;
    Ok(Some((app, bearer)))
}

async fn find(request: HttpRequest) -> Result<Option<Authenticated>, ApiError> {
    let Some((app, bearer)) = sent(&request)? else {
        return Ok(None);
    };
    let found = oauth::authenticate(app, bearer.token()).await?;
    found.map(Some).ok_or(ApiError::INVALID_TOKEN)
}

impl<S: Scope> FromRequest for Caller<S> {
    type Error = ApiError;
    type Future = Finding<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let authenticated = find(request).await?.ok_or(ApiError::NO_TOKEN)?;
            let person = authenticated
                .person
                .clone()
                .ok_or_else(ApiError::no_person)?;
            require::<S>(authenticated.scopes)?;
            require_role::<S>(person.user.role)?;
            Ok(Self {
                person,
                authenticated,
                scope: PhantomData,
            })
        })
    }
}

impl<S: Scope> FromRequest for Anyone<S> {
    type Error = ApiError;
    type Future = Finding<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let person = match find(request).await? {
                Some(authenticated) => {
                    require::<S>(authenticated.scopes)?;
                    authenticated.person
                }
                None => None,
            };
            Ok(Self {
                person,
                scope: PhantomData,
            })
        })
    }
}

impl FromRequest for Holder {
    type Error = ApiError;
    type Future = Finding<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { find(request).await?.map(Self).ok_or(ApiError::NO_TOKEN) })
    }
}

impl<S: Scope> FromRequest for Newcomer<S> {
    type Error = ApiError;
    type Future = Finding<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let (app, bearer) = sent(&request)?.ok_or(ApiError::NO_TOKEN)?;
            let found = oauth::authenticate_newcomer(app, bearer.token()).await?;
            let found = found.ok_or(ApiError::INVALID_TOKEN)?;
            let person = found.person.ok_or_else(ApiError::no_person)?;
            require::<S>(found.scopes)?;
            Ok(Self {
                person,
                scope: PhantomData,
            })
        })
    }
}
