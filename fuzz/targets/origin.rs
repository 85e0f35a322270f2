//! An origin prints as itself, and no authority smuggles in a path.

use federation::net::is_activity_json;
use federation::origin::Origin;

pub fn origin(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    if let Some(origin) = Origin::parse(text) {
        assert_eq!(Origin::parse(&origin.to_string()).as_ref(), Some(&origin));
        let named = origin.with_authority(&origin.authority());
        assert_eq!(named.as_ref(), Some(&origin));
    }
    let ours = Origin::parse("https://school.example/").unwrap();
    if let Some(named) = ours.with_authority(text) {
        assert_eq!(Origin::parse(&named.to_string()).as_ref(), Some(&named));
    }
    let _ = is_activity_json(text);
}
