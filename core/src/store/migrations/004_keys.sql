-- Records that the coordinator refused because another one has their number: to be sealed anew under another key.
CREATE TABLE renumber (
    record INTEGER PRIMARY KEY REFERENCES records (id)
) STRICT;

-- Keys this device signed with before the one it signs with now: what the deployment said of each, and its word on the key
-- that goes on for it.
CREATE TABLE former_keys (
    number     INTEGER PRIMARY KEY,
    kid        BLOB NOT NULL UNIQUE,
    credential BLOB NOT NULL,
    succession BLOB NOT NULL,
    ended_ms   INTEGER NOT NULL
) STRICT;
