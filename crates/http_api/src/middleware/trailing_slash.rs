//! An address with a slash at its end is the same without it, as in Rails, which some apps rely on.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Uri;
use actix_web::http::uri::PathAndQuery;
use actix_web::middleware::Next;

/// Takes slashes off the end of the path, for `wrap(from_fn(trailing_slash))`.
///
/// # Errors
/// Only what the layers below return.
pub async fn trailing_slash<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.path().len() > 1
        && request.path().ends_with('/')
        && let Some(uri) = trimmed(request.uri())
    {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
    next.call(request).await
}

fn trimmed(uri: &Uri) -> Option<Uri> {
    let path = uri.path().trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    let whole = match uri.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(whole).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(uri: &str) -> String {
        trimmed(&uri.parse().unwrap()).unwrap().to_string()
    }

    #[test]
    fn only_the_end_of_the_path_changes() {
        assert_eq!(shown("/api/v1/instance/"), "/api/v1/instance");
        assert_eq!(shown("/@ada//?max_id=1/"), "/@ada?max_id=1/");
        assert_eq!(shown("//"), "/");
    }
}
