-- What versions before this one left behind of people who are gone, and of posts that are deleted. The accounts are looked
-- through once; all else is by index.
CREATE TEMPORARY TABLE departed AS
SELECT id, host IS NULL AS is_ours FROM accounts WHERE deleted_at IS NOT NULL;
ANALYZE departed;

-- What was theirs alone, or told to them alone.
DELETE FROM account_domain_blocks WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM account_notes WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM bookmarks WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM conversation_mutes WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM conversations WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM dismissed_suggestions WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM featured_tags WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM filters WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM home_feed WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM lists WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM mutes WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM network_halves WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM notification_permissions WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM notification_policies WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM notification_requests WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM scheduled_statuses WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM tag_follows WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM notifications WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM account_warnings WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM severances WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM collections WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM collection_items WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM annual_reports WHERE account_id IN (SELECT id FROM departed WHERE is_ours);
DELETE FROM practice_settings WHERE account_id IN (SELECT id FROM departed WHERE is_ours);

-- Their favourites and votes are taken back in turns, with the counts, as of whoever leaves from now on. No work has the id
-- of an account.
INSERT INTO jobs (id, payload, run_at, attempts, created_at)
SELECT id, '{"RemoveDeeds":{"account":"' || id || '"}}', now() AT TIME ZONE 'UTC', 0, now() AT TIME ZONE 'UTC'
FROM departed
WHERE EXISTS (SELECT 1 FROM favourites WHERE favourites.account_id = departed.id)
OR EXISTS (SELECT 1 FROM poll_votes WHERE poll_votes.account_id = departed.id)
ON CONFLICT DO NOTHING;

DROP TABLE departed;

-- Earlier words of what is deleted.
DELETE FROM status_edits WHERE EXISTS (
    SELECT 1 FROM statuses WHERE statuses.id = status_edits.status_id AND statuses.deleted_at IS NOT NULL
);
