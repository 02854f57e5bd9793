-- People who sign in at the desk. None is ever deleted: what they did and saw names them. `handle` is the name as names are
-- compared, `roles` a set of bits, `totp` sealed under a secret that is not in this file, and `generation` another number after
-- every change that ends sessions.
CREATE TABLE accounts (
    person       BLOB    PRIMARY KEY,
    name         TEXT    NOT NULL,
    handle       TEXT    NOT NULL UNIQUE,
    roles        INTEGER NOT NULL,
    password     BLOB    NOT NULL,
    totp         BLOB    NOT NULL,
    totp_step    INTEGER NOT NULL DEFAULT 0,
    generation   INTEGER NOT NULL DEFAULT 1,
    created_ms   INTEGER NOT NULL,
    disabled_ms  INTEGER,
    signed_in_ms INTEGER
) STRICT;

-- Who looked at what about a person, and when. The numbers of one person are dense: a row that somebody took out leaves a gap.
CREATE TABLE views (
    id      INTEGER PRIMARY KEY,
    person  BLOB    NOT NULL REFERENCES accounts (person),
    number  INTEGER NOT NULL,
    at_ms   INTEGER NOT NULL,
    kind    INTEGER NOT NULL,
    subject TEXT    NOT NULL,
    UNIQUE (person, number)
) STRICT;
CREATE INDEX views_again ON views (person, kind, subject, at_ms);
CREATE TRIGGER views_stay BEFORE DELETE ON views BEGIN SELECT RAISE(ABORT, 'views are not deleted'); END;
CREATE TRIGGER views_stand BEFORE UPDATE ON views BEGIN SELECT RAISE(ABORT, 'views are not changed'); END;
