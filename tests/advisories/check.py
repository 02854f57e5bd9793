#!/usr/bin/env python3
"""Checks the versions in Cargo.lock against the copy of the RustSec advisory database that is kept here. Needs no network.

    tests/advisories/check.py [ROOT]

Says which day the copy stands for and what it does not cover, since a check that is silent about that promises too much. What is wrong: a
version with a vulnerability or an unsoundness, and a crate we depend on ourselves that nobody maintains. Exceptions with their reasons are
those of deny.toml.
"""

import datetime
import pathlib
import sys
import tomllib

sys.dont_write_bytecode = True
from stored import Stored
from versions import Version, within

# Days after which the output says that the copy is old.
OLD = 60
# Kinds of advisories that are wrong in whatever is linked; of the others only what we chose ourselves.
SERIOUS = (None, "unsound")


def locked(root):
    """Crates of Cargo.lock that come from elsewhere, as (name, version), and the names of those that the workspace itself asks for."""
    packages = tomllib.loads((root / "Cargo.lock").read_text())["package"]
    own = [package for package in packages if "source" not in package]
    asked = {dependency.split()[0] for package in own for dependency in package.get("dependencies", [])}
    return sorted({(package["name"], package["version"]) for package in packages if "source" in package}), asked


def excepted(root):
    """Advisories that deny.toml sets aside."""
    file = root / "deny.toml"
    listed = tomllib.loads(file.read_text()).get("advisories", {}).get("ignore", []) if file.exists() else []
    return {entry if isinstance(entry, str) else entry["id"] for entry in listed}


def affected(stored, crates):
    """What the copy has against these versions: (name, version, advisory)."""
    for name, version in crates:
        for advisory in stored.advisories:
            if advisory["crate"] == name and not within(Version.read(version), advisory["patched"] + advisory["unaffected"]):
                yield name, version, advisory


def check(root, stored, today):
    """What is to be said, line by line, and whether something is wrong."""
    crates, asked = locked(root)
    ignored = excepted(root)
    age = (today - datetime.date.fromisoformat(stored.date)).days
    complete = f", complete from {stored.since} on" if stored.since else ""
    lines = [f"a copy of the RustSec advisories as of {stored.date}, {age} days old{complete} ({stored.source})"]
    if age > OLD:
        lines.append(f"warning: older than {OLD} days; `tests/advisories/refresh` brings a newer one where github.com can be reached")
    missing = sorted({name for name, _ in crates if not stored.covers(name)})
    if missing:
        lines.append(f"warning: {len(missing)} crates of Cargo.lock were not looked up for this copy: {' '.join(missing)}")
    wrong = 0
    for name, version, advisory in affected(stored, crates):
        kind = advisory.get("kind")
        counts = (kind in SERIOUS or name in asked) and advisory["id"] not in ignored
        wrong += counts
        mended = ", ".join(advisory["patched"]) or "nothing yet"
        lines.append(
            f"{'error' if counts else 'note'}: {name} {version}: {advisory['id']} ({kind or 'vulnerability'}), {advisory['title']};"
            f" mended in {mended}; https://rustsec.org/advisories/{advisory['id']}.html"
        )
    looked = sum(stored.covers(name) for name, _ in crates)
    lines.append(f"{looked} of {len(crates)} locked versions checked against {len(stored.advisories)} advisories, {wrong} things wrong")
    return lines, wrong > 0


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parents[2]).resolve()
    lines, wrong = check(root, Stored.read(), datetime.datetime.now(datetime.UTC).date())
    print("\n".join(lines))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
