-- How often a draft was saved: whoever remembers one knows by this number alone whether it is still the same, also when
-- another handle or another process has changed it.
ALTER TABLE drafts ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
