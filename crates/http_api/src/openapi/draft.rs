//! One operation while it is being described.

use std::collections::BTreeSet;

use domain::Role;
use utoipa::ToSchema;
use utoipa::openapi::path::{
    HttpMethod, Operation, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::schema::{
    AllOfBuilder, ArrayBuilder, KnownFormat, ObjectBuilder, OneOfBuilder, Schema, SchemaFormat,
    Type,
};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{Content, Header, Ref, RefOr, Required, ResponseBuilder};

use super::plain::plain;

/// The name of the one way to show who asks.
pub(super) const OAUTH: &str = "oauth";
/// How a body may be written.
const FORMS: [&str; 3] = [
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
];

pub(super) type Named = (String, RefOr<Schema>);

/// An operation, as far as it is known.
pub(crate) struct Draft {
    pub(super) method: HttpMethod,
    pub(super) path: String,
    /// By which method the same is asked too.
    pub(super) also: Option<HttpMethod>,
    says: &'static str,
    takes_body: bool,
    least: Role,
    is_deprecated: bool,
    security: Vec<SecurityRequirement>,
    parameters: Vec<Parameter>,
    body: Option<RefOr<Schema>>,
    files: &'static [&'static str],
    answers: Vec<(&'static str, ResponseBuilder)>,
    refusals: BTreeSet<&'static str>,
    pub(super) schemas: Vec<Named>,
}

impl Draft {
    pub(super) fn new(method: HttpMethod, path: String, says: &'static str) -> Self {
        let named = path.split('{').skip(1);
        let named = named.filter_map(|part| part.split(['}', ':']).next());
        let parameters = named.map(|name| {
            ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
                .build()
        });
        Self {
            takes_body: matches!(
                method,
                HttpMethod::Post | HttpMethod::Put | HttpMethod::Patch
            ),
            parameters: parameters.collect(),
            method,
            path,
            also: None,
            says,
            least: Role::User,
            is_deprecated: false,
            security: Vec::new(),
            body: None,
            files: &[],
            answers: Vec::new(),
            refusals: BTreeSet::from(["429", "503"]),
            schemas: Vec::new(),
        }
    }

    /// Any one of `scopes` is enough; none: any token will do.
    pub(super) fn needs_one_of(&mut self, scopes: &[&str]) {
        self.refusals.extend(["401", "403"]);
        if scopes.is_empty() {
            let none: [&str; 0] = [];
            self.security.push(SecurityRequirement::new(OAUTH, none));
        }
        let each = scopes
            .iter()
            .map(|scope| SecurityRequirement::new(OAUTH, [*scope]));
        self.security.extend(each);
    }

    pub(super) fn lets_in_without_token(&mut self) {
        self.security.push(SecurityRequirement::default());
    }

    pub(super) fn needs_role(&mut self, least: Role) {
        self.least = least;
    }

    pub(super) fn may_answer(&mut self, refusal: &'static str) {
        self.refusals.insert(refusal);
    }

    /// Its parameters are the fields of `T`: in the query where there is no body.
    pub(super) fn takes<T: ToSchema>(&mut self) {
        self.refusals.extend(["400", "422"]);
        let mut named = Vec::new();
        T::schemas(&mut named);
        let named = named
            .into_iter()
            .map(|(name, schema)| (name, plain(schema)));
        self.schemas.extend(named);
        if self.takes_body {
            self.body = Some(plain(T::schema()));
            return;
        }
        for (name, schema) in fields(plain(T::schema()), &self.schemas) {
            let is_list = matches!(&schema, RefOr::Ref(to) if to.ref_location.ends_with("/Words"));
            let name = if is_list { format!("{name}[]") } else { name };
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Query)
                .required(Required::False)
                .schema(Some(schema));
            self.parameters.push(parameter.build());
        }
    }

    /// Needs a parameter in the query.
    pub(super) fn asks(&mut self, name: &str) -> &mut Self {
        let parameter = ParameterBuilder::new()
            .name(name)
            .parameter_in(ParameterIn::Query)
            .required(Required::True)
            .schema(Some(ObjectBuilder::new().schema_type(Type::String)));
        self.parameters.push(parameter.build());
        self
    }

    /// The same is asked by another method too.
    pub(super) fn alike(&mut self, method: HttpMethod) -> &mut Self {
        self.also = Some(method);
        self
    }

    /// The files that may come in a multipart body, by the name of their parameter.
    pub(crate) fn files(&mut self, names: &'static [&'static str]) -> &mut Self {
        self.files = names;
        self
    }

    /// Kept for old apps.
    pub(crate) fn deprecated(&mut self) -> &mut Self {
        self.is_deprecated = true;
        self
    }

    /// One `T`.
    pub(crate) fn answers<T: ToSchema>(&mut self) -> &mut Self {
        let schema = self.named::<T>();
        self.answers_schema(schema)
    }

    /// One `T` too, with another status.
    pub(crate) fn also_answers<T: ToSchema>(
        &mut self,
        status: &'static str,
        says: &str,
    ) -> &mut Self {
        let schema = self.named::<T>();
        let answer = ResponseBuilder::new()
            .description(says)
            .content("application/json", Content::new(Some(schema)));
        self.answers.push((status, answer));
        self
    }

    /// All there are.
    pub(crate) fn lists<T: ToSchema>(&mut self) -> &mut Self {
        let items = self.named::<T>();
        self.answers_schema(ArrayBuilder::new().items(items))
    }

    /// A page of them, with links to its neighbours.
    pub(crate) fn pages<T: ToSchema>(&mut self) -> &mut Self {
        let items = self.named::<T>();
        let mut link = Header::new(ObjectBuilder::new().schema_type(Type::String));
        link.description =
            Some("The pages before and after this one: rel=\"prev\", rel=\"next\"".to_owned());
        let content = Content::new(Some(ArrayBuilder::new().items(items)));
        let page = ResponseBuilder::new()
            .description("One page")
            .header("Link", link)
            .content("application/json", content);
        self.answers.push(("200", page));
        self
    }

    /// Either of two.
    pub(crate) fn answers_one_of<A: ToSchema, B: ToSchema>(&mut self) -> &mut Self {
        let (one, other) = (self.named::<A>(), self.named::<B>());
        self.answers_schema(OneOfBuilder::new().item(one).item(other))
    }

    /// What no entity describes.
    pub(crate) fn answers_schema(&mut self, schema: impl Into<RefOr<Schema>>) -> &mut Self {
        let answer = ResponseBuilder::new()
            .description("As asked")
            .content("application/json", Content::new(Some(schema)));
        self.answers.push(("200", answer));
        self
    }

    /// Something other than JSON.
    pub(crate) fn answers_as(&mut self, status: &'static str, kind: &str, says: &str) -> &mut Self {
        let text = ObjectBuilder::new().schema_type(Type::String);
        let mut answer = ResponseBuilder::new().description(says);
        if !kind.is_empty() {
            answer = answer.content(kind, Content::new(Some(text)));
        }
        self.answers.push((status, answer));
        self
    }

    /// `{}`.
    pub(crate) fn says_nothing(&mut self) -> &mut Self {
        self.answers_schema(
            ObjectBuilder::new()
                .schema_type(Type::Object)
                .max_properties(Some(0)),
        )
    }

    fn named<T: ToSchema>(&mut self) -> RefOr<Schema> {
        T::schemas(&mut self.schemas);
        let (name, schema) = (T::name(), T::schema());
        if name == "String" {
            return schema;
        }
        self.schemas.push((name.to_string(), schema));
        Ref::from_schema_name(name).into()
    }

    pub(super) fn into_operation(self) -> Operation {
        let area = area(&self.path);
        let role = match self.least {
            Role::User => None,
            Role::Moderator => Some("For moderators."),
            Role::Admin | Role::Owner => Some("For administrators."),
        };
        let mut operation = OperationBuilder::new()
            .tag(area)
            .summary(Some(self.says))
            .description(role)
            .operation_id(Some(id(&self.method, &self.path)))
            .deprecated(
                self.is_deprecated
                    .then_some(utoipa::openapi::Deprecated::True),
            )
            .securities((!self.security.is_empty()).then_some(self.security));
        for parameter in self.parameters {
            operation = operation.parameter(parameter);
        }
        if let Some(schema) = self.body {
            let mut body = RequestBodyBuilder::new();
            for form in FORMS {
                let mut schema = schema.clone();
                if form == "multipart/form-data" && !self.files.is_empty() {
                    schema = with_files(schema, self.files);
                }
                body = body.content(form, Content::new(Some(schema)));
            }
            operation = operation.request_body(Some(body.build()));
        }
        for (status, answer) in self.answers {
            operation = operation.response(status, answer);
        }
        for status in self.refusals {
            operation = operation.response(status, Ref::from_response_name(status));
        }
        operation.build()
    }
}

