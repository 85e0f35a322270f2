DROP TABLE endorsements;
DROP TABLE account_notes;
DROP TABLE conversation_mutes;
DROP TABLE mutes;
