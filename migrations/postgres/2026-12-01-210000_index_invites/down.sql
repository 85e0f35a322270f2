DROP INDEX users_invite_id;
DROP INDEX invites_user_id;