/// All fields of a schema, those of its parts too.
fn fields(schema: RefOr<Schema>, known: &[Named]) -> Vec<(String, RefOr<Schema>)> {
    match schema {
        RefOr::T(Schema::Object(object)) => object.properties.into_iter().collect(),
        RefOr::T(Schema::AllOf(all)) => {
            let parts = all.items.into_iter();
            parts.flat_map(|part| fields(part, known)).collect()
        }
        RefOr::Ref(to) => {
            let named = |name: &str| to.ref_location.rsplit('/').next() == Some(name);
            let found = known.iter().find(|(name, _)| named(name));
            found.map_or_else(Vec::new, |(_, schema)| fields(schema.clone(), known))
        }
        RefOr::T(_) => Vec::new(),
    }
}

fn with_files(schema: RefOr<Schema>, files: &[&str]) -> RefOr<Schema> {
    let mut object = ObjectBuilder::new();
    for name in files {
        let file = ObjectBuilder::new()
            .schema_type(Type::String)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
        object = object.property(*name, file);
    }
    AllOfBuilder::new().item(schema).item(object).into()
}

/// `statuses`, `admin accounts`: the first words of a path that are no version.
fn area(path: &str) -> String {
    let words = path
        .split('/')
        .filter(|word| !word.is_empty() && !matches!(*word, "api" | "v1" | "v2" | "v1_alpha"));
    let words: Vec<&str> = words.take(2).collect();
    match words.as_slice() {
        ["admin", second] => format!("admin {second}"),
        [first, ..] => (*first).trim_start_matches('.').to_owned(),
        [] => String::new(),
    }
}

/// `get_v1_statuses_id`
pub(super) fn id(method: &HttpMethod, path: &str) -> String {
    let method = match method {
        HttpMethod::Get => "get",
        HttpMethod::Post => "post",
        HttpMethod::Put => "put",
        HttpMethod::Delete => "delete",
        HttpMethod::Options => "options",
        HttpMethod::Head => "head",
        HttpMethod::Patch => "patch",
        HttpMethod::Trace => "trace",
    };
    let words = path.split(|c: char| !c.is_ascii_alphanumeric());
    let words = words.filter(|word| !word.is_empty() && *word != "api");
    std::iter::once(method)
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}
