//! Addresses as a tree: a request is led segment by segment, and what each `{name}` stands for is looked at once, by whatever
//! many routes follow. Each pattern of actix' costs 10 KB or more in each thread, and one after another would be tried.

use std::collections::BTreeMap;

use actix_web::web::{self, ServiceConfig};
use actix_web::{Resource, Route};

use crate::middleware::json_answers::unknown_route;

/// The routes that answer at one address, and the segments below it. A `{name}` stands behind all words, since `{` follows the
/// letters: `accounts/search` is never taken for the account `search`, whatever is added first.
#[derive(Default)]
pub struct Routes {
    routes: Vec<Route>,
    below: BTreeMap<&'static str, Routes>,
}

impl Routes {
    /// Adds what answers at `path`, which begins with a slash. The same segment has the same `{name}` in all paths.
    pub(crate) fn at<const N: usize>(
        &mut self,
        path: &'static str,
        routes: [Route; N],
    ) -> &mut Self {
        let mut at = &mut *self;
        for segment in path.split('/').skip(1) {
            at = at.below.entry(segment).or_default();
        }
        at.routes.extend(routes);
        self
    }

    /// Makes a scope of each segment that others follow, and a resource of each that is an end.
    pub fn configure(self, config: &mut ServiceConfig) {
        if !self.routes.is_empty() {
            config.service(resource("", self.routes));
        }
        for (segment, at) in self.below {
            let path = format!("/{segment}");
            if at.below.is_empty() {
                config.service(resource(&path, at.routes));
            } else {
                config.service(
                    web::scope(&path)
                        .configure(|config| at.configure(config))
                        .default_service(web::route().to(unknown_route)),
                );
            }
        }
    }
}

fn resource(path: &str, routes: Vec<Route>) -> Resource {
    routes
        .into_iter()
        .fold(web::resource(path), Resource::route)
}

#[cfg(test)]
mod tests {
    use super::Routes;

    fn look(routes: &Routes, above: &str) {
        let names: Vec<_> = (routes.below.keys())
            .filter(|segment| segment.starts_with('{'))
            .collect();
        assert!(names.len() < 2, "{above}: {names:?}");
        for (segment, below) in &routes.below {
            look(below, &format!("{above}/{segment}"));
        }
    }

    #[test]
    fn each_place_has_one_name() {
        look(&crate::routes::api(), "");
    }
}
