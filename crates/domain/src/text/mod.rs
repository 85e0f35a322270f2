//! What a status' text holds: mentions, hashtags and links, and how long it is.
