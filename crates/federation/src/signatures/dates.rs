//! Dates in HTTP headers: RFC 9110, section 5.6.7.

use chrono::{DateTime, NaiveDateTime};

/// `Sun, 06 Nov 1994 08:49:37 GMT`.
#[must_use]
pub fn format_http_date(time: NaiveDateTime) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// Reads the one form that servers write today; the two obsolete ones are not accepted.
#[must_use]
pub fn parse_http_date(text: &str) -> Option<NaiveDateTime> {
    let time = DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some(time.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_parses_what_it_prints() {
        let text = "Sun, 06 Nov 1994 08:49:37 GMT";
        let time = parse_http_date(text).unwrap();
        assert_eq!(time.and_utc().timestamp(), 784_111_777);
        assert_eq!(format_http_date(time), text);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for bad in [
            "",
            "yesterday",
            "1994-11-06T08:49:37Z",
            "Sun, 06 Nov 1994",
            "Sun, 06 Nov 99999999999 08:49:37 GMT",
        ] {
            assert_eq!(parse_http_date(bad), None, "{bad}");
        }
    }
}
