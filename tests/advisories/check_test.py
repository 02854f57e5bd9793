#!/usr/bin/env python3
"""Tests of the check against advisories: what a range means, what is found in a lock file, what a copy of a database holds."""

import datetime
import importlib.machinery
import importlib.util
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import check
from stored import Stored
from versions import Version, within

HERE = pathlib.Path(__file__).parent
TODAY = datetime.date(2026, 3, 1)
LOCK = """
[[package]]
name = "ours"
version = "0.1.0"
dependencies = ["chosen", "shared 2.0.0"]

[[package]]
name = "chosen"
version = "1.2.3"
source = "registry"
dependencies = ["far"]

[[package]]
name = "far"
version = "0.3.1+bundled-9.9"
source = "registry"

[[package]]
name = "shared"
version = "2.0.0"
source = "registry"
"""


def refresh():
    """`refresh` as a module; it has no ending, since people call it."""
    loader = importlib.machinery.SourceFileLoader("refresh", str(HERE / "refresh"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("refresh", loader))
    loader.exec_module(module)
    return module


def against(crate, patched, unaffected=(), identity="RUSTSEC-2026-9001", **more):
    return {"id": identity, "crate": crate, "date": "2026-02-01", "patched": patched, "unaffected": list(unaffected), "title": "A flaw", **more}


class Ranges(unittest.TestCase):
    def holds(self, range_, *versions):
        for version in versions:
            self.assertTrue(within(Version.read(version), [range_]), f"{version} in {range_}")

    def fails(self, range_, *versions):
        for version in versions:
            self.assertFalse(within(Version.read(version), [range_]), f"{version} in {range_}")

    def test_signs(self):
        self.holds(">= 1.2.3", "1.2.3", "1.10.0", "2.0.0")
        self.fails(">= 1.2.3", "1.2.2", "1.2.3-rc.1")
        self.holds("> 1.2.3", "1.2.4", "1.2.4-alpha")
        self.fails("> 1.2.3", "1.2.3")
        self.holds("<= 1.2.3", "1.2.3", "1.2.3-rc.1")
        self.fails("<= 1.2.3", "1.2.4-alpha", "1.2.4")
        self.holds("= 0.4.10", "0.4.10")
        self.fails("= 0.4.10", "0.4.11", "0.4.9")

    def test_parts_of_versions(self):
        self.holds("<= 0.22", "0.22.9", "0.21.0")
        self.fails("<= 0.22", "0.23.0", "0.23.0-rc.1")
        self.holds(">= 2", "2.0.0", "3.1.0")
        self.fails("> 1.2", "1.2.9")
        self.holds("> 1.2", "1.3.0")

    def test_carets_and_tildes(self):
        self.holds("^0.3.24", "0.3.24", "0.3.30")
        self.fails("^0.3.24", "0.4.0", "0.3.23", "0.4.0-rc.1")
        self.holds("^1.2", "1.9.0")
        self.fails("^1.2", "2.0.0")
        self.holds("0.20", "0.20.7")
        self.fails("0.20", "0.21.0")
        self.holds("~1.2.3", "1.2.9")
        self.fails("~1.2.3", "1.3.0")

    def test_all_parts_of_one_and_one_of_several(self):
        self.holds(">= 1.18.4, < 1.19.0", "1.18.5")
        self.fails(">= 1.18.4, < 1.19.0", "1.19.0", "1.18.3")
        self.assertTrue(within(Version.read("1.23.1"), [">= 1.18.4, < 1.19.0", ">= 1.23.1"]))
        self.assertFalse(within(Version.read("1.23.1"), []))

    def test_what_comes_before_a_release_has_its_place(self):
        order = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"]
        versions = [Version.read(text) for text in order]
        self.assertEqual(sorted(reversed(versions)), versions)
        self.holds(">= 0.103.12, < 0.104.0-alpha.1", "0.103.16")
        self.fails(">= 0.103.12, < 0.104.0-alpha.1", "0.104.0-alpha.1", "0.104.0-alpha.6")

    def test_what_stands_behind_a_plus_has_none(self):
        self.assertEqual(Version.read("300.6.1+3.6.3"), Version.read("300.6.1"))

    def test_what_is_no_range_is_an_error_and_not_a_pass(self):
        for text in ["newest", ">= ", "1.2.3.4", ""]:
            with self.assertRaises(ValueError):
                within(Version.read("1.0.0"), [text])


class Checks(unittest.TestCase):
    def said(self, advisories, deny="", **stored):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "Cargo.lock").write_text(LOCK)
            (root / "deny.toml").write_text(deny)
            lines, wrong = check.check(root, Stored("2026-02-01", "a test", advisories, **stored), TODAY)
            return "\n".join(lines), wrong

    def test_a_version_in_no_safe_range_is_wrong(self):
        text, wrong = self.said([against("far", [">= 0.3.2"])])
        self.assertTrue(wrong)
        self.assertIn("error: far 0.3.1+bundled-9.9: RUSTSEC-2026-9001 (vulnerability), A flaw; mended in >= 0.3.2", text)

    def test_mended_and_never_affected_versions_are_not(self):
        for ranges in [([">= 0.3.1"], ()), ([">= 0.4"], ["< 0.3.2"])]:
            text, wrong = self.said([against("far", *ranges)])
            self.assertFalse(wrong, text)

    def test_what_nobody_maintains_is_wrong_where_we_chose_it(self):
        for crate, expected in [("chosen", True), ("shared", True), ("far", False)]:
            text, wrong = self.said([against(crate, [], kind="unmaintained")])
            self.assertEqual(wrong, expected, text)
            self.assertIn("mended in nothing yet", text)
        self.assertTrue(self.said([against("far", [], kind="unsound")])[1])

    def test_exceptions_are_those_of_deny(self):
        for ignore in ['["RUSTSEC-2026-9001"]', '[{ id = "RUSTSEC-2026-9001", reason = "not called" }]']:
            text, wrong = self.said([against("far", [])], f"[advisories]\nignore = {ignore}\n")
            self.assertFalse(wrong, text)
            self.assertIn("note: far", text)

    def test_it_says_what_it_does_not_know(self):
        text, _ = self.said([], since="2023-01-01", crates=["far", "chosen"])
        self.assertIn("as of 2026-02-01, 28 days old, complete from 2023-01-01 on", text)
        self.assertIn("1 crates of Cargo.lock were not looked up for this copy: shared", text)
        self.assertIn("2 of 3 locked versions", text)
        self.assertNotIn("older than", text)

    def test_it_says_when_it_is_old(self):
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "Cargo.lock").write_text(LOCK)
            lines, wrong = check.check(pathlib.Path(folder), Stored("2025-12-30", "a test", []), TODAY)
        self.assertIn("older than 60 days", lines[1])
        self.assertFalse(wrong)


