-- Who may quote what somebody posts, where they do not say: domain::QuotePolicy, everybody.
ALTER TABLE users ADD COLUMN default_quote_policy INTEGER NOT NULL DEFAULT 131072;
