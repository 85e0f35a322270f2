//! What is said of films and sounds besides what is said of pictures: how long they are, and what stands for them.
//! <https://www.w3.org/TR/activitystreams-vocabulary/#dfn-duration>

use domain::FilmFacts;
use serde_json::{Map, Value, json};
use service::App;
use storage::media::Media;

/// The longest that is believed: a hundred days.
const LONGEST: f64 = 8_640_000.0;

const DAYS: [(char, f64); 1] = [('D', 86_400.0)];
const TIMES: [(char, f64); 3] = [('H', 3_600.0), ('M', 60.0), ('S', 1.0)];

/// `duration`, and the `icon` that Mastodon shows before a film is played.
pub(super) fn described(app: &App, media: &Media) -> Map<String, Value> {
    let mut said = Map::new();
    let facts = media
        .facts
        .as_deref()
        .map(serde_json::from_str::<FilmFacts>);
    let duration = facts.and_then(Result::ok).and_then(|facts| facts.duration);
    if let Some(seconds) = duration {
        said.insert("duration".to_owned(), json!(format!("PT{seconds}S")));
    }
    if let Some(file) = &media.thumbnail {
        let mime = if file.ends_with(".png") {
            "image/png"
        } else {
            "image/jpeg"
        };
        let icon =
            json!({ "type": "Image", "mediaType": mime, "url": app.addresses().media(file) });
        said.insert("icon".to_owned(), icon);
    }
    said
}

/// Seconds of an `xsd:duration` of days, hours, minutes and seconds: `PT1H2M3.5S`.
pub(super) fn seconds(duration: &str) -> Option<f64> {
    let rest = duration.strip_prefix('P')?;
    let (days, times) = rest.split_once('T').unwrap_or((rest, ""));
    let mut total = 0.0;
    for (mut text, units) in [(days, DAYS.as_slice()), (times, TIMES.as_slice())] {
        for (letter, worth) in units {
            if let Some((number, after)) = text.split_once(*letter) {
                total += number.parse::<f64>().ok()? * worth;
                text = after;
            }
        }
        if !text.is_empty() {
            return None;
        }
    }
    (total > 0.0 && total <= LONGEST).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_others_write_them() {
        for (text, expected) in [
            ("PT5.58S", Some(5.58)),
            ("PT1H2M3S", Some(3_723.0)),
            ("P1DT1S", Some(86_401.0)),
            ("PT90M", Some(5_400.0)),
            ("P1Y", None),
            ("PT", None),
            ("PTS", None),
            ("PT1S2M", None),
            ("PTinfS", None),
            ("PT1e30S", None),
            ("five", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
