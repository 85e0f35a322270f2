ALTER TABLE mail_tokens DROP COLUMN email;
