-- What people did at the desk, signed and chained.
CREATE TABLE desk_entries (
    seq INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE,
    at_ms INTEGER NOT NULL,
    act INTEGER NOT NULL,
    record BLOB,
    bytes BLOB NOT NULL
) STRICT;
CREATE INDEX desk_entries_record ON desk_entries (record, seq) WHERE record IS NOT NULL;
