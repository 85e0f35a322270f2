//! Pages: signing in and up, letting an app in, and what the public may read. They work without
//! JavaScript; passkeys alone need a little.

mod archives;
mod assets;
mod browser;
mod collections;
mod consent;
mod feed;
mod forms;
mod front;
mod interacting;
mod invites;
mod known_places;
mod leave;
mod moving;
mod multipart;
mod network;
mod network_desk;
mod networks;
mod page;
mod passkeys;
mod password;
mod picture;
mod practice;
mod practice_settings;
mod profile;
mod refusals;
mod reports;
mod second_factor;
mod sessions;
mod settings;
mod severed;
mod share;
mod sign_in;
mod sign_up;
mod status;
mod strikes;
mod transfer;
mod tree;
mod vocabulary;

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::web::{self, FormConfig, PathConfig, QueryConfig, ServiceConfig};
use domain::AccountId;

use crate::page::Failure;

pub use assets::DEFAULT_AVATAR;
pub use refusals::refusals;

/// Tells who is at the other end; part of the app's data.
#[derive(Clone, Copy)]
pub struct ClientAddress(pub fn(&HttpRequest) -> IpAddr);

/// Count what is done on pages, and tell whether it is not too often; part of the app's data.
#[derive(Clone, Copy)]
pub struct Limits {
    pub sign_up: fn(&HttpRequest) -> bool,
    /// Whether somebody who is signed in may send a form.
    pub post: fn(&HttpRequest, AccountId) -> bool,
    /// And one more file with it.
    pub upload: fn(&HttpRequest, AccountId) -> bool,
}

/// Bytes of a form with the rules and the description of a network, in which a letter may take twelve.
const RULES: usize = 128 * 1024;

fn forms() -> FormConfig {
    FormConfig::default().error_handler(|_, _| Failure::Unreadable.into())
}

