-- What each device has used in an hour, counted since 1970; rows of hours that no budget asks for are swept.
CREATE TABLE usage (
    kid          BLOB    NOT NULL,
    hour         INTEGER NOT NULL,
    records      INTEGER NOT NULL,
    record_bytes INTEGER NOT NULL,
    file_bytes   INTEGER NOT NULL,
    wrong_files  INTEGER NOT NULL,
    PRIMARY KEY (kid, hour)
) STRICT, WITHOUT ROWID;
CREATE INDEX usage_hour ON usage (hour);
