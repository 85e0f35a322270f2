//! Ids, scopes and the parameters of a page, as they stand in addresses: they print as themselves, and no page is too large.

use domain::page::cursor;
use domain::{Scopes, StatusId};
use http_api::extract::PageParams;

pub fn ids(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    if let Ok(id) = text.parse::<StatusId>() {
        assert!(text.bytes().all(|byte| byte.is_ascii_digit()));
        assert_eq!(id.to_string().parse::<StatusId>(), Ok(id));
        let json = serde_json::to_string(&id).unwrap();
        assert_eq!(serde_json::from_str::<StatusId>(&json).unwrap(), id);
        assert_eq!(cursor(text), Some(id.0));
    }
    assert!(cursor(text).is_none_or(|cursor| cursor >= 0));
    if let Ok(scopes) = Scopes::parse(text) {
        let printed = scopes.names().collect::<Vec<_>>().join(" ");
        assert_eq!(Scopes::parse(&printed), Ok(scopes));
        assert!(scopes.is_subset_of(scopes));
    }
    if let Ok(params) = serde_json::from_slice::<PageParams>(bytes) {
        let page = params.page(20, 40);
        assert!((0..=40).contains(&page.limit));
        assert!(page.max_id.is_none_or(|id| id >= 0));
    }
}
