-- JSON: what there was to choose in a version of a status; [] where it asked nothing.
ALTER TABLE status_edits ADD COLUMN poll_options TEXT NOT NULL DEFAULT '[]';
