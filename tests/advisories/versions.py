"""Versions of crates and the ranges that advisories give for them.

A range is one or more comparators joined by commas, all of which must hold, with the meaning that Cargo gives them. Unlike Cargo, a version
before a release (`1.0.0-rc.1`) is compared by its place in the order and by nothing else: an advisory means what lies between two versions.
"""

import functools
import re

NUMBERS = r"(\d+)(?:\.(\d+))?(?:\.(\d+))?"
TAIL = r"(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.+-]+)?"
COMPARATOR = re.compile(rf"\s*(>=|<=|>|<|=|\^|~)?\s*{NUMBERS}{TAIL}\s*")
VERSION = re.compile(rf"(\d+)\.(\d+)\.(\d+){TAIL}")


@functools.total_ordering
class Version:
    """A version by its place in the order; what stands behind a plus has none."""

    def __init__(self, major, minor, patch, before=None):
        self.numbers, self.before = (major, minor, patch), before

    @classmethod
    def read(cls, text):
        found = VERSION.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not a version")
        return cls(*(int(number) for number in found.groups()[:3]), found[4])

    def key(self):
        if self.before is None:
            return self.numbers, 1, ()
        # Numbers come before words, and numbers by their size (SemVer 2.0.0, §11).
        parts = [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.before.split(".")]
        return self.numbers, 0, tuple(parts)

    def __eq__(self, other):
        return self.key() == other.key()

    def __lt__(self, other):
        return self.key() < other.key()


def bounds(comparator):
    """What a comparator asks for: `(from, before)`, the first included and the second not, either of them None."""
    found = COMPARATOR.fullmatch(comparator)
    if not found:
        raise ValueError(f"{comparator!r} is not a range of versions")
    sign, major, minor, patch, before = found.groups()
    given = [int(number) for number in (major, minor, patch) if number is not None]
    first = Version(*given, *[0] * (3 - len(given)), before)
    # The first version that these numbers do not stand for any more; `0.22` stands for all of 0.22.
    whole = len(given) == 3
    following = _raised(given, len(given) - 1)
    if sign == ">=":
        return first, None
    if sign == "<":
        return None, first
    if sign == ">":
        return (_just_behind(first) if whole else following), None
    if sign == "<=":
        return None, (_just_behind(first) if whole else following)
    if sign == "=":
        return first, (_just_behind(first) if whole else following)
    if sign == "~":
        return first, _raised(given, min(1, len(given) - 1))
    # A caret, written or not: whatever does not change the first number that is not 0.
    significant = next((at for at, number in enumerate(given) if number), len(given) - 1)
    return first, _raised(given, significant)


def _raised(given, at):
    """The lowest of all versions that have a higher number there: one before a release, and none comes before `-0`."""
    return Version(*given[:at], given[at] + 1, *[0] * (2 - at), "0")


def _just_behind(version):
    """The lowest version above this one."""
    if version.before:
        return Version(*version.numbers, version.before + ".0")
    return _raised(list(version.numbers), 2)


def within(version, ranges):
    """Whether a version lies in at least one of these ranges."""
    return any(all(_holds(version, *bounds(part)) for part in one.split(",")) for one in ranges)


def _holds(version, first, before):
    return (first is None or version >= first) and (before is None or version < before)
