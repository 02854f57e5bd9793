-- Files that records list, in the records' own order.
CREATE TABLE attachments (
    record   INTEGER NOT NULL REFERENCES records (id),
    position INTEGER NOT NULL,
    media    BLOB    NOT NULL,
    size     INTEGER NOT NULL,
    mime     TEXT    NOT NULL,
    role     INTEGER NOT NULL,
    -- The original a preview or a redacted copy was made from.
    original BLOB,
    label    TEXT,
    PRIMARY KEY (record, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX attachments_media ON attachments (media);
CREATE INDEX attachments_original ON attachments (original) WHERE original IS NOT NULL;

-- One device's upload of one file, whichever of its records list it. How far it has come is not here but in the
-- length of the file itself, so that the two can never disagree.
CREATE TABLE uploads (
    token      BLOB    PRIMARY KEY,
    kid        BLOB    NOT NULL,
    media      BLOB    NOT NULL,
    size       INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    -- When bytes last came; what lies still for too long expires.
    touched_ms INTEGER NOT NULL,
    expired    INTEGER NOT NULL DEFAULT 0,
    mismatches INTEGER NOT NULL DEFAULT 0,
    receipt    BLOB,
    UNIQUE (kid, media)
) STRICT;
CREATE INDEX uploads_unfinished ON uploads (touched_ms) WHERE receipt IS NULL AND expired = 0;

-- Files that are held, whoever sent them.
CREATE TABLE media (
    hash        BLOB    PRIMARY KEY,
    size        INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    -- What a look at the picture found; 0 until then.
    examined    INTEGER NOT NULL DEFAULT 0,
    width       INTEGER,
    height      INTEGER,
    -- Close for pictures that look alike.
    likeness    BLOB,
    -- What the file says about itself, as JSON.
    claims      TEXT
) STRICT;
CREATE INDEX media_unexamined ON media (received_ms) WHERE examined = 0;

-- Uploads whose bytes were not the signed ones; bounded per upload.
CREATE TABLE mismatches (
    id      INTEGER PRIMARY KEY,
    token   BLOB    NOT NULL REFERENCES uploads (token),
    found   BLOB    NOT NULL,
    size    INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX mismatches_upload ON mismatches (token, id);

-- Copies made for publication, and the signed statement of what they are copies of.
CREATE TABLE redactions (
    media     BLOB    PRIMARY KEY,
    original  BLOB    NOT NULL,
    size      INTEGER NOT NULL,
    made_ms   INTEGER NOT NULL,
    statement BLOB    NOT NULL
) STRICT;
CREATE INDEX redactions_original ON redactions (original, made_ms);

CREATE INDEX records_station ON records (station, id);
