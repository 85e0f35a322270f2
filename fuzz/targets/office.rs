//! A document such as a lesson plan: the first byte says of which type it is to be. It is, or is refused.

use domain::DocumentType;

use super::{on_disk, taken, wait};

pub fn office(bytes: &[u8]) {
    let Some((first, content)) = bytes.split_first() else {
        return;
    };
    let said = DocumentType::ALL[usize::from(*first) % DocumentType::ALL.len()];
    let file = on_disk(content);
    let done = wait(service::fuzzed::document(file.path().to_owned(), said));
    if taken(done).is_none() {
        return;
    }
    match said {
        DocumentType::Pdf => assert!(content.starts_with(b"%PDF-")),
        DocumentType::Text | DocumentType::Csv | DocumentType::Markdown => {
            let text = std::str::from_utf8(content).unwrap();
            assert!(!text.contains('\0') && !text.starts_with("<html"));
        }
        _ => assert!(content.starts_with(b"PK\x03\x04")),
    }
}
