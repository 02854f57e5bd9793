#!/usr/bin/env python3
"""Lets SQLCipher as others build it, with OpenSSL, judge a store.

It must find every page authentic and the database sound, see what was written, and write itself, which we must read again. With
another key it must read nothing.
"""

import pathlib
import subprocess
import sys
import tempfile

from sqlcipher3 import dbapi2 as sqlite

from tools import Tally, arguments

KEY = "07" * 32


def opened(path, key):
    connection = sqlite.connect(str(path))
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    return connection


def main():
    given = arguments(__doc__, program="test-store, which makes a store whose key is known")
    tally = Tally(given.verbose)
    with tempfile.TemporaryDirectory() as folder:

        def run(what):
            done = subprocess.run([given.program, what, folder], check=True, capture_output=True, text=True)
            return done.stdout.split("\n")

        tally.check(run("write")[0] == "300", "300 drafts are written")
        path = pathlib.Path(folder) / "kuager.db"
        tally.check(b"SQLite format" not in path.read_bytes()[:64], "the file shows no header")
        connection = opened(path, KEY)
        (provider,) = connection.execute("PRAGMA cipher_provider").fetchone()
        tally.check(provider == "openssl", f"the judge calculates with {provider}")
        tally.check(connection.execute("PRAGMA cipher_integrity_check").fetchall() == [], "every page is authentic")
        tally.check(connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)], "the database is sound")
        tally.check(connection.execute("SELECT count(*) FROM drafts").fetchone() == (300,), "the judge sees all drafts")
        connection.execute("DELETE FROM drafts WHERE hex(id) < '55'")
        connection.commit()
        connection.execute("VACUUM")
        left = connection.execute("SELECT count(*) FROM drafts").fetchone()[0]
        connection.close()
        tally.check(run("read")[0] == str(left) and 0 < left < 300, f"what the judge wrote is read: {left} drafts")
        wrong = opened(path, "08" * 32)
        try:
            wrong.execute("SELECT count(*) FROM drafts")
            tally.check(False, "another key reads nothing")
        except sqlite.DatabaseError:
            tally.check(True, "another key reads nothing")
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
