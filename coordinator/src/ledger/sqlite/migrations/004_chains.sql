-- Which numbers of a chain are held or stated lost, as a tree of words of 64 bits: on level 0 a bit is one number, on level n it says
-- that all 64^n numbers below it are there.
CREATE TABLE chain_words (
    kid      BLOB    NOT NULL,
    level    INTEGER NOT NULL,
    position INTEGER NOT NULL,
    bits     INTEGER NOT NULL,
    PRIMARY KEY (kid, level, position)
) STRICT, WITHOUT ROWID;
ALTER TABLE devices DROP COLUMN dense;

-- What does not hold in a chain, counted per kind. Of gaps, those that are open now; of everything else, whatever was met.
CREATE TABLE chain_faults (
    kid   BLOB    NOT NULL,
    kind  INTEGER NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (kid, kind)
) STRICT, WITHOUT ROWID;

-- The first records of a chain that show a fault; bounded per chain and kind.
CREATE TABLE fault_examples (
    record INTEGER NOT NULL REFERENCES records (id),
    kind   INTEGER NOT NULL,
    kid    BLOB    NOT NULL,
    PRIMARY KEY (record, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX fault_examples_chain ON fault_examples (kid, kind, record);

-- Records that were there before these tables and are not in them yet: those after `done`, up to `last`.
CREATE TABLE backfill (
    done INTEGER NOT NULL,
    last INTEGER NOT NULL
) STRICT;
INSERT INTO backfill SELECT 0, MAX(id) FROM records HAVING MAX(id) IS NOT NULL;
