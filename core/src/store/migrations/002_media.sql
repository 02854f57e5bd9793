-- Photos, videos, sound: bit for bit as the camera gave them, and previews made from them.
--
-- A row without a hash is still being read in; it and its chunks go when that did not end well.
CREATE TABLE media (
    id          INTEGER PRIMARY KEY,
    hash        BLOB UNIQUE,
    size        INTEGER NOT NULL DEFAULT 0,
    mime        TEXT NOT NULL DEFAULT '',
    preview_of  BLOB,
    orientation INTEGER,
    taken       TEXT,
    added_ms    INTEGER NOT NULL,
    -- Where it stands on its way, as numbered in store/media.rs.
    state       INTEGER NOT NULL,
    priority    INTEGER NOT NULL DEFAULT 0,
    original    INTEGER NOT NULL DEFAULT 1,
    send_now    INTEGER NOT NULL DEFAULT 0,
    path        TEXT,
    sent        INTEGER NOT NULL DEFAULT 0,
    attempts    INTEGER NOT NULL DEFAULT 0,
    wait        BLOB,
    detail      TEXT,
    receipt     BLOB
) STRICT;

-- `id` is the file's row number times 2^24 plus the number of the piece: in the order they are read, without an index.
CREATE TABLE chunks (
    id    INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;
