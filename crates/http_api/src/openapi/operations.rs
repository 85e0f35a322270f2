//! The list of all operations, and the document that is made of it.

use actix_web::Handler;
use domain::Scopes;
use utoipa::openapi::path::{HttpMethod, PathItem, PathsBuilder};
use utoipa::openapi::schema::{ComponentsBuilder, ObjectBuilder, Type};
use utoipa::openapi::security::{
    AuthorizationCode, ClientCredentials, Flow, OAuth2, SecurityScheme,
};
use utoipa::openapi::{
    Content, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, ResponseBuilder,
};

use super::draft::{Draft, OAUTH, id};
use super::parts::Part;

/// What a refusal means, by its status.
const REFUSALS: [(&str, &str); 8] = [
    ("400", "The request cannot be read"),
    ("401", "No token, or one that is not good"),
    (
        "403",
        "The token's scopes or its holder's role do not allow this",
    ),
    ("404", "There is no such thing, or none that you may see"),
    ("410", "It is gone"),
    ("422", "What was asked cannot be"),
    (
        "429",
        "Too many requests; X-RateLimit-Reset says when there may be more",
    ),
    ("503", "Not now; the same may be asked again in a moment"),
];

/// All that can be asked of this server by an app.
#[derive(Default)]
pub(crate) struct Operations {
    drafts: Vec<Draft>,
}

macro_rules! methods {
    ($($name:ident $method:ident;)*) => {$(
        /// `path` is below `/api`, as it is where `handler` is registered.
        pub(crate) fn $name<H, P>(&mut self, path: &str, says: &'static str, handler: H) -> &mut Draft
        where
            H: Handler<P>,
            P: Part,
        {
            self.add(HttpMethod::$method, &format!("/api{path}"), says, handler)
        }
    )*};
}

impl Operations {
    methods! {
        get Get;
        post Post;
        patch Patch;
        delete Delete;
    }

    /// What is changed by PUT and PATCH alike, as `routes::put_or_patch` has it.
    pub(crate) fn put_or_patch<H, P>(
        &mut self,
        path: &str,
        says: &'static str,
        handler: H,
    ) -> &mut Draft
    where
        H: Handler<P>,
        P: Part,
    {
        self.add(HttpMethod::Put, &format!("/api{path}"), says, handler)
            .alike(HttpMethod::Patch)
    }

    /// An operation that is not below `/api`.
    pub(crate) fn add<H, P>(
        &mut self,
        method: HttpMethod,
        path: &str,
        says: &'static str,
        _: H,
    ) -> &mut Draft
    where
        H: Handler<P>,
        P: Part,
    {
        let draft = self.of_another_door(method, path, says);
        P::describe(draft);
        draft
    }

    /// An operation that another crate answers.
    pub(super) fn of_another_door(
        &mut self,
        method: HttpMethod,
        path: &str,
        says: &'static str,
    ) -> &mut Draft {
        self.drafts
            .push_mut(Draft::new(method, path.to_owned(), says))
    }

    /// Every schema that is said to be known, with its name, as often as it is said.
    #[cfg(test)]
    pub(super) fn schemas(self) -> impl Iterator<Item = super::draft::Named> {
        self.drafts.into_iter().flat_map(|draft| draft.schemas)
    }

    pub(super) fn into_document(self, version: &str) -> OpenApi {
        let mut components = ComponentsBuilder::new().security_scheme(OAUTH, scheme());
        for (status, says) in REFUSALS {
            components = components.response(status, refusal(says));
        }
        components = components.schema("Error", error());
        let mut paths = PathsBuilder::new();
        for mut draft in self.drafts {
            components = components.schemas_from_iter(std::mem::take(&mut draft.schemas));
            let (method, path) = (draft.method.clone(), draft.path.clone());
            let also = draft.also.take();
            let operation = draft.into_operation();
            if let Some(also) = also {
                let mut same = operation.clone();
                same.operation_id = Some(id(&also, &path));
                paths = paths.path(path.clone(), PathItem::new(also, same));
            }
            paths = paths.path(path, PathItem::new(method, operation));
        }
        let info = InfoBuilder::new()
            .title("Staffroom")
            .version(version)
            .description(Some(
                "What Mastodon apps ask of this server, and what it adds under the key `staffroom`.",
            ))
            .license(Some(
                LicenseBuilder::new()
                    .name("AGPL-3.0-or-later")
                    .identifier(Some("AGPL-3.0-or-later"))
                    .build(),
            ));
        OpenApiBuilder::new()
            .info(info.build())
            .paths(paths)
            .components(Some(components.build()))
            .build()
    }
}

fn scheme() -> SecurityScheme {
    let scopes = || -> utoipa::openapi::security::Scopes {
        Scopes::all_names().map(|name| (name, "")).collect()
    };
    SecurityScheme::OAuth2(OAuth2::new([
        Flow::AuthorizationCode(AuthorizationCode::new(
            "/oauth/authorize",
            "/oauth/token",
            scopes(),
        )),
        Flow::ClientCredentials(ClientCredentials::new("/oauth/token", scopes())),
    ]))
}

fn error() -> ObjectBuilder {
    ObjectBuilder::new()
        .property(
            "error",
            ObjectBuilder::new()
                .schema_type(Type::String)
                .description(Some("What is wrong, for people")),
        )
        .property(
            "details",
            ObjectBuilder::new()
                .schema_type(Type::Object)
                .description(Some("Mistakes in a form, by field")),
        )
        .required("error")
}

fn refusal(says: &str) -> ResponseBuilder {
    let error = utoipa::openapi::Ref::from_schema_name("Error");
    ResponseBuilder::new()
        .description(says)
        .content("application/json", Content::new(Some(error)))
}
