DROP TABLE reported_words;
