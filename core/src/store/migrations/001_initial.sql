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

-- The journal. `bytes` are exactly what was signed; everything else is a copy for queries.
CREATE TABLE records (
    id         INTEGER PRIMARY KEY,
    hash       BLOB NOT NULL UNIQUE,
    kid        BLOB NOT NULL,
    seq        INTEGER NOT NULL,
    kind       INTEGER NOT NULL,
    sealed_ms  INTEGER NOT NULL,
    station    TEXT,
    form       TEXT,
    supersedes BLOB,
    bytes      BLOB NOT NULL,
    UNIQUE (kid, seq)
) STRICT;

-- One row per record, from sealing on; `state` as numbered in outbox/machine.rs.
CREATE TABLE outbox (
    record   INTEGER PRIMARY KEY REFERENCES records (id),
    priority INTEGER NOT NULL,
    size     INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    wait     BLOB,
    detail   TEXT
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
