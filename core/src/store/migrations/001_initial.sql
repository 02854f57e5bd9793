-- Frozen once released: a change is a new file with the next number.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE packs (
    hash     BLOB PRIMARY KEY,
    bytes    BLOB NOT NULL,
    added_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE drafts (
    id      BLOB PRIMARY KEY,
    content BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The journal and the outbox. `bytes` are exactly what was signed; what stands before them is a copy for queries, and
-- where the record stands on its way (`state` as numbered in store/queue.rs).
--
-- Every page written costs at sealing, while the observer waits. So journal and outbox share a row, and there is no
-- index: rows are appended in the order of their numbers, in one IMMEDIATE transaction with the look at the newest, and
-- finding one of 2,000 records by its hash takes a few milliseconds without.
CREATE TABLE records (
    id         INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL,
    kid        BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    sealed_ms  INTEGER NOT NULL,
    clock      BLOB NOT NULL,
    station    TEXT,
    form       TEXT,
    supersedes BLOB,
    priority   INTEGER NOT NULL,
    state      INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    wait       BLOB,
    detail     TEXT,
    size       INTEGER NOT NULL,
    bytes      BLOB NOT NULL
) STRICT;

-- The coordinator's signed words about a record.
CREATE TABLE answers (
    record   INTEGER NOT NULL REFERENCES records (id),
    purpose  TEXT NOT NULL,
    bytes    BLOB NOT NULL,
    added_ms INTEGER NOT NULL,
    PRIMARY KEY (record, purpose)
) STRICT, WITHOUT ROWID;

-- Every attempt, written down before the network is touched.
CREATE TABLE attempts (
    id         INTEGER PRIMARY KEY,
    purpose    TEXT NOT NULL,
    records    INTEGER NOT NULL,
    started_ms INTEGER NOT NULL,
    ended_ms   INTEGER,
    outcome    TEXT,
    bytes_out  INTEGER NOT NULL DEFAULT 0,
    bytes_in   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE messages (
    number   INTEGER PRIMARY KEY,
    bytes    BLOB NOT NULL,
    added_ms INTEGER NOT NULL,
    read_ms  INTEGER
) STRICT;
