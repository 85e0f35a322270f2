//! What happens is told at once to those who listen, and to nobody else.

mod doors;
pub mod ear;
mod events;
mod hidden;
mod processes;

use serde_json::{Value, json};

use crate::harness::Teacher;

fn id(entity: &Value) -> &str {
    entity["id"].as_str().unwrap()
}

async fn own_id(teacher: &Teacher) -> String {
    let own = teacher.get("/api/v1/accounts/verify_credentials").await;
    id(&own).to_owned()
}

async fn says(teacher: &Teacher, words: &str) -> Value {
    teacher.publish(json!({ "status": words })).await
}

async fn follows(teacher: &Teacher, other: &Teacher) {
    let path = format!("/api/v1/accounts/{}/follow", own_id(other).await);
    teacher.post(&path, Value::Null).await;
}
