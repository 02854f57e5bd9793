#!/usr/bin/env python3
"""Checks that what the project's documents link to is there: files, headings within documents, and names within sources.

A link whose text is one name in code, such as [`name`](file.rs), says that the name stands in that file: a test that is referred to cannot
be renamed or lost unnoticed.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[([^\]]*)\]\(([^)\s]+)\)")
NAME = re.compile(r"`([A-Za-z_]\w*)`")
SOURCES = {".kt", ".py", ".rs", ".swift"}
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def prose(path):
    return FENCE.sub("", path.read_text())


def anchors(path):
    """The fragments that headings get: lower case, punctuation gone, spaces to hyphens."""
    headings = re.findall(r"^#+ +(.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def names(place, text):
    """Whether a source holds the name that a link's text is, where the text is one."""
    name = NAME.fullmatch(text)
    if not name or place.suffix not in SOURCES:
        return True
    return re.search(rf"\b{name[1]}\b", place.read_text()) is not None


def documents():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def main():
    good, broken = 0, 0
    for document in documents():
        for text, target in LINK.findall(prose(document)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, fragment = target.partition("#")
            place = (document.parent / file).resolve() if file else document
            if place.exists() and (not fragment or fragment in anchors(place)) and names(place, text):
                good += 1
            else:
                broken += 1
                print(f"{document.relative_to(ROOT)}: {target} leads nowhere")
    print(f"{good} links lead somewhere, {broken} do not")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
