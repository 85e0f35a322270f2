DROP INDEX access_tokens_revoked_at;
