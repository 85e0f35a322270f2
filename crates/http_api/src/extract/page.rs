//! Which page of a list is asked for.
//! <https://docs.joinmastodon.org/api/guidelines/#pagination>

use domain::Page;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::lenient::Text;

/// The parameters of every list. None of them is ever refused.
#[derive(Debug, Clone, Default, Deserialize, Serialize, ToSchema)]
#[serde(default)]
pub struct PageParams {
    pub max_id: Text,
    pub since_id: Text,
    pub min_id: Text,
    pub limit: Text,
}

impl PageParams {
    /// The page, of `default` rows where no size is asked for, and never of more than `max`. As in Mastodon, -3 means 3,
    /// and 0 none.
    #[must_use]
    pub fn page(&self, default: i64, max: i64) -> Page {
        Page {
            max_id: cursor(&self.max_id),
            since_id: cursor(&self.since_id),
            min_id: cursor(&self.min_id),
            limit: self
                .limit
                .filled()
                .and_then(|limit| limit.trim().parse().ok())
                .map_or(default, |limit: i64| limit.saturating_abs().min(max)),
        }
    }
}

fn cursor(text: &Text) -> Option<i64> {
    domain::page::cursor(text.filled()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(json: &str) -> Page {
        let params: PageParams = serde_json::from_str(json).unwrap();
        params.page(20, 40)
    }

    #[test]
    fn the_limit_is_silently_cut() {
        for (limit, rows) in [
            ("null", 20),
            ("5", 5),
            ("\"5\"", 5),
            ("1000", 40),
            ("0", 0),
            ("-3", 3),
            ("\"many\"", 20),
            ("\"\"", 20),
        ] {
            assert_eq!(
                page(&format!(r#"{{"limit":{limit}}}"#)).limit,
                rows,
                "{limit}"
            );
        }
    }

    #[test]
    fn a_cursor_that_is_no_id_never_starts_again_at_the_top() {
        for (cursor, max_id) in [
            ("null", None),
            ("\"\"", None),
            ("\"116\"", Some(116)),
            ("116", Some(116)),
            ("\"undefined\"", Some(0)),
            ("\"-5\"", Some(0)),
            ("\"99999999999999999999\"", Some(i64::MAX)),
        ] {
            assert_eq!(
                page(&format!(r#"{{"max_id":{cursor}}}"#)).max_id,
                max_id,
                "{cursor}"
            );
        }
    }
}
