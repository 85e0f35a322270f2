-- The address that a link confirms which is to take the place of the one so far.
ALTER TABLE mail_tokens ADD COLUMN email TEXT;
