//! What `fuzz/` tries for long is tried here for a moment: whoever reads text or bytes from outside keeps its word, and comes
//! to an end. `STAFFROOM_FUZZ_SECONDS` makes it longer; `STAFFROOM_FUZZ_SEED` tries the same inputs again.

mod mutator;
#[path = "../../fuzz/targets/mod.rs"]
mod targets;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use mutator::Mutator;

const SECONDS: u64 = 2;
/// Within which each input must be done with, on a machine that has much else to do: what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of an input that a failure shows.
const SHOWN: usize = 256;

/// A test for each target, with words that are put into its inputs.
macro_rules! briefly {
    ($($target:ident: [$($word:literal),* $(,)?],)+) => {
        const TARGETS: &[&str] = &[$(stringify!($target)),+];
        $(
            #[test]
            fn $target() {
                briefly(stringify!($target), &[$($word),*], targets::$target);
            }
        )+
    };
}

briefly! {
    archive: ["PK\x01\x02", "PK\x03\x04", "PK\x05\x06", "PK\x06\x06", "PK\x06\x07", "outbox.json", "actor.json", "orderedItems"],
    command: ["@", "steward", "rules", "description", "share key with", "confirm 2147483648", "move to", "."],
    document: [
        "\"@context\"", "\"type\"", "\"id\"", "\"object\"", "\"tag\"", "\"attachment\"", "\"content\"", "\"to\"", "\"proof\"",
        "\"published\"", "null", "[]", "{}", "-1e308", "18446744073709551616", "\"\\u0000\"", "\"\\ud800\"", "Article", "Question",
    ],
    film: ["ftyp", "moov", "udta", "ID3", "TAG", "OggS", "OpusTags", "fLaC", "WAVE", "webm", "\x7f\x7f\x7f\x7f"],
    handle: ["@", "acct:", "xn--", ":443", "[::1]", "0x7f.1", ".", "ß", "。"],
    html: [
        "<script>", "</p>", "<svg>", "<math>", "<style>", "<table>", "<template>", "<!--", "-->", "]]>", "javascript:", "href=",
        " onclick=x", "&lt;", "&#x3c;", "&colon;", "<a href=\"https://a.example\">", "<ruby>", "<noscript>", "<plaintext>", "<select>",
    ],
    ids: ["9223372036854775808", "-1", "\"max_id\":", "\"limit\":", "read", "write:statuses", "follow", "+", "١"],
    key: ["-----BEGIN ", "-----END ", "RSA PUBLIC KEY", "-----", "MII", "z6Mk", "=="],
    link: ["<", ">", "rel=", "alternate", "application/activity+json", "max_id=", "access_token=", "%5B%5D", "&", "%"],
    list: ["Account address", "Show boosts", "List name", "#uri", "#domain", "\"", ",", "\r\n", "'=", "@a.example"],
    oembed: ["<oembed>", "</", "<![CDATA[", "]]>", "<!DOCTYPE", "&amp;", "&#0;", "&#x110000;", "<!--", "<html>"],
    office: ["PK\x01\x02", "PK\x05\x06", "[Content_Types].xml", "mimetype", "vbaProject", "%PDF-", "<html", "\x7f"],
    origin: ["https://", "http://", ":", "@", "[::ffff:1.2.3.4]", "\\", "?", "#", "%2f", "xn--", "profile="],
    page: ["charset=", "utf-16le", "shift_jis", "<meta ", "<link ", "rel=alternate", "href=", "<title>", "<script>", "<!--", "&nGt;"],
    params: ["--B\r\n", "--B--", "\r\n\r\n", "name=\"", "filename=\"", "a[]=", "a[b]=", "[", "]", "%00", "{\"a\":", "limit=", "&"],
    picture: ["IHDR", "IDAT", "IEND", "eXIf", "NETSCAPE2.0", "\x21\x7f", "VP8X", "RIFF", "\x7f\x7f"],
    practice: ["#", "adapted from ", "<a href=\"https://a.example/1\">", "</a>", "<br>", "CC BY", "Year 5", "licence", "title:", ","],
    question: ["from:", "has:media", "in:library", "before:2026-02-30", "during:", "language:", "-", "+", "\"", "#", "§", "_"],
    signature: [
        "keyId=", "headers=", "signature=", "(request-target)", "(created)", "hs2019", "sig1=(", "created=", ";keyid=", ":",
        "sha-256=", "SHA-256=", "\"@method\"", "\"", "\\",
    ],
    status_text: ["#", "@", "https://", "@a@b.example", ":x:", "\u{200d}", "\u{301}", "<", "&", "www.", "。", "://"],
    webfinger: ["\"subject\"", "\"links\"", "\"rel\"", "\"self\"", "\"href\"", "\"type\"", "acct:", "null", "https://["],
}

#[test]
fn each_target_is_tried_here() {
    let folder = at_root("fuzz/fuzz_targets");
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    assert_eq!(names, TARGETS);
}

fn briefly(name: &str, words: &[&str], target: fn(&[u8])) {
    let seed = number("STAFFROOM_FUZZ_SEED").unwrap_or_else(rand::random);
    let length = Duration::from_secs(number("STAFFROOM_FUZZ_SECONDS").unwrap_or(SECONDS));
    let mut seeds = Vec::new();
    read(&at_root(&format!("fuzz/seeds/{name}")), &mut seeds);
    if name == "document" {
        read(&at_root("crates/federation/tests/fixtures"), &mut seeds);
    }
    let mut mutator = Mutator::new(seed, seeds, words);
    let (give, given) = channel::<Vec<u8>>();
    let (say, said) = channel();
    // Apart, so that one that hangs is noticed.
    thread::spawn(move || {
        for input in given {
            target(&input);
            if say.send(()).is_err() {
                return;
            }
        }
    });
    let begin = Instant::now();
    let mut tried = 0_u64;
    while tried == 0 || begin.elapsed() < length {
        let input = mutator.input();
        give.send(input.clone()).unwrap();
        let how = match said.recv_timeout(PATIENCE) {
            Ok(()) => {
                tried += 1;
                continue;
            }
            Err(RecvTimeoutError::Timeout) => "hangs",
            Err(RecvTimeoutError::Disconnected) => "fails",
        };
        let (file, shown) = (kept(name, &input), &input[..input.len().min(SHOWN)]);
        panic!(
            "{name} {how} after {tried} inputs of STAFFROOM_FUZZ_SEED={seed} with the {} bytes of {file}: {}",
            input.len(),
            shown.escape_ascii()
        );
    }
    eprintln!("{name}: {tried} inputs of STAFFROOM_FUZZ_SEED={seed}");
}

/// Writes an input where `fuzz/run` and its programs can be given it.
fn kept(name: &str, input: &[u8]) -> String {
    let prefix = format!("staffroom-{name}-");
    let file = tempfile::Builder::new().prefix(&prefix).tempfile().unwrap();
    let (_, path) = file.keep().unwrap();
    fs::write(&path, input).unwrap();
    path.display().to_string()
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

fn at_root(path: &str) -> String {
    format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))
}

/// All files in a folder and in those within, in an order that is always the same.
fn read(folder: &str, files: &mut Vec<Vec<u8>>) {
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{folder}: {error}"))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(path.to_str().unwrap(), files);
        } else {
            files.push(fs::read(&path).unwrap());
        }
    }
}
