-- In the order they came (`id`), so that the oldest can go. Phones that name an epoch leave none.
CREATE TABLE nonces_in_order (
    id    INTEGER PRIMARY KEY,
    kid   BLOB    NOT NULL,
    nonce BLOB    NOT NULL,
    UNIQUE (kid, nonce)
) STRICT;
INSERT INTO nonces_in_order (kid, nonce) SELECT kid, nonce FROM request_nonces;
DROP TABLE request_nonces;
ALTER TABLE nonces_in_order RENAME TO request_nonces;
