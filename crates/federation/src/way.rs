//! The way to another server, walked step by step for whoever wants to know where it ends.

use bytes::Bytes;
use domain::Handle;
use serde_json::json;
use service::App;
use service::incoming::RemoteAccount;
use url::Url;

use crate::Federation;
use crate::fetch::REQUESTS;
use crate::net::{Budget, FetchError, Reply};
use crate::origin::same_origin;
use crate::protocol::context::with_context;
use crate::protocol::read::text;
use crate::protocol::vocabulary::Activity;
use crate::signatures::{PublicKey, Signer};
use crate::webfinger::Named;

/// One step: what was found, or what is wrong and what to look at.
#[derive(Debug, Clone)]
pub struct Step {
    pub about: &'static str,
    pub found: Result<String, String>,
}

type Found<T> = Result<(T, String), String>;

impl Federation {
    /// Walks the way to whoever has this handle, up to the first step that fails. What is delivered at its end has no
    /// effect: the server itself takes back a Follow that it never sent.
    ///
    /// # Errors
    /// Where our own data cannot be read.
    pub async fn walk_to(&self, app: &App, handle: &Handle) -> service::Result<Vec<Step>> {
        let actor = service::users::instance_actor(app).await?;
        let signer = self.signer(app, actor.id).await?;
        let host = handle.host.as_ref().map(ToString::to_string);
        let refused = service::policy::current(app)
            .await?
            .refuses(host.as_deref().unwrap_or_default());
        self.recall_formats(app).await;
        let mut steps = Vec::new();
        self.walk(app, handle, &signer, refused, &mut steps).await;
        Ok(steps)
    }

    async fn walk(
        &self,
        app: &App,
        handle: &Handle,
        signer: &Signer,
        refused: bool,
        steps: &mut Vec<Step>,
    ) -> Option<()> {
        note(steps, "rules", rules(handle, refused))?;
        let link = note(steps, "WebFinger", self.actor_of(handle).await)?;
        note(steps, "actor", self.openly(&link).await)?;
        let theirs = self.by_name(app, &link, signer).await;
        let theirs = note(steps, "signed fetch", theirs)?;
        note(steps, "their key", key_of(&theirs))?;
        note(steps, "delivery", self.knock_at(app, &theirs, signer).await)
    }

    async fn actor_of(&self, handle: &Handle) -> Found<Url> {
        let mut wrong: Option<(Url, FetchError)> = None;
        for address in self.webfinger_addresses(handle) {
            let found = match self.client().get_webfinger(&address).await {
                Ok(found) => found,
                Err(error) => {
                    // Where plain http may be used, an answer says more than that there is none by https.
                    wrong = wrong
                        .filter(|(_, first)| *first != FetchError::Unreachable)
                        .or(Some((address, error)));
                    continue;
                }
            };
            let Some(link) = Named::read(&found.json).actor else {
                return Err(format!(
                    "{address} answers, but names no actor: a link with rel \"self\" and the type application/activity+json \
                     is missing. Does this server speak ActivityPub?"
                ));
            };
            let said = format!("{handle} is {link}");
            return Ok((link, said));
        }
        let named = self.by_host_meta(&Budget::of(REQUESTS), handle).await;
        if let Some(link) = named.and_then(|named| named.actor) {
            let said = format!("{handle} is {link}, as its host-meta says");
            return Ok((link, said));
        }
        Err(match wrong {
            Some((address, FetchError::NotFound | FetchError::Gone)) => format!(
                "{address} knows nobody of this name. Is the handle spelled right? Is /.well-known/webfinger led to their server \
                 by the proxy before it?"
            ),
            Some((address, error)) => sentence(&address, &error),
            None => "The handle has no host: name@host.".to_owned(),
        })
    }

    /// Without a signature, as some servers do not answer: then the next step counts.
    async fn openly(&self, link: &Url) -> Found<()> {
        match self.client().get_activity_json(link, None).await {
            Ok(_) => Ok(((), "given to everybody".to_owned())),
            Err(FetchError::Status(401 | 403)) => Ok((
                (),
                "given only to those who sign (authorised fetch)".to_owned(),
            )),
            Err(error) => Err(sentence(link, &error)),
        }
    }

    async fn by_name(&self, app: &App, link: &Url, signer: &Signer) -> Found<RemoteAccount> {
        let found = self.client().get_activity_json(link, Some(signer)).await;
        self.keep_formats(app).await;
        let found = match found {
            Ok(found) => found,
            Err(FetchError::Status(status @ (401 | 403))) => {
                return Err(format!("{link}: status {status}. {}", believed(app)));
            }
            Err(error) => return Err(sentence(link, &error)),
        };
        let id = text(&found.json, "id").and_then(|id| Url::parse(id).ok());
        if !id.is_some_and(|id| same_origin(&id, &found.url)) {
            return Err(format!(
                "{link} is not at its own id: such a document is not believed. Has their server changed its name?"
            ));
        }
        let theirs = self
            .profile(app, &Budget::of(REQUESTS), &found.json)
            .await
            .map_err(|refusal| format!("{link} was given, but cannot be used: {refusal}."))?;
        let said = format!(
            "the signature of this server is believed; {} is there",
            theirs.uri
        );
        Ok((theirs, said))
    }

