CREATE INDEX access_tokens_revoked_at ON access_tokens (revoked_at) WHERE revoked_at IS NOT NULL;
-- Whose handle begins so; SQLite uses the unique index for that.
CREATE INDEX accounts_handle_key_beginning ON accounts (handle_key text_pattern_ops);
