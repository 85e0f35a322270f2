//! Streams by their names.
//! <https://docs.joinmastodon.org/methods/streaming/#streams>

use std::borrow::Cow;

use domain::text::fold_tag;
use domain::{ListId, limits};
use serde::{Deserialize, Serialize};
use service::streaming::{PublicPart, Stream};
use utoipa::ToSchema;

use crate::ApiError;
use crate::extract::Text;

/// Which stream is asked for.
#[derive(Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub(crate) struct Asked {
    pub stream: Text,
    pub tag: Text,
    pub list: Text,
}

impl Asked {
    /// What an address asks for.
    pub(crate) fn of_query(query: &str) -> Self {
        let mut asked = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "stream" => asked.stream.0 = Some(value.into_owned()),
                "tag" => asked.tag.0 = Some(value.into_owned()),
                "list" => asked.list.0 = Some(value.into_owned()),
                _ => {}
            }
        }
        asked
    }

    /// # Errors
    /// If there is no such stream, or what it is about is not said.
    pub(crate) fn stream(&self) -> Result<Stream, ApiError> {
        use PublicPart::{All, Local, Remote};
        let public = |part, only_media| Ok(Stream::Public { part, only_media });
        match self.stream.filled().unwrap_or_default() {
            "user" => Ok(Stream::User),
            "user:notification" => Ok(Stream::UserNotification),
            "public" => public(All, false),
            "public:media" => public(All, true),
            "public:local" => public(Local, false),
            "public:local:media" => public(Local, true),
            "public:remote" => public(Remote, false),
            "public:remote:media" => public(Remote, true),
            "hashtag" => self.hashtag(false),
            "hashtag:local" => self.hashtag(true),
            "list" => self.list(),
            "direct" => Ok(Stream::Direct),
            _ => Err(refused("Unknown stream type")),
        }
    }

    pub(crate) fn hashtag(&self, only_local: bool) -> Result<Stream, ApiError> {
        let tag = self.tag.filled();
        let tag = tag.ok_or_else(|| refused("Missing tag name parameter"))?;
        if tag.chars().count() > limits::REMOTE_NAME {
            return Err(refused("Tag name is too long"));
        }
        Ok(Stream::Hashtag {
            name: fold_tag(tag.trim_start_matches('#')),
            asked: tag.to_owned(),
            only_local,
        })
    }

    pub(crate) fn list(&self) -> Result<Stream, ApiError> {
        let list = self.list.filled();
        let list = list.ok_or_else(|| refused("Missing list name parameter"))?;
        // What is no id is the id of no list.
        Ok(Stream::List(ListId(list.parse().unwrap_or_default())))
    }
}

fn refused(text: &str) -> ApiError {
    ApiError::BadRequest(text.to_owned())
}

/// What a stream is called where something is told in it.
pub(super) fn names(stream: &Stream) -> Vec<Cow<'_, str>> {
    let own = |name: &'static str| Cow::Borrowed(name);
    match stream {
        Stream::User => vec![own("user")],
        Stream::UserNotification => vec![own("user:notification")],
        Stream::Public { part, only_media } => vec![own(match (part, only_media) {
            (PublicPart::All, false) => "public",
            (PublicPart::All, true) => "public:media",
            (PublicPart::Local, false) => "public:local",
            (PublicPart::Local, true) => "public:local:media",
            (PublicPart::Remote, false) => "public:remote",
            (PublicPart::Remote, true) => "public:remote:media",
        })],
        Stream::Hashtag {
            asked, only_local, ..
        } => vec![
            own(if *only_local {
                "hashtag:local"
            } else {
                "hashtag"
            }),
            asked.as_str().into(),
        ],
        Stream::List(id) => vec![own("list"), id.to_string().into()],
        Stream::Direct => vec![own("direct")],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_is_called_what_it_was_asked_for_by() {
        for (query, called) in [
            ("stream=user", vec!["user"]),
            ("stream=user:notification", vec!["user:notification"]),
            ("stream=public", vec!["public"]),
            ("stream=public%3Alocal%3Amedia", vec!["public:local:media"]),
            ("stream=public:remote", vec!["public:remote"]),
            ("stream=hashtag&tag=Year8", vec!["hashtag", "Year8"]),
            ("stream=hashtag:local&tag=x", vec!["hashtag:local", "x"]),
            ("list=12&stream=list", vec!["list", "12"]),
            ("stream=direct", vec!["direct"]),
        ] {
            let stream = Asked::of_query(query).stream().unwrap();
            assert_eq!(names(&stream), called, "{query}");
        }
    }

    #[test]
    fn a_tag_is_the_same_with_its_sign() {
        let stream = Asked::of_query("stream=hashtag&tag=%23Year8").stream();
        let stream = stream.unwrap();
        assert!(matches!(&stream, Stream::Hashtag { name, .. } if name == "year8"));
        assert_eq!(names(&stream), ["hashtag", "#Year8"]);
    }

    #[test]
    fn what_is_no_stream_is_refused() {
        for query in [
            "",
            "stream=",
            "stream=everything",
            "stream=hashtag",
            "stream=hashtag&tag=+",
            "stream=list",
            "stream=public:all",
        ] {
            let refused = Asked::of_query(query).stream();
            assert!(matches!(refused, Err(ApiError::BadRequest(_))), "{query}");
        }
    }
}