    async fn knock_at(&self, app: &App, theirs: &RemoteAccount, signer: &Signer) -> Found<()> {
        let address = theirs.shared_inbox.as_ref().unwrap_or(&theirs.inbox);
        let inbox = Url::parse(address).map_err(|_| format!("{address} is no address."))?;
        let actor = app.addresses().instance_actor();
        let id = format!("{actor}#tests/{}", app.next_id());
        let undo = with_context(json!({
            "id": format!("{id}/undo"), "type": Activity::Undo, "actor": actor, "to": [theirs.uri],
            "object": { "id": id, "type": Activity::Follow, "actor": actor, "object": theirs.uri },
        }));
        let body = Bytes::from(undo.to_string());
        self.mind_signatures(app, &inbox).await;
        let reply = self.client().post_signed(&inbox, body, signer).await;
        self.keep_formats(app).await;
        match reply {
            Reply::Accepted => Ok((
                (),
                format!("{inbox} takes what this server sends (nothing came of it)"),
            )),
            Reply::Gone => Err(format!(
                "{inbox} is gone (410): nothing can be delivered there. Has the account, or the server, been given up?"
            )),
            Reply::Refused(403) | Reply::Troubled { status: 401, .. } => Err(format!(
                "{inbox} refuses what this server sends. {}",
                believed(app)
            )),
            Reply::Refused(status @ (404 | 405)) => Err(format!(
                "{inbox}: status {status}. There is no inbox where their actor says. Does the proxy before their server let \
                 POST through?"
            )),
            Reply::Refused(status) => Err(format!(
                "{inbox} was reached and answered {status} to something harmless. Their log says why; other things may be taken."
            )),
            Reply::Busy { status: 429, .. } => Err(format!(
                "{inbox} says that it gets too many requests (429). Try again later."
            )),
            Reply::Troubled {
                status: status @ 300..=399,
                ..
            } => Err(format!(
                "{inbox}: status {status}. Their server leads elsewhere instead of taking what is sent: is it being looked after? \
                 What is owed to it is kept."
            )),
            Reply::Busy { status, .. } | Reply::Troubled { status, .. } => Err(format!(
                "{inbox}: status {status}. Their server fails; its log says why. What is owed to it is kept."
            )),
            Reply::Silent(error) | Reply::Blocked(error) => Err(sentence(&inbox, &error)),
        }
    }
}

/// Writes a step down; none if the way ends here.
fn note<T>(steps: &mut Vec<Step>, about: &'static str, found: Found<T>) -> Option<T> {
    let (value, found) = match found {
        Ok((value, said)) => (Some(value), Ok(said)),
        Err(wrong) => (None, Err(wrong)),
    };
    steps.push(Step { about, found });
    value
}

fn rules(handle: &Handle, refused: bool) -> Found<()> {
    if refused {
        return Err(format!(
            "This server has nothing to do with that of {handle}: nothing is asked, sent or taken. `staffroom domain list` \
             shows the rule; where federation.mode is allow_list, `staffroom domain allow` is needed."
        ));
    }
    Ok(((), "no rule of this server is against it".to_owned()))
}

/// Whether we could check what they sign.
fn key_of(theirs: &RemoteAccount) -> Found<()> {
    let usable = theirs
        .keys
        .iter()
        .find(|(_, pem)| PublicKey::from_pem(pem).is_ok());
    match usable {
        Some((id, _)) => Ok(((), format!("what they sign can be checked, by {id}"))),
        None => Err(format!(
            "{} names no key (publicKey) of its own that can be read, RSA of 2048 bits or more or Ed25519: nothing that they \
             send would be believed. This is for whoever looks after their server.",
            theirs.uri
        )),
    }
}

/// What to look at when somebody does not believe our signature.
fn believed(app: &App) -> String {
    format!(
        "Either they want nothing to do with this server, or they cannot check its signature: they must be able to fetch {} \
         (`staffroom doctor` tries that), and the clocks of both must be right.",
        app.addresses().instance_actor()
    )
}

/// What went wrong on the way to an address, and what to look at.
fn sentence(address: &Url, error: &FetchError) -> String {
    let host = address.host_str().unwrap_or_default();
    let look = match error {
        FetchError::UnknownHost => format!(
            "No address is known for {host} (DNS). Is the name spelled right?"
        ),
        FetchError::Unresolved => "Does this machine's name server answer?".to_owned(),
        FetchError::Tls => format!(
            "Is the certificate of {host} valid, for this name, and of an authority that this machine trusts? (See federation.extra_ca_file.)"
        ),
        FetchError::Unreachable => {
            format!("Nobody listens at {host}, or a firewall on the way does not let us through.")
        }
        FetchError::Timeout => {
            format!("Is {host} overloaded, or does a firewall swallow what we send?")
        }
        FetchError::NotFound | FetchError::Gone => {
            "Was it deleted? Does the proxy before their server lead there?".to_owned()
        }
        FetchError::Status(401 | 403) => {
            "Something before their server, such as a bot filter, may refuse us.".to_owned()
        }
        FetchError::Status(_) => "Their server fails; its log says why.".to_owned(),
        FetchError::WrongType => {
            "A page came instead of data: does a proxy or a cache before their server ignore the header Accept?".to_owned()
        }
        FetchError::NotJson | FetchError::TooLarge => "This is for whoever looks after their server.".to_owned(),
        FetchError::Redirect | FetchError::ForeignHost => {
            "Their server leads us elsewhere: is its name, or the name in its configuration, right?".to_owned()
        }
        FetchError::Blocked(_) | FetchError::InvalidUrl => {
            "This server only asks public addresses, by https (see federation.allow_loopback and allow_http).".to_owned()
        }
        FetchError::Refused => "A rule of this server is against it: `staffroom domain list`.".to_owned(),
        FetchError::Busy | FetchError::Unsigned | FetchError::Exhausted => "Try again.".to_owned(),
    };
    format!("{address}: {error}. {look}")
}
