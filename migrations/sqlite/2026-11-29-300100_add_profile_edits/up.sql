-- When somebody elsewhere last changed their profile, as their server says.
ALTER TABLE accounts ADD COLUMN edited_at TIMESTAMP;
