//! Figures for those who look after the server.
//! <https://docs.joinmastodon.org/methods/admin/measures/>, `dimensions` and `retention`

use actix_web::web::{self, Data};
use chrono::{DateTime, NaiveDate, NaiveTime};
use domain::Time;
use serde::{Deserialize, Serialize};
use service::App;
use service::moderation::metrics::{
    self, Amount, By, Cohort, Counted, Days, Dimension, Frequency, Measure, Measured, human_bytes,
};
use utoipa::ToSchema;

use super::super::{Answer, json};
use super::mistake;
use crate::ApiError;
use crate::entities::time::moment;
use crate::extract::scope::AdminReadAll;
use crate::extract::{Caller, Number, Params, Text, Words};
use crate::openapi::Operations;
use crate::routes::Routes;

pub(super) fn routes(routes: &mut Routes) {
    routes
        .at("/v1/admin/measures", [web::post().to(measures)])
        .at("/v1/admin/dimensions", [web::post().to(dimensions)])
        .at("/v1/admin/retention", [web::post().to(retention)]);
}

pub(super) fn operations(api: &mut Operations) {
    api.post(
        "/v1/admin/measures",
        "How much there was of what, day by day",
        measures,
    )
    .lists::<AdminMeasure>();
    api.post(
        "/v1/admin/dimensions",
        "What there was most of, by kind",
        dimensions,
    )
    .lists::<AdminDimension>();
    api.post(
        "/v1/admin/retention",
        "How many of those who signed up came again",
        retention,
    )
    .lists::<AdminCohort>();
}

/// Of which tag, by its id, which is its name; or of which server.
#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Which {
    id: Text,
    domain: Text,
}

#[derive(Deserialize, Serialize, Default, ToSchema)]
#[serde(default)]
struct Asked {
    keys: Words,
    start_at: Text,
    end_at: Text,
    frequency: Text,
    limit: Number,
    tag_accounts: Which,
    tag_uses: Which,
    tag_servers: Which,
    tag_languages: Which,
    instance_accounts: Which,
    instance_media_attachments: Which,
    instance_reports: Which,
    instance_statuses: Which,
    instance_follows: Which,
    instance_followers: Which,
    instance_languages: Which,
}

impl Asked {
    fn days(&self) -> Result<Days, ApiError> {
        let first = day("Start at", &self.start_at)?;
        let last = day("End at", &self.end_at)?;
        Ok(Days::new(first, last)?)
    }

    /// What is known of what is asked for, each once, with its name.
    fn known<T>(
        &self,
        read: impl Fn(&Self, &str) -> Result<Option<T>, ApiError>,
    ) -> Result<Vec<(String, T)>, ApiError> {
        let mut found: Vec<(String, T)> = Vec::new();
        for key in self.keys.as_slice() {
            if found.iter().all(|(known, _)| known != key)
                && let Some(asked) = read(self, key)?
            {
                found.push((key.clone(), asked));
            }
        }
        Ok(found)
    }

    fn measured(&self, key: &str) -> Result<Option<Measured>, ApiError> {
        let tag = |what, which: &Which| Ok(Some(Measured::OfTag(what, named(&which.id, "Id")?)));
        let instance = |what, which: &Which| {
            let host = named(&which.domain, "Domain")?;
            Ok(Some(Measured::OfInstance(what, host)))
        };
        match key {
            "active_users" => Ok(Some(Measured::ActiveUsers)),
            "new_users" => Ok(Some(Measured::Counted(Counted::NewUsers))),
            "interactions" => Ok(Some(Measured::Interactions)),
            "opened_reports" => Ok(Some(Measured::Counted(Counted::OpenedReports))),
            "resolved_reports" => Ok(Some(Measured::ResolvedReports)),
            "tag_accounts" => tag(Counted::TagAccounts, &self.tag_accounts),
            "tag_uses" => tag(Counted::TagUses, &self.tag_uses),
            "tag_servers" => tag(Counted::TagServers, &self.tag_servers),
            "instance_accounts" => instance(Counted::InstanceAccounts, &self.instance_accounts),
            "instance_media_attachments" => {
                instance(Counted::InstanceMedia, &self.instance_media_attachments)
            }
            "instance_reports" => instance(Counted::InstanceReports, &self.instance_reports),
            "instance_statuses" => instance(Counted::InstanceStatuses, &self.instance_statuses),
            "instance_follows" => instance(Counted::InstanceFollows, &self.instance_follows),
            "instance_followers" => instance(Counted::InstanceFollowers, &self.instance_followers),
            _ => Ok(None),
        }
    }

    fn dimension(&self, key: &str) -> Result<Option<Dimension>, ApiError> {
        let tag = |by, which: &Which| Ok(Some(Dimension::OfTag(by, named(&which.id, "Id")?)));
        match key {
            "languages" => Ok(Some(Dimension::Languages)),
            "servers" => Ok(Some(Dimension::Servers)),
            "space_usage" => Ok(Some(Dimension::SpaceUsage)),
            "software_versions" => Ok(Some(Dimension::SoftwareVersions)),
            "sources" => Ok(Some(Dimension::Unknown)),
            "tag_servers" => tag(By::TagServer, &self.tag_servers),
            "tag_languages" => tag(By::TagLanguage, &self.tag_languages),
            "instance_accounts" => {
                named(&self.instance_accounts.domain, "Domain")?;
                Ok(Some(Dimension::Unknown))
            }
            "instance_languages" => {
                let host = named(&self.instance_languages.domain, "Domain")?;
                Ok(Some(Dimension::OfInstance(By::InstanceLanguage, host)))
            }
            _ => Ok(None),
        }
    }
}

