DROP TABLE authorization_codes;
DROP TABLE access_tokens;
DROP TABLE applications;
