//! A school: a real process with its own data, and the people in it.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;
use tempfile::TempDir;
use test_support::{Kind, TestDatabase, free_port};

/// Longer than the lease of work that a killed process held.
const PATIENCE: Duration = Duration::from_secs(150);

pub struct School {
    pub base: String,
    /// `localhost:3000`
    pub host: String,
    pub http: Client,
    folder: TempDir,
    database: TestDatabase,
    process: Option<Child>,
}

/// Somebody with a token.
#[derive(Clone)]
pub struct Teacher {
    pub name: String,
    pub token: String,
    base: String,
    http: Client,
}

impl School {
    /// None where the database cannot be had.
    pub async fn open(kind: Kind) -> Option<Self> {
        Self::open_with(kind, &[]).await
    }

    pub async fn open_with(kind: Kind, settings: &[(&str, &str)]) -> Option<Self> {
        Self::open_at(kind, "localhost", settings).await
    }

    /// `name` leads to this machine.
    pub async fn open_at(kind: Kind, name: &str, settings: &[(&str, &str)]) -> Option<Self> {
        let database = TestDatabase::new(kind)?;
        Some(Self::open_on(database, tempfile::tempdir().unwrap(), name, settings).await)
    }

    /// With a database and a folder that the test looks after.
    pub async fn open_on(
        database: TestDatabase,
        folder: TempDir,
        name: &str,
        settings: &[(&str, &str)],
    ) -> Self {
        let port = free_port();
        let host = format!("{name}:{port}");
        let mut school = Self {
            base: format!("http://{host}"),
            host,
            http: Client::builder()
                .timeout(Duration::from_secs(20))
                .build()
                .unwrap(),
            folder,
            database,
            process: None,
        };
        school.write_configuration(port, settings);
        school.start().await;
        school
    }

    /// Leaves the data behind: from the next start on there is an empty database, and an empty folder.
    pub fn move_out(&mut self, database: TestDatabase) -> (TempDir, TestDatabase) {
        let port = self.host.rsplit(':').next().unwrap().parse().unwrap();
        let old = (
            std::mem::replace(&mut self.folder, tempfile::tempdir().unwrap()),
            std::mem::replace(&mut self.database, database),
        );
        self.write_configuration(port, &[]);
        old
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// What a test sets itself replaces what a school has otherwise.
    fn write_configuration(&self, port: u16, settings: &[(&str, &str)]) {
        let quoted = |text: &str| format!("\"{text}\"");
        let loopback = self.host.starts_with("localhost") || self.host.starts_with("127.");
        let listen = if loopback { "127.0.0.1" } else { "0.0.0.0" };
        let usual = [
            ("server.public_url", quoted(&self.base)),
            ("server.listen", quoted(&format!("{listen}:{port}"))),
            ("server.title", quoted(&format!("School {port}"))),
            ("database.url", quoted(&self.database.settings.url)),
            ("media.folder", quoted(&self.path("media"))),
            ("registrations.mode", quoted("open")),
            ("federation.allow_loopback", "true".to_owned()),
            ("federation.allow_http", "true".to_owned()),
            ("federation.retry_seconds", "1".to_owned()),
            ("federation.failure_seconds", "1".to_owned()),
            ("limits.rate_limits", "false".to_owned()),
            // Each start asks it what it can do, which takes a while.
            ("media.ffmpeg", quoted("off")),
            ("logging.filter", quoted("warn")),
        ];
        let is_set = |key: &str| settings.iter().any(|(set, _)| *set == key);
        let text: String = usual
            .iter()
            .filter(|(key, _)| !is_set(key))
            .map(|(key, value)| (*key, value.as_str()))
            .chain(settings.iter().copied())
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect();
        std::fs::write(self.path("staffroom.toml"), text).unwrap();
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs another command of the program with this school's configuration.
    pub fn command(&self, arguments: &[&str]) -> Output {
        run(self.folder.path(), arguments)
    }

    pub async fn start(&mut self) {
        let mut process = program(self.folder.path())
            .arg("serve")
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        eventually("the school to open", async || {
            assert!(process.try_wait().unwrap().is_none(), "it ended at once");
            let ready = self
                .http
                .get(format!("{}/readyz", self.base))
                .send()
                .await
                .ok()?;
            ready.status().is_success().then_some(())
        })
        .await;
        self.process = Some(process);
    }

    /// `kill -9`
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// SIGTERM; whether it stopped well, and how long that took.
    pub fn terminate(&mut self) -> (bool, Duration) {
        let begun = Instant::now();
        let mut process = self.tell_to_stop();
        (process.wait().unwrap().success(), begun.elapsed())
    }

    /// SIGTERM, without waiting for the end.
    pub fn tell_to_stop(&mut self) -> Child {
        let process = self.process.take().unwrap();
        Command::new("kill")
            .arg(process.id().to_string())
            .status()
            .unwrap();
        process
    }

    pub fn teacher(&self, name: &str) -> Teacher {
        self.person(name, "user", "read write follow")
    }

    pub fn person(&self, name: &str, role: &str, scopes: &str) -> Teacher {
        let email = format!("{name}@school.example");
        let made = self.command(&[
            "user",
            "create",
            name,
            "--email",
            &email,
            "--password",
            "chalk and cheese",
            "--confirmed",
            "--role",
            role,
            "--token",
            scopes,
        ]);
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        Teacher {
            name: name.to_owned(),
            token: String::from_utf8(made.stdout).unwrap().trim().to_owned(),
            base: self.base.clone(),
            http: self.http.clone(),
        }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base))
    }
}

