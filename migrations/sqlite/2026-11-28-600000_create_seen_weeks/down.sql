DROP TABLE seen_weeks;
