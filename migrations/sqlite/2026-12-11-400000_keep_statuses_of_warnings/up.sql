-- JSON list of numbers: what the report was about that led to the decision.
ALTER TABLE account_warnings ADD COLUMN status_ids TEXT NOT NULL DEFAULT '[]';
