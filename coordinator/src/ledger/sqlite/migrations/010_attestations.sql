-- What platforms said about devices. `evidence` is what came, the rest is what was found then.
CREATE TABLE attestations (
    kid         BLOB    PRIMARY KEY,
    received_ms INTEGER NOT NULL,
    challenge   BLOB    NOT NULL,
    evidence    BLOB    NOT NULL,
    result      TEXT    NOT NULL,
    level       TEXT,
    details     TEXT    NOT NULL
) STRICT;
CREATE INDEX attestations_by_outcome ON attestations (result, level);
