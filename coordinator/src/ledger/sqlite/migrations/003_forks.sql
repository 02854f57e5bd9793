-- The statement about a fork is signed after the transaction that finds it, so a pair may have none for a while.
CREATE TABLE forks_with_and_without (
    id        INTEGER PRIMARY KEY,
    kid       BLOB    NOT NULL,
    seq       INTEGER NOT NULL,
    first     BLOB    NOT NULL,
    second    BLOB    NOT NULL UNIQUE,
    statement BLOB
) STRICT;
INSERT INTO forks_with_and_without SELECT id, kid, seq, first, second, statement FROM forks;
DROP TABLE forks;
ALTER TABLE forks_with_and_without RENAME TO forks;
CREATE INDEX forks_first ON forks (first);
CREATE INDEX forks_unsigned ON forks (id) WHERE statement IS NULL;
