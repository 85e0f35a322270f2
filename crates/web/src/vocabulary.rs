//! The words by which practice is described, for people, and as SKOS for programs.
//! <https://www.w3.org/TR/skos-reference/>

use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use domain::vocabulary::{Concept, Scheme, Vocabulary};
use serde_json::{Map, Value, json};
use service::{Addresses, App};

use crate::page::{Answer, Failure, Forms, Frame, show, visitor};

/// A term as a page shows it.
struct Term {
    id: String,
    label: String,
    /// In other languages: code and label.
    others: Vec<(String, String)>,
    tags: String,
    broader: Option<(String, String)>,
    matches: Option<String>,
}

impl Term {
    fn of(concept: &Concept, vocabulary: &Vocabulary) -> Self {
        let label = concept.label("en");
        let others = concept.labels.iter();
        let broader = vocabulary.broader(concept).into_iter().next();
        Self {
            id: concept.id.clone(),
            label: label.to_owned(),
            others: others.filter(|(code, _)| code != "en").cloned().collect(),
            tags: hashtags(concept).join(" "),
            broader: broader.map(|of| (of.id.clone(), of.label("en").to_owned())),
            matches: concept.matches.as_ref().map(|of| of.uri.clone()),
        }
    }
}

/// The hashtags that mean a term, the plain one first.
fn hashtags(concept: &Concept) -> Vec<String> {
    let plain = domain::vocabulary::fold(&concept.id);
    let others = concept.tags.iter().filter(|tag| **tag != plain);
    std::iter::once(&plain)
        .chain(others)
        .map(|tag| format!("#{tag}"))
        .collect()
}

#[derive(Template)]
#[template(path = "vocabulary.html")]
struct Page {
    page: Frame,
    heading: String,
    /// Where the library is asked for these; none for all schemes.
    filter: Option<&'static str>,
    scheme: Option<&'static str>,
    terms: Vec<Term>,
    schemes: Vec<(&'static str, &'static str)>,
}

/// The name of the library's filter.
fn filter_of(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Stage => "stage",
        Scheme::Subject => "subject",
        Scheme::Kind => "kind",
        Scheme::Licence => "licence",
    }
}

/// All schemes.
pub async fn schemes(request: HttpRequest, app: Data<App>) -> Answer {
    if wants_json(&request) {
        let all = Scheme::ALL.into_iter();
        let all: Vec<Value> = all
            .map(|scheme| described(app.addresses(), scheme))
            .collect();
        return Ok(document(json!({ "@graph": all })));
    }
    let visitor = visitor(&request, &app).await?;
    let page = Page {
        page: Frame::new(&app, &visitor, "Vocabulary"),
        heading: "Vocabulary".to_owned(),
        filter: None,
        scheme: None,
        terms: Vec::new(),
        schemes: Scheme::ALL
            .into_iter()
            .map(|scheme| (scheme.name(), scheme.title()))
            .collect(),
    };
    show(&app, &visitor, StatusCode::OK, Forms::Here, &page)
}

/// All terms of a scheme.
pub async fn scheme(request: HttpRequest, name: Path<String>, app: Data<App>) -> Answer {
    let scheme = Scheme::named(&name).ok_or(Failure::NotFound)?;
    let vocabulary = &app.settings().practice.vocabulary;
    if wants_json(&request) {
        let mut all = vec![described(app.addresses(), scheme)];
        let terms = vocabulary.of_scheme(scheme);
        all.extend(terms.map(|of| concept_json(app.addresses(), of)));
        return Ok(document(json!({ "@graph": all })));
    }
    let terms = vocabulary.of_scheme(scheme);
    let terms = terms.map(|of| Term::of(of, vocabulary)).collect();
    draw(&request, &app, scheme, scheme.title().to_owned(), terms).await
}

/// One term.
pub async fn concept(request: HttpRequest, path: Path<(String, String)>, app: Data<App>) -> Answer {
    let (scheme, id) = path.into_inner();
    let scheme = Scheme::named(&scheme).ok_or(Failure::NotFound)?;
    let vocabulary = &app.settings().practice.vocabulary;
    let concept = vocabulary.get(scheme, &id).ok_or(Failure::NotFound)?;
    if wants_json(&request) {
        return Ok(document(concept_json(app.addresses(), concept)));
    }
    let heading = concept.label("en").to_owned();
    let terms = vec![Term::of(concept, vocabulary)];
    draw(&request, &app, scheme, heading, terms).await
}

async fn draw(
    request: &HttpRequest,
    app: &Data<App>,
    scheme: Scheme,
    heading: String,
    terms: Vec<Term>,
) -> Answer {
    let visitor = visitor(request, app).await?;
    let page = Page {
        page: Frame::new(app, &visitor, &heading),
        heading,
        filter: Some(filter_of(scheme)),
        scheme: Some(scheme.name()),
        terms,
        schemes: Vec::new(),
    };
    show(app, &visitor, StatusCode::OK, Forms::Here, &page)
}

/// Programs ask for JSON; browsers would rather have a page, whatever else they take.
fn wants_json(request: &HttpRequest) -> bool {
    let accept = request.headers().get(header::ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    accept.is_some_and(|kinds| kinds.contains("json") && !kinds.contains("text/html"))
}

fn document(content: Value) -> HttpResponse {
    let skos = |name: &str| format!("http://www.w3.org/2004/02/skos/core#{name}");
    let link = |name: &str| json!({ "@id": skos(name), "@type": "@id" });
    let context = json!({
        "id": "@id",
        "type": "@type",
        "Concept": skos("Concept"),
        "ConceptScheme": skos("ConceptScheme"),
        "prefLabel": { "@id": skos("prefLabel"), "@container": "@language" },
        "hiddenLabel": skos("hiddenLabel"),
        "broader": link("broader"),
        "inScheme": link("inScheme"),
        "exactMatch": link("exactMatch"),
        "broadMatch": link("broadMatch"),
    });
    let mut whole = Map::from_iter([("@context".to_owned(), context)]);
    if let Value::Object(content) = content {
        whole.extend(content);
    }
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "application/ld+json"))
        .insert_header((header::VARY, "Accept"))
        .body(Value::Object(whole).to_string())
}

fn described(addresses: &Addresses, scheme: Scheme) -> Value {
    json!({
        "id": addresses.concept(scheme.name()),
        "type": "ConceptScheme",
        "prefLabel": { "en": scheme.title() },
    })
}

fn concept_json(addresses: &Addresses, concept: &Concept) -> Value {
    let address = |id: &str| addresses.concept(&domain::vocabulary::key(concept.scheme, id));
    let labels = concept.labels.iter();
    let labels = labels.map(|(code, label)| (code.clone(), json!(label)));
    let mut found = Map::from_iter([
        ("id".to_owned(), json!(address(&concept.id))),
        ("type".to_owned(), json!("Concept")),
        (
            "inScheme".to_owned(),
            json!(addresses.concept(concept.scheme.name())),
        ),
        ("prefLabel".to_owned(), Value::Object(labels.collect())),
        ("hiddenLabel".to_owned(), json!(hashtags(concept))),
    ]);
    if let Some(broader) = &concept.broader {
        found.insert("broader".to_owned(), json!(address(broader)));
    }
    if let Some(of) = &concept.matches {
        let key = if of.is_exact {
            "exactMatch"
        } else {
            "broadMatch"
        };
        found.insert(key.to_owned(), json!(of.uri));
    }
    Value::Object(found)
}
