//! A handle that is understood prints as itself.

use domain::handle::is_username;
use domain::{Handle, Host};

pub fn handle(bytes: &[u8]) {
    let text = &*String::from_utf8_lossy(bytes);
    if let Ok(handle) = text.parse::<Handle>() {
        assert!(is_username(&handle.username));
        assert_eq!(handle.to_string().parse::<Handle>().as_ref(), Ok(&handle));
    }
    if let Ok(host) = text.parse::<Host>() {
        assert_eq!(host.to_string().parse::<Host>().as_ref(), Ok(&host));
    }
}
