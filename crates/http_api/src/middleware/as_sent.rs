//! Bodies as they were sent. Actix would unpack what says that it is packed, all that has come at once: a small body becomes
//! hundreds of megabytes before anybody counts them. No app and no server packs what it sends.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::middleware::Next;

/// Leaves bodies packed, for `wrap(from_fn(as_sent))`: whoever reads one finds that it is no JSON and no form.
///
/// # Errors
/// Only what the layers below return.
pub async fn as_sent<B: MessageBody>(
    mut request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    if request.headers().contains_key(CONTENT_ENCODING) {
        request.headers_mut().remove(CONTENT_ENCODING);
    }
    next.call(request).await
}

#[cfg(test)]
mod tests {
    use actix_web::App;
    use actix_web::middleware::from_fn;
    use actix_web::test::{TestRequest, call_and_read_body, init_service};
    use actix_web::web::{self, Bytes};

    use super::*;

    /// The word "chalk".
    const PACKED: [u8; 25] = [
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 75, 206, 72, 204, 201, 6, 0, 0, 24, 31, 188, 5, 0, 0, 0,
    ];

    async fn back(body: Bytes) -> Bytes {
        body
    }

    #[actix_web::test]
    async fn what_is_packed_is_not_unpacked() {
        let site = App::new()
            .wrap(from_fn(as_sent))
            .route("/", web::post().to(back));
        let site = init_service(site).await;
        for name in ["gzip", "GZIP", "identity"] {
            let request = TestRequest::post()
                .insert_header((CONTENT_ENCODING, name))
                .set_payload(PACKED.to_vec());
            let read = call_and_read_body(&site, request.to_request()).await;
            assert_eq!(&read[..], &PACKED[..], "{name}");
        }
    }
}
