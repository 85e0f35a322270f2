//! Any bytes are a picture or are refused; what is kept of one is a picture, too, and says nothing else.

use service::media::{MOST_PIXELS, Purpose, process};

use super::{taken, wait};

/// Pixels of one that moves. To write more anew takes longer than anybody waits where nothing is optimised.
const MOST_MOVING: u32 = 65_536;

pub fn picture(bytes: &[u8]) {
    if let [b'G', b'I', b'F', _, _, _, a, b, c, d, ..] = bytes {
        let side = |low: &u8, high: &u8| u32::from(u16::from_le_bytes([*low, *high]));
        if side(a, b).saturating_mul(side(c, d)) > MOST_MOVING {
            return;
        }
    }
    let done = wait(process(bytes.to_vec().into(), Purpose::Attachment));
    let Some(kept) = taken(done) else {
        return;
    };
    assert!(kept.width > 0 && kept.height > 0);
    assert!(u64::from(kept.width) * u64::from(kept.height) <= MOST_PIXELS);
    let has = |word: &[u8]| kept.bytes.windows(word.len()).any(|part| part == word);
    assert!(!has(b"Exif\0\0") && !has(b"http://ns.adobe.com/xap/"));
}
