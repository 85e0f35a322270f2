DROP TABLE practice_reminders;
DROP TABLE practice_settings;
DROP TABLE practice_answers;
DROP TABLE practice_terms;
DROP TABLE practices;