/// All pages. `Data<service::App>`, `Data<ClientAddress>` and `Data<Limits>` must be there.
pub fn configure(config: &mut ServiceConfig) {
    known_places::configure(config);
    config
        .app_data(QueryConfig::default().error_handler(|_, _| Failure::Unreadable.into()))
        .app_data(forms())
        .app_data(PathConfig::default().error_handler(|_, _| Failure::NotFound.into()))
        .service(web::resource("/").route(web::get().to(front::front)))
        .service(web::resource("/about").route(web::get().to(front::about)))
        .service(web::resource("/robots.txt").route(web::get().to(front::robots)))
        .service(
            web::resource("/share")
                .route(web::get().to(share::form))
                .route(web::post().to(share::submit)),
        )
        .service(web::resource("/practice").route(web::get().to(practice::library)))
        .service(web::resource("/practice.atom").route(web::get().to(practice::feed)))
        .service(web::resource("/vocab").route(web::get().to(vocabulary::schemes)))
        .service(web::resource("/vocab/{scheme}").route(web::get().to(vocabulary::scheme)))
        .service(web::resource("/vocab/{scheme}/{id}").route(web::get().to(vocabulary::concept)))
        .service(web::resource("/tags/{tag}").route(web::get().to(front::tag)))
        .service(
            web::resource("/sign-in")
                .route(web::get().to(sign_in::form))
                .route(web::post().to(sign_in::submit)),
        )
        .service(web::resource("/sign-out").route(web::post().to(sign_in::sign_out)))
        .service(
            web::resource("/sign-up")
                .route(web::get().to(sign_up::form))
                .route(web::post().to(sign_up::submit)),
        )
        .service(web::resource("/invite/{code}").route(web::get().to(sign_up::invited)))
        .service(
            web::resource("/sign-in/code")
                .route(web::get().to(sign_in::code_form))
                .route(web::post().to(sign_in::submit_code)),
        )
        .service(
            web::resource("/sign-in/code/question").route(web::post().to(passkeys::after_password)),
        )
        .service(
            web::resource("/sign-in/code/passkey")
                .route(web::post().to(passkeys::sign_in_after_password)),
        )
        .service(web::resource("/sign-in/question").route(web::post().to(passkeys::anybody)))
        .service(web::resource("/sign-in/passkey").route(web::post().to(passkeys::sign_in)))
        .service(
            web::resource("/password/forgotten")
                .route(web::get().to(password::forgotten))
                .route(web::post().to(password::ask)),
        )
        .service(
            web::resource("/password/reset")
                .route(web::get().to(password::reset_form))
                .route(web::post().to(password::reset)),
        )
        .service(web::resource("/settings").route(web::get().to(settings::list)))
        .service(
            web::resource("/settings/account")
                .route(web::get().to(settings::form))
                .route(web::post().to(settings::submit)),
        )
        .service(
            web::resource("/settings/two-factor")
                .route(web::get().to(second_factor::form))
                .route(web::post().to(second_factor::submit)),
        )
        .service(
            web::resource("/settings/passkeys")
                .route(web::get().to(passkeys::form))
                .route(web::post().to(passkeys::submit)),
        )
        .service(
            web::resource("/settings/passkeys/question").route(web::post().to(passkeys::begin)),
        )
        .service(
            web::resource("/settings/invites")
                .route(web::get().to(invites::form))
                .route(web::post().to(invites::submit)),
        )
        .service(
            web::resource("/settings/sessions")
                .route(web::get().to(sessions::form))
                .route(web::post().to(sessions::submit)),
        )
        .service(
            web::resource("/settings/delete")
                .route(web::get().to(leave::form))
                .route(web::post().to(leave::submit)),
        )
        .service(
            web::resource("/settings/move")
                .route(web::get().to(moving::form))
                .route(web::post().to(moving::submit)),
        )
        .service(
            web::resource("/settings/practice")
                .route(web::get().to(practice_settings::form))
                .route(web::post().to(practice_settings::submit)),
        )
        .service(
            web::resource("/settings/transfer")
                .route(web::get().to(transfer::form))
                .route(web::post().to(transfer::submit)),
        )
        .service(
            web::resource("/settings/transfer/export/{name}")
                .route(web::get().to(transfer::export)),
        )
        .service(
            web::resource("/settings/transfer/imports/{id}").route(web::get().to(transfer::report)),
        )
        .service(
            web::resource("/settings/transfer/imports/{id}/failures.csv")
                .route(web::get().to(transfer::failures)),
        )
        .service(web::resource("/settings/transfer/archives").route(web::post().to(archives::ask)))
        .service(
            web::resource("/settings/transfer/archives/{id}")
                .route(web::get().to(archives::download)),
        )
        .service(web::resource("/settings/transfer/posts").route(web::post().to(archives::bring)))
        .service(
            web::resource("/settings/transfer/posts/{id}").route(web::get().to(archives::report)),
        )
        .service(web::resource("/collections/{id}").route(web::get().to(collections::collection)))
        .service(web::resource("/networks").route(web::get().to(networks::list)))
        .service(
            web::resource("/networks/{name}")
                .app_data(forms().limit(RULES))
                .route(web::get().to(network_desk::form))
                .route(web::post().to(network_desk::submit)),
        )
        .service(web::resource("/severed_relationships").route(web::get().to(severed::list)))
        .service(web::resource("/disputes/strikes").route(web::get().to(strikes::list)))
        .service(
            web::resource("/disputes/strikes/{id}")
                .route(web::get().to(strikes::form))
                .route(web::post().to(strikes::submit)),
        )
        .service(
            web::resource("/admin/reports/{id}")
                .route(web::get().to(reports::form))
                .route(web::post().to(reports::decide)),
        )
        .service(
            web::resource("/admin/disputes/appeals")
                .route(web::get().to(strikes::waiting))
                .route(web::post().to(strikes::decide)),
        )
        .service(
            web::resource("/authorize_interaction")
                .route(web::get().to(interacting::form))
                .route(web::post().to(interacting::submit)),
        )
        .service(web::resource("/welcome").route(web::get().to(sign_up::welcome)))
        .service(web::resource("/confirm").route(web::get().to(sign_up::confirm)))
        .service(web::resource("/confirm/address").route(web::get().to(settings::confirm_address)))
        .service(
            web::resource("/oauth/authorize")
                .route(web::get().to(consent::ask))
                .route(web::post().to(consent::answer)),
        )
        .service(web::resource("/oauth/authorize/native").route(web::get().to(consent::code)))
        .service(web::resource("/assets/{name}").route(web::get().to(assets::asset)))
        .service(
            web::resource("/assets/{kind}/original/missing.png")
                .route(web::get().to(assets::missing)),
        )
        .service(web::resource("/favicon.ico").route(web::get().to(assets::icon)))
        .service(web::resource("/@{name}.atom").route(web::get().to(feed::feed)))
        .service(web::resource("/@{name}").route(web::get().to(profile::profile)))
        .service(web::resource("/@{name}/{id}").route(web::get().to(status::status)))
        .service(
            web::resource("/@{name}/{id}/tree")
                .route(web::get().to(tree::tree))
                .route(web::post().to(tree::submit)),
        )
        .service(web::resource("/@{name}/{id}/tree.svg").route(web::get().to(tree::picture)))
        .default_service(web::route().to(page::not_found));
}