ADVISORY = """```toml
[advisory]
id = "RUSTSEC-2026-{number}"
package = "far"
date = "2026-01-0{number}"
{more}
[versions]
patched = [">= 0.3.2"]
```

# A `flaw` in far

And what it is.
"""


class Refreshed(unittest.TestCase):
    def test_a_clone_becomes_a_copy_that_reads_back(self):
        with tempfile.TemporaryDirectory() as folder:
            clone = pathlib.Path(folder) / "clone"
            files = {
                "crates/far/RUSTSEC-2026-1.md": ADVISORY.format(number=1, more=""),
                "crates/far/RUSTSEC-2026-2.md": ADVISORY.format(number=2, more='informational = "unsound"\n[affected]\nos = ["linux"]'),
                "crates/far/RUSTSEC-2026-3.md": ADVISORY.format(number=3, more='withdrawn = "2026-02-01"'),
                "README.md": "not an advisory",
            }
            for path, text in files.items():
                (clone / path).parent.mkdir(parents=True, exist_ok=True)
                (clone / path).write_text(text)
            git = ["git", "-C", clone, "-c", "user.name=t", "-c", "user.email=t@t", "-c", "commit.gpgsign=false"]
            subprocess.run(["git", "init", "--quiet", clone], check=True)
            subprocess.run([*git, "add", "."], check=True)
            subprocess.run([*git, "commit", "--quiet", "-m", "x", "--date", "2026-02-03T12:00:00Z"], check=True, env={"GIT_COMMITTER_DATE": "2026-02-03T12:00:00Z", "PATH": "/usr/bin:/bin"})
            made = refresh().gathered(clone)
            made.write(pathlib.Path(folder) / "advisories.json")
            read = Stored.read(pathlib.Path(folder) / "advisories.json")
        self.assertEqual(read.date, "2026-02-03")
        self.assertEqual([advisory["id"] for advisory in read.advisories], ["RUSTSEC-2026-1", "RUSTSEC-2026-2"])
        self.assertEqual(read.advisories[0]["title"], "A flaw in far")
        self.assertEqual(read.advisories[1]["kind"], "unsound")
        self.assertTrue(read.covers("whatever"))

    def test_a_folder_without_advisories_is_no_copy(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises((SystemExit, subprocess.CalledProcessError)):
            refresh().gathered(folder)

    def test_the_copy_that_is_kept_can_be_read_whole(self):
        stored = Stored.read()
        self.assertTrue(stored.advisories)
        for advisory in stored.advisories:
            within(Version.read("1.0.0"), advisory["patched"] + advisory["unaffected"])
            self.assertLessEqual(advisory["date"], stored.date)


if __name__ == "__main__":
    unittest.main()
