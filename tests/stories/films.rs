//! Films and sounds: taken in at once, converted in the background, shown as what they are, and without what they said of
//! whoever made them.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use reqwest::multipart::{Form, Part};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::Kind::{self, Postgres, Sqlite};
use test_support::TestDatabase;

use crate::harness::{School, Teacher, answer, eventually, out};

/// Whose name and place must not be kept.
const SECRET: &str = "Ada at 51.4545";
const PICTURES: [&str; 4] = [
    "-f",
    "lavfi",
    "-i",
    "testsrc=size=320x180:rate=25:duration=2",
];
const TONE: [&str; 4] = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"];

/// For a school that looks for ffmpeg itself.
pub const FOUND: (&str, &str) = ("media.ffmpeg", "\"auto\"");

/// None where there is no ffmpeg, which is said loudly; in CI that is a failure.
pub fn ffmpeg() -> Option<()> {
    if Command::new("ffmpeg").arg("-version").output().is_ok() {
        return Some(());
    }
    assert!(std::env::var_os("CI").is_none(), "ffmpeg is needed in CI");
    eprintln!("FILMS ARE NOT TESTED: there is no ffmpeg");
    None
}

/// A file made of test pictures, of a tone, or of both.
fn made(sources: &[&[&str]], how: &[&str], name: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(sources.concat())
        .args(["-metadata", &format!("title={SECRET}")])
        .args(["-metadata", &format!("comment={SECRET}")])
        .args(how)
        .arg(&path)
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", out(&done));
    std::fs::read(path).unwrap()
}

pub fn film() -> Vec<u8> {
    let how = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac"];
    let film = made(&[&PICTURES, &TONE], &how, "film.mp4");
    assert!(says(&film, SECRET));
    film
}

fn says(bytes: &[u8], words: &str) -> bool {
    bytes
        .windows(words.len())
        .any(|part| part == words.as_bytes())
}

fn png(width: u32, height: u32) -> Part {
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(width, height, image::Rgb([9, 120, 90]))
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    Part::bytes(png.into_inner()).file_name("small.png")
}

pub fn file(bytes: Vec<u8>) -> Form {
    // Neither the name nor the type is to be believed.
    let part = Part::bytes(bytes).file_name("x.png").mime_str("image/png");
    Form::new().part("file", part.unwrap())
}

