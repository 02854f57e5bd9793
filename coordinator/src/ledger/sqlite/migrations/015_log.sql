-- The transparency log: what has a place in it. Places are dense from 0, and none changes.
CREATE TABLE log_entries (
    place INTEGER PRIMARY KEY,
    hash  BLOB    NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER log_entries_stay BEFORE DELETE ON log_entries BEGIN SELECT RAISE(ABORT, 'log entries are not deleted'); END;
CREATE TRIGGER log_entries_stand BEFORE UPDATE ON log_entries BEGIN SELECT RAISE(ABORT, 'log entries are not changed'); END;

-- The newest checkpoint that was signed, and up to which size the log's files are complete. The other columns: up to where each source
-- is in the log for certain.
CREATE TABLE log_head (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    size        INTEGER NOT NULL,
    checkpoint  BLOB    NOT NULL,
    written     INTEGER NOT NULL,
    records     INTEGER NOT NULL,
    entries     INTEGER NOT NULL,
    revocations INTEGER NOT NULL
) STRICT;
