//! Somebody who listens, by a WebSocket or by server-sent events.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::Response as Answer;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};

use crate::harness::{School, Teacher};

const SOON: Duration = Duration::from_secs(20);

pub struct Ear {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// Something that was told.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    pub stream: Value,
    pub event: String,
    pub payload: Value,
}

impl Ear {
    /// Of a teacher, by the address's `access_token`.
    pub async fn of(school: &School, teacher: &Teacher, query: &str) -> Self {
        let url = address(school, &format!("?access_token={}&{query}", teacher.token));
        Self::open(&url, &[]).await.unwrap().0
    }

    /// Or how it was refused.
    pub async fn open(
        url: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<(Self, Answer<Option<Vec<u8>>>), Error> {
        let mut request = url.into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, answer) = connect_async(request).await?;
        Ok((Self { socket }, answer))
    }

    /// One that takes in little before it is read, as over a slow line.
    pub async fn narrow(school: &School, teacher: &Teacher, query: &str) -> Self {
        let url = address(school, &format!("?access_token={}&{query}", teacher.token));
        let port = school.host.rsplit(':').next().unwrap().parse().unwrap();
        let line = TcpSocket::new_v4().unwrap();
        line.set_recv_buffer_size(4_096).unwrap();
        let line = line.connect(SocketAddr::from(([127, 0, 0, 1], port)));
        let line = MaybeTlsStream::Plain(line.await.unwrap());
        let (socket, _) = client_async(url, line).await.unwrap();
        Self { socket }
    }

    /// How much more is said until the other side ends it.
    pub async fn hears_the_rest(&mut self) -> usize {
        let mut heard = 0;
        while self.next().await.is_some() {
            heard += 1;
        }
        heard
    }

    pub async fn says(&mut self, wish: Value) {
        self.says_text(&wish.to_string()).await;
    }

    pub async fn says_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    pub async fn pings(&mut self) {
        self.socket
            .send(Message::Ping("still there?".into()))
            .await
            .unwrap();
        let pong = Message::Pong("still there?".into());
        assert_eq!(self.next().await, Some(pong));
    }

    /// The next that is said; none when the other side has ended it.
    async fn next(&mut self) -> Option<Message> {
        loop {
            let next = timeout(SOON, self.socket.next()).await;
            match next.unwrap()? {
                Ok(Message::Close(_)) | Err(_) => return None,
                // Whether we are still there; the answer is given by itself.
                Ok(Message::Ping(_)) => {}
                Ok(message) => return Some(message),
            }
        }
    }

    pub async fn hears_text(&mut self) -> Value {
        let next = self.next().await.unwrap();
        serde_json::from_str(next.to_text().unwrap()).unwrap()
    }

    pub async fn hears(&mut self) -> Heard {
        let told = self.hears_text().await;
        let payload = match &told["payload"] {
            Value::String(text) => {
                serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone()))
            }
            other => other.clone(),
        };
        Heard {
            stream: told["stream"].clone(),
            event: told["event"]
                .as_str()
                .unwrap_or_else(|| panic!("{told}"))
                .to_owned(),
            payload,
        }
    }

    /// Listens from the moment at which this returns.
    pub async fn subscribes(&mut self, mut to: Value) {
        to["type"] = json!("subscribe");
        self.says(to).await;
        self.pings().await;
    }

    pub async fn unsubscribes(&mut self, mut from: Value) {
        from["type"] = json!("unsubscribe");
        self.says(from).await;
        self.pings().await;
    }

    /// The next of that kind, after whatever else.
    pub async fn hears_of(&mut self, event: &str) -> Heard {
        loop {
            let heard = self.hears().await;
            if heard.event == event {
                return heard;
            }
        }
    }

    /// The other side ends it, having said nothing more.
    pub async fn is_let_go(&mut self) {
        let next = self.next().await;
        assert_eq!(next, None, "it is not over");
    }
}

pub fn address(school: &School, rest: &str) -> String {
    let base = school.base.replace("http://", "ws://");
    format!("{base}/api/v1/streaming{rest}")
}

/// How opening a WebSocket is refused.
pub async fn refused(url: &str, headers: &[(&'static str, &str)]) -> (u16, Value) {
    match Ear::open(url, headers).await {
        Err(Error::Http(answer)) => {
            let body = answer.body().clone().unwrap_or_default();
            let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
            (answer.status().as_u16(), body)
        }
        Err(error) => panic!("{url}: {error}"),
        Ok(_) => panic!("{url} is let in"),
    }
}

/// Server-sent events.
pub struct EventStream {
    response: Response,
    read: String,
}

impl EventStream {
    pub async fn of(teacher: &Teacher, path: &str) -> Self {
        let request = teacher
            .request(Method::GET, &format!("/api/v1/streaming/{path}"))
            .header("origin", "https://elk.example");
        let response = request
            .timeout(Duration::from_secs(120))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        assert_eq!(response.headers()["access-control-allow-origin"], "*");
        let mut stream = Self {
            response,
            read: String::new(),
        };
        assert_eq!(stream.line().await.as_deref(), Some(":)"));
        stream
    }

    /// The next line; none when the other side has ended it.
    pub async fn line(&mut self) -> Option<String> {
        loop {
            if let Some((line, rest)) = self.read.split_once('\n') {
                let line = line.to_owned();
                self.read = rest.to_owned();
                return Some(line);
            }
            let more = timeout(SOON, self.response.chunk()).await;
            let more = more.unwrap().ok().flatten()?;
            self.read.push_str(std::str::from_utf8(&more).unwrap());
        }
    }

    /// The next event, and its data.
    pub async fn hears(&mut self) -> (String, String) {
        let mut lines = Vec::new();
        while lines.len() < 3 {
            let line = self.line().await.unwrap();
            if !line.starts_with(':') {
                lines.push(line);
            }
        }
        let event = lines[0].strip_prefix("event: ").unwrap().to_owned();
        let data = lines[1].strip_prefix("data: ").unwrap().to_owned();
        assert_eq!(lines[2], "");
        (event, data)
    }
}
