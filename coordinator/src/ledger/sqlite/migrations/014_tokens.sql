-- What programs show that read from the desk: of each token only the SHA-256 of its secret part is kept. None is ever deleted, so that
-- a name stands for one token for ever; they are revoked, or end.
CREATE TABLE tokens (
    id         BLOB    PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    scopes     INTEGER NOT NULL,
    hash       BLOB    NOT NULL,
    created_ms INTEGER NOT NULL,
    ends_ms    INTEGER NOT NULL,
    revoked_ms INTEGER,
    used_ms    INTEGER
) STRICT;

-- Whom the desk tells by itself, and how far each of them was told: every arrival up to `arrival`. Secrets follow from the id and a
-- secret that is not in this file.
CREATE TABLE webhooks (
    id           BLOB    PRIMARY KEY,
    url          TEXT    NOT NULL,
    events       TEXT    NOT NULL,
    authorities  BLOB,
    inside       INTEGER NOT NULL,
    created_ms   INTEGER NOT NULL,
    arrival      INTEGER NOT NULL,
    told         INTEGER NOT NULL DEFAULT 0,
    told_ms      INTEGER,
    failures     INTEGER NOT NULL DEFAULT 0,
    next_ms      INTEGER NOT NULL DEFAULT 0,
    trouble      TEXT,
    stopped_ms   INTEGER
) STRICT;
