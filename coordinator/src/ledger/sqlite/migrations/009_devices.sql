-- What was said about trusting devices, word for word, in the order in which it was said (`id`).
CREATE TABLE revocations (
    id         INTEGER PRIMARY KEY,
    kid        BLOB    NOT NULL,
    dated_ms   INTEGER NOT NULL,
    last_seq   INTEGER,
    reinstated INTEGER NOT NULL,
    statement  BLOB    NOT NULL
) STRICT;
CREATE INDEX revocations_device ON revocations (kid, dated_ms);

-- Records that are kept apart, because their device is revoked: they do not count. One that came after the revocation is
-- withheld: nobody gets its receipt.
CREATE TABLE apart (
    record   INTEGER PRIMARY KEY REFERENCES records (id),
    kid      BLOB    NOT NULL,
    withheld INTEGER NOT NULL
) STRICT;
CREATE INDEX apart_device ON apart (kid, withheld);

-- Of a revoked device, the last number that is trusted; nothing: none is.
ALTER TABLE devices ADD COLUMN last_seq INTEGER;
-- The key that a device's key goes on for.
ALTER TABLE devices ADD COLUMN succeeds BLOB;
-- Until now a revoked device kept what it had delivered.
UPDATE devices SET last_seq = (SELECT MAX(seq) FROM records WHERE records.kid = devices.kid) WHERE revoked_ms IS NOT NULL;
