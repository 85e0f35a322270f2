DROP TABLE sign_in_failures;
DROP TABLE sessions;
DROP TABLE mail_tokens;
DROP TABLE invites;
DROP TABLE users;