fn named(text: &Text, what: &str) -> Result<String, ApiError> {
    let name = text.filled().map(str::to_owned);
    name.ok_or_else(|| mistake(&format!("{what} can't be blank")))
}

/// A date, or the date of a moment.
fn day(what: &str, text: &Text) -> Result<NaiveDate, ApiError> {
    let text = text.filled().map(str::trim);
    let text = text.ok_or_else(|| mistake(&format!("{what} can't be blank")))?;
    let moment = || DateTime::parse_from_rfc3339(text).map(|moment| moment.to_utc().date_naive());
    let day = text.parse().or_else(|_| moment());
    day.map_err(|_| mistake(&format!("{what} is invalid")))
}

fn midnight(day: NaiveDate) -> Time {
    day.and_time(NaiveTime::MIN)
}

/// <https://docs.joinmastodon.org/entities/Admin_Measure/>
#[derive(Serialize, ToSchema)]
struct AdminMeasure {
    key: String,
    #[schema(value_type = Option<String>, required)]
    unit: Option<&'static str>,
    total: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    human_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    previous_total: Option<String>,
    data: Vec<OfDay>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AdminMeasureData)]
struct OfDay {
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    date: Time,
    value: String,
}

impl AdminMeasure {
    fn new(key: String, measure: Measure) -> Self {
        let is_size = key == "instance_media_attachments";
        let of_day = |(day, value): (NaiveDate, i64)| OfDay {
            date: midnight(day),
            value: value.to_string(),
        };
        Self {
            key,
            unit: is_size.then_some("bytes"),
            total: measure.total.to_string(),
            human_value: is_size.then(|| human_bytes(measure.total)),
            previous_total: measure.previous_total.map(|total| total.to_string()),
            data: measure.days.into_iter().map(of_day).collect(),
        }
    }
}

async fn measures(_: Caller<AdminReadAll>, params: Params<Asked>, app: Data<App>) -> Answer {
    let days = params.0.days()?;
    let (keys, asked): (Vec<_>, Vec<_>) = params.0.known(Asked::measured)?.into_iter().unzip();
    let found = metrics::measures(&app, asked, days).await?;
    let measure = |(key, measure)| AdminMeasure::new(key, measure);
    json(keys.into_iter().zip(found).map(measure).collect::<Vec<_>>())
}

/// <https://docs.joinmastodon.org/entities/Admin_Dimension/>
#[derive(Serialize, ToSchema)]
struct AdminDimension {
    key: String,
    data: Vec<AdminAmount>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AdminDimensionData)]
struct AdminAmount {
    key: String,
    human_key: String,
    value: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    unit: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    human_value: Option<String>,
}

impl From<Amount> for AdminAmount {
    fn from(amount: Amount) -> Self {
        Self {
            key: amount.key,
            human_key: amount.human_key,
            value: amount.value,
            unit: amount.unit,
            human_value: amount.human_value,
        }
    }
}

async fn dimensions(_: Caller<AdminReadAll>, params: Params<Asked>, app: Data<App>) -> Answer {
    let days = params.0.days()?;
    let limit = params.0.limit.0.unwrap_or(10).clamp(1, 100);
    let (keys, asked): (Vec<_>, Vec<_>) = params.0.known(Asked::dimension)?.into_iter().unzip();
    let found = metrics::dimensions(&app, asked, days, limit).await?;
    let dimension = |(key, amounts): (String, Vec<Amount>)| AdminDimension {
        key,
        data: amounts.into_iter().map(Into::into).collect(),
    };
    json(
        keys.into_iter()
            .zip(found)
            .map(dimension)
            .collect::<Vec<_>>(),
    )
}

/// <https://docs.joinmastodon.org/entities/Admin_Cohort/>
#[derive(Serialize, ToSchema)]
struct AdminCohort {
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    period: Time,
    frequency: &'static str,
    data: Vec<CohortData>,
}

#[derive(Serialize, ToSchema)]
struct CohortData {
    #[serde(serialize_with = "moment")]
    #[schema(value_type = String, format = DateTime)]
    date: Time,
    /// Of all who signed up in the period; from 0 to 1.
    rate: f64,
    value: String,
}

async fn retention(_: Caller<AdminReadAll>, params: Params<Asked>, app: Data<App>) -> Answer {
    let days = params.0.days()?;
    let (frequency, name) = match params.0.frequency.filled() {
        Some("month") => (Frequency::Month, "month"),
        Some("day") | None => (Frequency::Day, "day"),
        Some(_) => return Err(mistake("Frequency is not included in the list")),
    };
    let found = metrics::retention(&app, days, frequency).await?;
    let cohort = |cohort: Cohort| AdminCohort {
        period: midnight(cohort.period),
        frequency: name,
        data: cohort
            .stayed
            .into_iter()
            .map(|(day, people)| CohortData {
                date: midnight(day),
                rate: f64::from(people) / f64::from(cohort.people.max(1)),
                value: people.to_string(),
            })
            .collect(),
    };
    json(found.into_iter().map(cohort).collect::<Vec<_>>())
}
