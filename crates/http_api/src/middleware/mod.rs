//! What happens to every request before and after its handler.

pub mod as_sent;
pub mod client_address;
pub mod cors;
pub mod head;
pub mod in_time;
pub mod json_answers;
pub mod rate_limit;
pub mod request_id;
pub mod token_in_body;
pub mod trailing_slash;
pub mod turned_away;
pub mod upgrade;
