-- Since when a status is held back as likely spam: until somebody has looked at it, it is shown to nobody.
ALTER TABLE statuses ADD COLUMN held_at TIMESTAMP;
CREATE INDEX statuses_held ON statuses (held_at) WHERE held_at IS NOT NULL;
