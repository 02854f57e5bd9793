-- What has been received, word for word, in the order of arrival (`id`).
CREATE TABLE records (
    id          INTEGER PRIMARY KEY,
    hash        BLOB    NOT NULL UNIQUE,
    kid         BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    prev        BLOB    NOT NULL,
    kind        INTEGER NOT NULL,
    station     TEXT,
    form        TEXT,
    pack        BLOB,
    supersedes  BLOB,
    training    INTEGER NOT NULL,
    received_ms INTEGER NOT NULL,
    bytes       BLOB    NOT NULL,
    receipt     BLOB    NOT NULL
) STRICT;
-- Not unique: two records under one number are a fork, and both are kept.
CREATE INDEX records_chain ON records (kid, seq);

-- Numbers that a device's own signed gap statement says are lost.
CREATE TABLE gaps (
    record INTEGER PRIMARY KEY REFERENCES records (id),
    kid    BLOB    NOT NULL,
    first  INTEGER NOT NULL,
    last   INTEGER NOT NULL
) STRICT;
CREATE INDEX gaps_chain ON gaps (kid, first);

CREATE TABLE forks (
    id        INTEGER PRIMARY KEY,
    kid       BLOB    NOT NULL,
    seq       INTEGER NOT NULL,
    first     BLOB    NOT NULL,
    second    BLOB    NOT NULL UNIQUE,
    statement BLOB    NOT NULL
) STRICT;
CREATE INDEX forks_first ON forks (first);

CREATE TABLE devices (
    kid         BLOB    PRIMARY KEY,
    public_key  BLOB    NOT NULL,
    observer    BLOB    NOT NULL,
    credential  BLOB    NOT NULL,
    invite      BLOB    NOT NULL REFERENCES invites (token_hash),
    enrolled_ms INTEGER NOT NULL,
    revoked_ms  INTEGER,
    -- Every number below this one is held or covered by a gap statement.
    dense       INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX devices_observer ON devices (observer);

-- Only the token's SHA-256: whoever reads this file cannot enrol with it.
CREATE TABLE invites (
    token_hash BLOB    PRIMARY KEY,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    role       INTEGER NOT NULL,
    stations   TEXT    NOT NULL,
    observer   BLOB    NOT NULL,
    used_by    BLOB,
    revoked_ms INTEGER
) STRICT;

CREATE TABLE messages (
    number   INTEGER PRIMARY KEY,
    observer BLOB    NOT NULL,
    bytes    BLOB    NOT NULL,
    sent_ms  INTEGER NOT NULL
) STRICT;
CREATE INDEX messages_observer ON messages (observer, number);

-- Inbox requests that have been answered; each is answered once.
CREATE TABLE request_nonces (
    kid   BLOB NOT NULL,
    nonce BLOB NOT NULL,
    PRIMARY KEY (kid, nonce)
) STRICT, WITHOUT ROWID;

-- What was refused lately, bounded; never the refused bytes.
CREATE TABLE refusals (
    subject    BLOB    PRIMARY KEY,
    kid_prefix BLOB,
    code       INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    first_ms   INTEGER NOT NULL,
    last_ms    INTEGER NOT NULL
) STRICT;
CREATE INDEX refusals_age ON refusals (last_ms);

-- How often each reason was given since the beginning.
CREATE TABLE refusal_counts (
    code  INTEGER PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT;
