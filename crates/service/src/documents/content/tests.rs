use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

const WORD: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml";

fn packed(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn types(of: &str) -> Vec<u8> {
    format!("<?xml version=\"1.0\"?><Types><Override PartName=\"/word/document.xml\" ContentType=\"{of}\"/></Types>")
        .into_bytes()
}

fn word(more: &[(&str, &[u8])]) -> Vec<u8> {
    let types = types(WORD);
    let usual: [(&str, &[u8]); 2] = [
        ("[Content_Types].xml", &types),
        ("word/document.xml", b"<w:document/>"),
    ];
    packed(&[&usual[..], more].concat())
}

/// Why a file with these bytes is refused; empty if it is not.
fn refusal(bytes: &[u8], said: DocumentType) -> String {
    let name = format!("staffroom-{:032x}.document", rand::random::<u128>());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, bytes).unwrap();
    let done = read(&path, said);
    std::fs::remove_file(&path).unwrap();
    match done {
        Ok(()) => String::new(),
        Err(Error::Invalid(reason)) => reason,
        Err(error) => panic!("{error:?}"),
    }
}

#[test]
fn what_a_document_is_its_content_says() {
    let text = packed(&[
        ("mimetype", DocumentType::Odt.mime().as_bytes()),
        ("content.xml", b"<office/>"),
        ("META-INF/manifest.xml", b"<manifest/>"),
    ]);
    for (bytes, said) in [
        (b"%PDF-1.7\n%%EOF".to_vec(), DocumentType::Pdf),
        (word(&[]), DocumentType::Docx),
        (text.clone(), DocumentType::Odt),
        ("Tê, 1\r\n\u{1f41d}\t2".into(), DocumentType::Csv),
        ("\u{feff}# Bees".into(), DocumentType::Markdown),
        (Vec::new(), DocumentType::Text),
    ] {
        assert_eq!(refusal(&bytes, said), "", "{said:?}");
    }
    let template = format!("{}-template", DocumentType::Odt.mime());
    for (bytes, said) in [
        (word(&[]), DocumentType::Xlsx),
        (word(&[]), DocumentType::Odt),
        (word(&[]), DocumentType::Pdf),
        (text.clone(), DocumentType::Ods),
        (text.clone(), DocumentType::Docx),
        (b"<!doctype html>%PDF-1.7".to_vec(), DocumentType::Pdf),
        (b"%PDF".to_vec(), DocumentType::Pdf),
        (
            packed(&[("mimetype", template.as_bytes())]),
            DocumentType::Odt,
        ),
        (
            packed(&[
                ("a", b"a"),
                ("mimetype", DocumentType::Odt.mime().as_bytes()),
            ]),
            DocumentType::Odt,
        ),
        (packed(&[("a", b"a")]), DocumentType::Docx),
        ([b"MZ".to_vec(), word(&[])].concat(), DocumentType::Docx),
    ] {
        let reason = refusal(&bytes, said);
        assert!(
            reason.ends_with("not what its name says"),
            "{said:?}: {reason}"
        );
    }
}

#[test]
fn what_runs_is_refused() {
    for name in [
        "word/vbaProject.bin",
        "xl/macrosheets/sheet1.xml",
        "word/activeX/a.xml",
    ] {
        let reason = refusal(&word(&[(name, b"x")]), DocumentType::Docx);
        assert!(reason.contains("macros"), "{name}: {reason}");
    }
    let types = types("application/vnd.ms-word.document.macroEnabled.main+xml");
    let macros = packed(&[("[Content_Types].xml", &types)]);
    assert!(refusal(&macros, DocumentType::Docx).contains("macros"));
    let open = packed(&[
        ("mimetype", DocumentType::Odp.mime().as_bytes()),
        ("Basic/Standard/Module1.xml", b"<script/>"),
    ]);
    assert!(refusal(&open, DocumentType::Odp).contains("macros"));
}

#[test]
fn a_bomb_is_not_unpacked() {
    let zeros = vec![0; 16 * 1_024 * 1_024];
    let bomb = word(&[("word/media/a.bmp", &zeros)]);
    assert!(bomb.len() < 100_000, "{}", bomb.len());
    assert!(refusal(&bomb, DocumentType::Docx).contains("unpacks"));
    let blank = vec![b' '; 2 * 1_024 * 1_024];
    let long = packed(&[("mimetype", &blank), ("a", &noise())]);
    assert!(refusal(&long, DocumentType::Odt).ends_with("not what its name says"));
}

/// So much that nothing packed with it seems a bomb.
fn noise() -> Vec<u8> {
    (0..64 * 1_024).map(|_| rand::random()).collect()
}

#[test]
fn of_two_entries_of_one_name_none_is_read() {
    let mut twice = word(&[("word/a.xml", b"a"), ("word/b.xml", b"b")]);
    let name = b"word/b.xml";
    let places: Vec<usize> = (0..twice.len() - name.len())
        .filter(|at| twice[*at..].starts_with(name))
        .collect();
    assert_eq!(places.len(), 2);
    for at in places {
        twice[at + 5] = b'a';
    }
    let reason = refusal(&twice, DocumentType::Docx);
    assert!(reason.ends_with("not what its name says"), "{reason}");
}

#[test]
fn a_text_is_text_to_its_end() {
    let piece = usize::try_from(PIECE).unwrap();
    // A letter of two bytes lies across the end of a piece.
    let long = format!("{}é and more", "a".repeat(piece - 1));
    assert_eq!(refusal(long.as_bytes(), DocumentType::Text), "");
    let mut cut = long.as_bytes()[..piece].to_vec();
    assert_ne!(refusal(&cut, DocumentType::Text), "");
    cut.push(b'b');
    assert_ne!(refusal(&cut, DocumentType::Text), "");
    for bad in [
        &b"a\0b"[..],
        b"men\xfa",
        b"\xff\xfea\0",
        b"\x7fELF",
        b"MZ\x90\0",
    ] {
        let reason = refusal(bad, DocumentType::Text);
        assert!(reason.contains("UTF-8"), "{bad:?}: {reason}");
    }
    for bad in [
        &b"  <!DOCTYPE html><p>"[..],
        b"\xef\xbb\xbf<svg xmlns",
        b"<script>",
        b"#!/bin/sh",
        b"%PDF-1.7",
        b"{\\rtf1",
    ] {
        let reason = refusal(bad, DocumentType::Text);
        assert!(reason.contains("begins as a page"), "{bad:?}: {reason}");
    }
}
