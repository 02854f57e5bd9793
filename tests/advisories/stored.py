"""The copy of the RustSec advisory database that this repository keeps, so that a check needs no network.

`advisories.json` beside this file holds facts only: which versions of which crate, since when, where to read on. What an advisory explains stands
in the database. One advisory a line, so that a newer copy is a short diff.
"""

import json
import pathlib

FILE = pathlib.Path(__file__).with_name("advisories.json")


class Stored:
    """What the copy knows, and what it does not.

    date       the day it stands for: nothing that came later is in it
    source     where it is from
    since      the day from which on it is complete; older advisories may be missing. None where nothing is
    crates     the crates that were looked up; None where all were
    advisories each with id, crate, date, title, patched, unaffected, and kind where it is no vulnerability
    """

    def __init__(self, date, source, advisories, since=None, crates=None):
        self.date, self.source, self.since = date, source, since
        self.crates = None if crates is None else sorted(crates)
        self.advisories = sorted(advisories, key=lambda advisory: (advisory["crate"], advisory["id"]))

    @classmethod
    def read(cls, file=FILE):
        return cls(**json.loads(file.read_text()))

    def write(self, file=FILE):
        head = {"date": self.date, "source": self.source, "since": self.since, "crates": self.crates}
        lines = [json.dumps(advisory, ensure_ascii=False) for advisory in self.advisories]
        head_text = json.dumps({name: value for name, value in head.items() if value is not None}, ensure_ascii=False)
        body = ",\n".join(lines)
        file.write_text(f'{head_text[:-1]}, "advisories": [\n{body}\n]}}\n')

    def covers(self, crate):
        return self.crates is None or crate in self.crates
