-- Which record a word is about, so that it is shown with it.
ALTER TABLE records ADD COLUMN follows BLOB;
CREATE INDEX records_follows ON records (follows) WHERE follows IS NOT NULL;
-- Notes that were there before, and are not read yet for what they are about.
CREATE TABLE unread_words (
    record INTEGER PRIMARY KEY REFERENCES records (id)
) STRICT;
INSERT INTO unread_words SELECT id FROM records WHERE kind = 6;
