-- The invitations of somebody, and those who came by one.
CREATE INDEX invites_user_id ON invites (user_id, id);
CREATE INDEX users_invite_id ON users (invite_id) WHERE invite_id IS NOT NULL;