pub async fn send(teacher: &Teacher, version: u8, form: Form) -> (StatusCode, Value) {
    let path = format!("/api/v{version}/media");
    let request = teacher.request(Method::POST, &path).multipart(form);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn status(teacher: &Teacher, id: &Value) -> StatusCode {
    let path = format!("/api/v1/media/{}", id.as_str().unwrap());
    teacher.status_of(&path).await
}

pub async fn ready(teacher: &Teacher, id: &Value) -> Value {
    eventually("a film to be ready", || async {
        let status = status(teacher, id).await;
        assert!(status.is_success(), "{status}");
        (status == StatusCode::OK).then_some(())
    })
    .await;
    teacher
        .get(&format!("/api/v1/media/{}", id.as_str().unwrap()))
        .await
}

async fn publish(teacher: &Teacher, id: &Value) -> (StatusCode, Value) {
    let post = json!({ "status": "A film", "media_ids": [id] });
    let request = teacher
        .request(Method::POST, "/api/v1/statuses")
        .json(&post);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

/// Programs that stand before the real ones, and wait until there is a file `go`.
fn gate(folder: &Path) -> String {
    for name in ["ffmpeg", "ffprobe"] {
        let path = folder.join(name);
        let go = folder.join("go");
        let script = format!(
            "#!/bin/sh\nwhile [ ! -e '{}' ]; do sleep 0.1; done\nexec {name} \"$@\"\n",
            go.display()
        );
        std::fs::write(&path, script).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    format!("\"{}\"", folder.join("ffmpeg").display())
}

async fn gated(kind: Kind) -> Option<(School, TempDir)> {
    let programs = tempfile::tempdir().unwrap();
    let ffmpeg = gate(programs.path());
    let settings = [("media.ffmpeg", ffmpeg.as_str())];
    let database = TestDatabase::new(kind)?;
    let folder = tempfile::tempdir().unwrap();
    Some((
        School::open_on(database, folder, "localhost", &settings).await,
        programs,
    ))
}

async fn story(kind: Kind) {
    let (Some(()), Some((mut here, programs)), Some(there)) = (
        ffmpeg(),
        gated(kind).await,
        School::open_with(kind, &[FOUND]).await,
    ) else {
        return;
    };
    let (ada, eve) = (here.teacher("ada"), here.teacher("eve"));
    let bo = there.teacher("bo");
    bo.follow(&format!("@ada@{}", here.host)).await;

    let form = file(film()).text("description", "Two seconds of test pictures");
    let (code, waiting) = send(&ada, 2, form).await;
    assert_eq!(code, StatusCode::ACCEPTED, "{waiting}");
    assert_eq!(waiting["type"], "video");
    crate::films_elsewhere::waits(&here, &waiting).await;
    let id = &waiting["id"];
    assert_eq!(status(&ada, id).await, StatusCode::PARTIAL_CONTENT);
    assert_eq!(status(&eve, id).await, StatusCode::NOT_FOUND);
    let (code, refused) = publish(&ada, id).await;
    assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");

    // What was answered is on the disk, whatever happens to the program.
    here.kill();
    here.start().await;
    assert_eq!(status(&ada, id).await, StatusCode::PARTIAL_CONTENT);
    std::fs::write(programs.path().join("go"), "").unwrap();
    let film = ready(&ada, id).await;
    assert_eq!(film["type"], "video");
    let (meta, original) = (&film["meta"], &film["meta"]["original"]);
    assert_eq!(
        (&original["width"], &original["height"]),
        (&json!(320), &json!(180))
    );
    assert_eq!(original["frame_rate"], "25/1");
    assert!(
        (original["duration"].as_f64().unwrap() - 2.0).abs() < 0.2,
        "{meta}"
    );
    assert!(original["bitrate"].as_u64().unwrap() > 1_000, "{meta}");
    assert_eq!(meta["fps"], 25.0);
    assert_eq!(meta["size"], "320x180");
    assert!(
        meta["length"].as_str().unwrap().starts_with("0:00:0"),
        "{meta}"
    );
    assert_eq!(meta["audio_encode"], "aac (LC)");
    assert_eq!(meta["audio_channels"], "mono");
    assert_eq!(meta["small"]["width"], 320);
    assert!(film["blurhash"].is_string());
    is_served(&here, &film).await;

    // Another picture stands for it.
    let path = format!("/api/v1/media/{}", id.as_str().unwrap());
    let form = Form::new()
        .part("thumbnail", png(50, 40))
        .text("focus", "0.5,-0.5");
    let update = |who: &Teacher, form| who.request(Method::PUT, &path).multipart(form);
    let theirs = update(&eve, Form::new().part("thumbnail", png(9, 9)))
        .send()
        .await
        .unwrap();
    assert_eq!(theirs.status(), StatusCode::NOT_FOUND);
    let changed = answer(update(&ada, form)).await;
    assert_eq!(changed["meta"]["small"]["size"], "50x40");
    assert_ne!(changed["preview_url"], film["preview_url"]);
    assert_eq!(changed["description"], "Two seconds of test pictures");
    eventually("the old picture to go", || async {
        let old = here.http.get(film["preview_url"].as_str().unwrap());
        (old.send().await.unwrap().status() == StatusCode::NOT_FOUND).then_some(())
    })
    .await;
    let bad = Form::new().part(
        "thumbnail",
        Part::bytes(b"<svg/>".to_vec()).file_name("x.png"),
    );
    let bad = update(&ada, bad).send().await.unwrap();
    assert_eq!(bad.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let (code, post) = publish(&ada, id).await;
    assert_eq!(code, StatusCode::OK, "{post}");
    let delete = ada.request(Method::DELETE, &path).send().await.unwrap();
    assert_eq!(delete.status(), StatusCode::UNPROCESSABLE_ENTITY);

    // And there it is a film with a picture too.
    let read = bo.reads("A film").await;
    let seen = &read["media_attachments"][0];
    assert_eq!(seen["type"], "video", "{seen}");
    assert_eq!(seen["meta"]["original"]["width"], 320, "{seen}");
    assert!(
        seen["meta"]["original"]["duration"].as_f64().unwrap() > 1.0,
        "{seen}"
    );
    assert_eq!(seen["preview_remote_url"], changed["preview_url"]);
    for (key, mime) in [("url", "video/mp4"), ("preview_url", "image/png")] {
        let url = seen[key].as_str().unwrap();
        assert!(url.starts_with(&there.base), "{url}");
        let served = there.http.get(url).send().await.unwrap();
        assert_eq!(served.status(), StatusCode::OK, "{url}");
        assert_eq!(served.headers()["content-type"], mime);
    }
}

pub async fn is_served(school: &School, film: &Value) {
    let url = film["url"].as_str().unwrap();
    assert!(url.ends_with(".mp4"), "{url}");
    let whole = school.http.get(url).send().await.unwrap();
    let header = |name: &str| whole.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "video/mp4");
    assert_eq!(header("accept-ranges"), "bytes");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(
        header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    let length = header("content-length");
    let bytes = whole.bytes().await.unwrap();
    assert_eq!(length, bytes.len().to_string());
    assert!(!says(&bytes, "Ada") && !says(&bytes, "51.4"));
    let part = school.http.get(url).header("range", "bytes=4-7");
    let part = part.header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(part.status(), StatusCode::PARTIAL_CONTENT);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 4-7/{length}")
    );
    assert_eq!(part.bytes().await.unwrap().as_ref(), b"ftyp");
}

#[tokio::test]
async fn a_film_is_converted_whatever_happens_on_sqlite() {
    story(Sqlite).await;
}

#[tokio::test]
async fn a_film_is_converted_whatever_happens_on_postgresql() {
    story(Postgres).await;
}

// On SQLite alone: it is about one count.
#[tokio::test]
async fn one_person_does_not_fill_the_queue() {
    let (Some(()), Some((school, programs))) = (ffmpeg(), gated(Sqlite).await) else {
        return;
    };
    let (ada, bo) = (school.teacher("ada"), school.teacher("bo"));
    let broken = [b"\0\0\0\x18ftypisom\0\0\0\0".as_slice(), &[7; 900]].concat();
    let sends = async |who: &Teacher, expected| {
        let (code, film) = send(who, 2, file(broken.clone())).await;
        assert_eq!(code, expected, "{film}");
        film["id"].clone()
    };
    let first = sends(&ada, StatusCode::ACCEPTED).await;
    for _ in 1..10 {
        sends(&ada, StatusCode::ACCEPTED).await;
    }
    sends(&ada, StatusCode::UNPROCESSABLE_ENTITY).await;
    sends(&bo, StatusCode::ACCEPTED).await;
    std::fs::write(programs.path().join("go"), "").unwrap();
    eventually("the first to have had its turn", || async {
        let code = status(&ada, &first).await;
        (code == StatusCode::UNPROCESSABLE_ENTITY).then_some(())
    })
    .await;
    sends(&ada, StatusCode::ACCEPTED).await;
}

// On SQLite alone: it is about files.
#[tokio::test]
async fn what_comes_of_each_format() {
    let (Some(()), Some(school)) = (ffmpeg(), School::open_with(Sqlite, &[FOUND]).await) else {
        return;
    };
    let ada = school.teacher("ada");
    let vp8 = ["-c:v", "libvpx", "-b:v", "200k", "-c:a", "libvorbis"];
    let h264 = ["-c:v", "libx264", "-pix_fmt", "yuv420p"];
    let both: &[&[&str]] = &[&PICTURES, &TONE];
    let files = [
        ("film.webm", made(both, &vp8, "film.webm"), "video", ".mp4"),
        (
            "silent.mov",
            made(&[&PICTURES], &h264, "silent.mov"),
            "gifv",
            ".mp4",
        ),
        (
            "moving.gif",
            made(&[&PICTURES], &["-vf", "fps=5,scale=64:-1"], "moving.gif"),
            "gifv",
            ".mp4",
        ),
        (
            "sound.mp3",
            made(&[&TONE], &["-c:a", "libmp3lame"], "sound.mp3"),
            "audio",
            ".mp3",
        ),
        (
            "sound.m4a",
            made(&[&TONE], &["-c:a", "aac"], "sound.m4a"),
            "audio",
            ".m4a",
        ),
        (
            "sound.aac",
            made(&[&TONE], &["-c:a", "aac"], "sound.aac"),
            "audio",
            ".m4a",
        ),
        (
            "sound.ogg",
            made(&[&TONE], &["-c:a", "libopus"], "sound.ogg"),
            "audio",
            ".m4a",
        ),
        (
            "sound.flac",
            made(&[&TONE], &["-c:a", "flac"], "sound.flac"),
            "audio",
            ".m4a",
        ),
        (
            "sound.wav",
            made(&[&TONE], &["-c:a", "pcm_s16le"], "sound.wav"),
            "audio",
            ".m4a",
        ),
    ];
    for (name, bytes, kind, extension) in files {
        // The first version waits.
        let (code, made) = send(&ada, 1, file(bytes)).await;
        assert_eq!(code, StatusCode::OK, "{name}: {made}");
        assert_eq!(made["type"], kind, "{name}: {made}");
        let url = made["url"].as_str().unwrap();
        assert!(url.ends_with(extension), "{name}: {url}");
        assert_eq!(
            made["preview_url"].is_null(),
            kind == "audio",
            "{name}: {made}"
        );
        let duration = made["meta"]["original"]["duration"].as_f64().unwrap();
        assert!((1.5..2.6).contains(&duration), "{name}: {made}");
        let served = school.http.get(url).send().await.unwrap();
        assert!(!says(&served.bytes().await.unwrap(), "51.4"), "{name}");
    }
    // A sound for which a picture stands that came with it.
    let sound = made(&[&TONE], &["-c:a", "aac"], "sound.m4a");
    let (_, made) = send(&ada, 1, file(sound).part("thumbnail", png(30, 20))).await;
    assert_eq!(made["meta"]["small"]["size"], "30x20", "{made}");
    let (code, made) = send(&ada, 1, file(still_gif())).await;
    assert_eq!(
        (code, &made["type"]),
        (StatusCode::OK, &json!("image")),
        "{made}"
    );
}

fn still_gif() -> Vec<u8> {
    let mut gif = std::io::Cursor::new(Vec::new());
    image::RgbaImage::new(8, 8)
        .write_to(&mut gif, image::ImageFormat::Gif)
        .unwrap();
    gif.into_inner()
}

// On SQLite alone: it is about files.
#[tokio::test]
async fn what_cannot_be_converted_says_so() {
    let settings = [
        FOUND,
        ("media.max_video_bytes", "100000"),
        ("media.max_image_bytes", "100000"),
    ];
    let (Some(()), Some(school)) = (ffmpeg(), School::open_with(Sqlite, &settings).await) else {
        return;
    };
    let ada = school.teacher("ada");
    let broken = [b"\0\0\0\x18ftypisom\0\0\0\0".as_slice(), &[7; 900]].concat();
    let playlist = b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n".to_vec();
    let disguised = [b"\0\0\0\x18ftypisom\0\0\0\0isomiso2", playlist.as_slice()].concat();
    for bytes in [broken, disguised] {
        let (code, waiting) = send(&ada, 2, file(bytes.clone())).await;
        assert_eq!(code, StatusCode::ACCEPTED, "{waiting}");
        let id = &waiting["id"];
        eventually("the film to fail", || async {
            let code = status(&ada, id).await;
            (code == StatusCode::UNPROCESSABLE_ENTITY).then_some(())
        })
        .await;
        assert_eq!(publish(&ada, id).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let path = format!("/api/v1/media/{}", id.as_str().unwrap());
        answer(ada.request(Method::DELETE, &path)).await;
        assert_eq!(status(&ada, id).await, StatusCode::NOT_FOUND);
        let (code, refused) = send(&ada, 1, file(bytes)).await;
        assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    }
    assert_eq!(
        send(&ada, 2, file(playlist)).await.0,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let large = [b"\0\0\0\x18ftypisom".as_slice(), &vec![0; 150_000]].concat();
    assert_eq!(
        send(&ada, 2, file(large)).await.0,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let larger = [b"\0\0\0\x18ftypisom".as_slice(), &vec![0; 3_000_000]].concat();
    let sent = ada
        .request(Method::POST, "/api/v2/media")
        .multipart(file(larger));
    // The connection may be closed before all was sent.
    let refused = sent.send().await.map(|response| response.status());
    assert!(refused.is_err() || refused.unwrap() == StatusCode::PAYLOAD_TOO_LARGE);
    let left = std::fs::read_dir(school.folder().join("media/.unfinished")).unwrap();
    assert_eq!(left.count(), 0, "what is refused is not kept");
}

/// A box of MP4.
fn boxed(kind: &str, inside: &[u8]) -> Vec<u8> {
    let size = u32::try_from(inside.len() + 8).unwrap().to_be_bytes();
    [size.as_slice(), kind.as_bytes(), inside].concat()
}

// On SQLite alone: it is about files.
#[tokio::test]
async fn without_ffmpeg_files_lose_what_they_say_of_themselves_and_play() {
    let settings = [("media.ffmpeg", "\"off\"")];
    let (Some(()), Some(school)) = (ffmpeg(), School::open_with(Sqlite, &settings).await) else {
        return;
    };
    let ada = school.teacher("ada");
    let film: [&[&str]; 2] = [&PICTURES, &TONE];
    let sound: [&[&str]; 1] = [&TONE];
    for (sources, how, name) in [
        (
            &film[..],
            &["-c:v", "libvpx", "-c:a", "libopus"][..],
            "a.webm",
        ),
        (&sound, &["-c:a", "libopus"], "a.ogg"),
        (&sound, &["-c:a", "libvorbis"], "b.ogg"),
        (&sound, &["-c:a", "flac"], "a.flac"),
        (&sound, &["-c:a", "pcm_s16le"], "a.wav"),
    ] {
        let sent = made(sources, how, name);
        assert!(says(&sent, SECRET), "{name}");
        let (code, kept) = send(&ada, 2, file(sent)).await;
        assert_eq!(code, StatusCode::OK, "{name}: {kept}");
        let served = school.http.get(kept["url"].as_str().unwrap()).send().await;
        let bytes = served.unwrap().bytes().await.unwrap();
        assert!(!says(&bytes, SECRET), "{name}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let played = Command::new("ffmpeg")
            .args(["-v", "error", "-xerror", "-i"])
            .arg(&path)
            .args(["-f", "null", "-"])
            .output()
            .unwrap();
        assert!(played.status.success(), "{name}: {}", out(&played));
        assert_eq!(out(&played), "", "{name}");
    }
}

// On SQLite alone: it is about files.
#[tokio::test]
async fn without_ffmpeg_films_are_kept_as_they_are() {
    let settings = [
        ("media.ffmpeg", "\"off\""),
        ("media.require_description", "true"),
    ];
    let Some(school) = School::open_with(Sqlite, &settings).await else {
        return;
    };
    let ada = school.teacher("ada");
    let place = boxed("udta", SECRET.as_bytes());
    let film = [
        boxed("ftyp", b"isom\0\0\0\0"),
        boxed("moov", &place),
        boxed("mdat", b"film"),
    ]
    .concat();
    let (code, kept) = send(&ada, 2, file(film)).await;
    assert_eq!(
        (code, &kept["type"]),
        (StatusCode::OK, &json!("video")),
        "{kept}"
    );
    let url = kept["url"].as_str().unwrap();
    let served = school.http.get(url).send().await.unwrap();
    assert_eq!(served.headers()["content-type"], "video/mp4");
    let bytes = served.bytes().await.unwrap();
    assert!(!says(&bytes, SECRET) && says(&bytes, "film"));

    // It is said of it what it shows, or it is not shown.
    let (code, refused) = publish(&ada, &kept["id"]).await;
    assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    assert!(
        refused["error"].as_str().unwrap().contains("description"),
        "{refused}"
    );
    let path = format!("/api/v1/media/{}", kept["id"].as_str().unwrap());
    let described = json!({ "description": "A lesson" });
    answer(ada.request(Method::PUT, &path).json(&described)).await;
    let (code, post) = publish(&ada, &kept["id"]).await;
    assert_eq!(code, StatusCode::OK, "{post}");
    // And a change does not take that away, of the file or of the post.
    let bare = ada
        .request(Method::PUT, &path)
        .json(&json!({ "description": "" }))
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(ada.get(&path).await["description"], "A lesson");
    let change = json!({
        "status": "A film",
        "media_ids": [kept["id"]],
        "media_attributes": [{ "id": kept["id"], "description": " " }],
    });
    let path = format!("/api/v1/statuses/{}", post["id"].as_str().unwrap());
    let edit = ada
        .request(Method::PUT, &path)
        .json(&change)
        .send()
        .await
        .unwrap();
    assert_eq!(edit.status(), StatusCode::UNPROCESSABLE_ENTITY);

    let movie = [boxed("ftyp", b"qt  \0\0\0\0"), boxed("moov", b"")].concat();
    let (code, refused) = send(&ada, 2, file(movie)).await;
    assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY, "{refused}");
    assert!(
        refused["error"].as_str().unwrap().contains("MP4"),
        "{refused}"
    );
    for version in [1, 2] {
        let told = ada.get(&format!("/api/v{version}/instance")).await;
        let limits = &told["configuration"]["media_attachments"];
        let types = limits["supported_mime_types"].to_string();
        assert!(
            types.contains("video/mp4") && !types.contains("quicktime"),
            "{types}"
        );
        assert_eq!(limits["video_size_limit"], 103_809_024);
        assert_eq!(limits["video_matrix_limit"], 8_294_400);
        assert_eq!(limits["video_frame_rate_limit"], 120);
    }
    assert!(out(&school.command(&["doctor"])).contains("films: media.ffmpeg is off"));
    let wrong = school.command(&["config", "check", "--set", "media.ffmpeg=/nowhere/ffmpeg"]);
    assert!(
        !wrong.status.success() && out(&wrong).contains("media.ffmpeg"),
        "{}",
        out(&wrong)
    );
}
