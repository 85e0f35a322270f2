use std::io::Write;

use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::zipped::{LARGE_END, LARGE_END_PLACE, little_endian};

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// Opens what is in a file of its own for as long.
fn open(bytes: &[u8]) -> Result<Opened> {
    let name = format!("staffroom-{:032x}.zip", rand::random::<u128>());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, bytes).unwrap();
    let opened = Opened::open(&path);
    std::fs::remove_file(&path).unwrap();
    opened
}

fn refusal(bytes: &[u8]) -> String {
    match open(bytes) {
        Ok(_) => panic!("it was opened"),
        Err(error) => error.to_string(),
    }
}

fn archive(outbox: &[u8]) -> Vec<u8> {
    let actor =
        json!({ "id": "https://old.example/users/ada", "followers": "https://old.example/f" });
    zipped(&[
        ("actor.json", actor.to_string().as_bytes()),
        ("outbox.json", outbox),
        ("media_attachments/a.txt", b"0123456789"),
    ])
}

fn read(outbox: &[u8]) -> Result<Vec<Value>> {
    let mut read = Vec::new();
    open(&archive(outbox))?.activities(|activity| {
        read.push(activity);
        Ok(())
    })?;
    Ok(read)
}

#[test]
fn an_archive_is_read_also_from_a_folder() {
    let outbox = br#"{"id":"outbox.json","orderedItems":[{"n":1},{"n":2}],"totalItems":2}"#;
    assert_eq!(read(outbox).unwrap(), [json!({"n": 1}), json!({"n": 2})]);
    let mut opened = open(&archive(outbox)).unwrap();
    assert_eq!(opened.owner().unwrap().id, "https://old.example/users/ada");
    let inside = zipped(&[("archive-1/outbox.json", outbox), ("archive-1/x", b"here")]);
    let mut opened = open(&inside).unwrap();
    let mut found = Vec::new();
    opened
        .unpack("x", 4, |piece| {
            found.extend_from_slice(&piece);
            true
        })
        .unwrap();
    assert_eq!(found, b"here");
    assert!(opened.unpack("y", 4, |_| true).is_err());
}

#[test]
fn what_is_larger_than_it_may_be_is_not_unpacked() {
    let mut opened = open(&archive(b"{}")).unwrap();
    let name = "media_attachments/a.txt";
    assert!(opened.unpack(name, 10, |_| true).is_ok());
    assert!(matches!(
        opened.unpack(name, 9, |_| true),
        Err(Error::TooLarge)
    ));
}

#[test]
fn what_is_no_archive_is_refused() {
    assert!(refusal(b"").contains("no ZIP file"));
    assert!(refusal(b"id,name\n1,2\n3,4\n5,6\n7,8\n9,10\n").contains("no ZIP file"));
    assert!(refusal(b"\x1f\x8b\x08\0 and so on, and so on, and so on").contains(".tar.gz"));
    assert!(refusal(&zipped(&[("a.txt", b"a")])).contains("no outbox.json"));
    let whole = archive(b"{}");
    assert!(refusal(&whole[..whole.len() - 1]).contains("no ZIP file"));
}

#[test]
fn a_list_that_promises_more_than_there_is_is_refused() {
    let whole = archive(b"{}");
    let end = whole.len() - 22;
    let mut more = whole.clone();
    more[end + 10..end + 12].copy_from_slice(&60_000_u16.to_le_bytes());
    assert!(refusal(&more).contains("no ZIP file"));
    // A second end, further up, which would be tried if the last one is not good.
    let mut two = zipped(&[("outbox.json", b"{}"), ("PK\x05\x06 and some more", b"a")]);
    assert!(refusal(&two).contains("no ZIP file"));
    two = whole;
    two[end + 16] ^= 1;
    assert!(refusal(&two).contains("no ZIP file"));
}

#[test]
fn a_large_end_is_read_also_where_a_small_one_would_do() {
    let whole = archive(br#"{"orderedItems":[]}"#);
    let place = whole.len() - 22;
    let (list, end) = whole.split_at(place);
    let small = |at: usize, bytes: usize| little_endian(end, at, bytes).unwrap();
    let large = |entries: u64| {
        let mut all = list.to_vec();
        all.extend_from_slice(LARGE_END);
        all.extend_from_slice(&44_u64.to_le_bytes());
        all.extend_from_slice(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        for number in [entries, entries, small(12, 4), small(16, 4)] {
            all.extend_from_slice(&number.to_le_bytes());
        }
        all.extend_from_slice(LARGE_END_PLACE);
        all.extend_from_slice(&0_u32.to_le_bytes());
        all.extend_from_slice(&u64::try_from(place).unwrap().to_le_bytes());
        all.extend_from_slice(&1_u32.to_le_bytes());
        all.extend_from_slice(end);
        all
    };
    assert!(open(&large(3)).unwrap().owner().is_ok());
    assert!(refusal(&large(1 << 40)).contains("no ZIP file"));
    let mut open_ended = large(1 << 40);
    let at = open_ended.len() - 12;
    open_ended[at..at + 2].copy_from_slice(&u16::MAX.to_le_bytes());
    assert!(refusal(&open_ended).contains("more than 100000 files"));
}

#[test]
fn an_outbox_that_is_no_list_of_small_things_is_refused() {
    for outbox in [
        &b"[]"[..],
        b"{}",
        b"{\"orderedItems\":[{}",
        b"{\"orderedItems\":7}",
        b"not JSON",
    ] {
        assert!(read(outbox).is_err(), "{}", String::from_utf8_lossy(outbox));
    }
    let deep = format!(
        "{{\"orderedItems\":[{}{}]}}",
        "[".repeat(500),
        "]".repeat(500)
    );
    assert!(read(deep.as_bytes()).is_err());
    let long = |bytes: usize| format!("{{\"orderedItems\":[\"{}\"]}}", "a".repeat(bytes));
    assert!(read(long(1_000_000).as_bytes()).is_ok());
    assert!(read(long(1_100_000).as_bytes()).is_err());
    let unread = format!(
        "{{\"x\":\"{}\",\"orderedItems\":[]}}",
        "a".repeat(1_100_000)
    );
    assert!(read(unread.as_bytes()).is_err());
}

#[test]
fn whoever_takes_the_activities_may_stop() {
    let outbox = br#"{"orderedItems":[1,2,3]}"#;
    let mut seen = 0;
    let refused = open(&archive(outbox)).unwrap().activities(|_| {
        seen += 1;
        Err(invalid("enough"))
    });
    assert!(refused.unwrap_err().to_string().contains("enough"));
    assert_eq!(seen, 1);
}