impl Drop for School {
    fn drop(&mut self) {
        self.kill();
    }
}

/// The program, unaware of the configuration of whoever runs the tests.
pub fn program(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_staffroom"));
    command
        .current_dir(folder)
        .args(["--config", "staffroom.toml"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("STAFFROOM_")) {
        command.env_remove(name);
    }
    command
}

/// All that a command said.
pub fn out(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

impl Teacher {
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(&self.token)
    }

    pub async fn get(&self, path: &str) -> Value {
        answer(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        answer(self.request(Method::POST, path).json(&body)).await
    }

    pub async fn status_of(&self, path: &str) -> StatusCode {
        self.request(Method::GET, path)
            .send()
            .await
            .unwrap()
            .status()
    }

    /// Finds somebody elsewhere, follows them, and waits until they said yes.
    pub async fn follow(&self, handle: &str) -> String {
        let found = self
            .get(&format!(
                "/api/v2/search?q={handle}&resolve=true&type=accounts"
            ))
            .await;
        let id = found["accounts"][0]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("{handle}: {found}"))
            .to_owned();
        self.post(&format!("/api/v1/accounts/{id}/follow"), Value::Null)
            .await;
        eventually("the follow to be accepted", || async {
            let relation = self
                .get(&format!("/api/v1/accounts/relationships?id[]={id}"))
                .await;
            (relation[0]["following"] == true).then_some(())
        })
        .await;
        id
    }

    pub async fn publish(&self, body: Value) -> Value {
        self.post("/api/v1/statuses", body).await
    }

    /// Waits until a post with these words is in the home timeline.
    pub async fn reads(&self, words: &str) -> Value {
        eventually(&format!("{} to read {words:?}", self.name), || async {
            let home = self.get("/api/v1/timelines/home?limit=40").await;
            home.as_array()?
                .iter()
                .find(|status| contains(status, words))
                .cloned()
        })
        .await
    }

    /// Waits for a notification of that type.
    pub async fn is_told(&self, kind: &str) -> Value {
        eventually(&format!("{} to be told of a {kind}", self.name), || async {
            let told = self
                .get(&format!("/api/v1/notifications?types[]={kind}"))
                .await;
            told.as_array()?.first().cloned()
        })
        .await
    }
}

fn contains(status: &Value, words: &str) -> bool {
    status["content"]
        .as_str()
        .is_some_and(|content| content.contains(words))
}

pub async fn answer(request: RequestBuilder) -> Value {
    let response = request.send().await.unwrap();
    let (status, url) = (response.status(), response.url().clone());
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{url}: {status}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|_| panic!("{url}: {text}"))
}

/// Asks again until there is an answer.
pub async fn eventually<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
