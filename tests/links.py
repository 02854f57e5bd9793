#!/usr/bin/env python3
"""Checks that what the project's documents link to is there: files, and headings within documents."""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def prose(path):
    return FENCE.sub("", path.read_text())


def anchors(path):
    """The fragments that headings get: lower case, punctuation gone, spaces to hyphens."""
    headings = re.findall(r"^#+ +(.+)$", prose(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def documents():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )
    return [ROOT / line for line in listed.stdout.splitlines() if (ROOT / line).exists()]


def main():
    good, broken = 0, 0
    for document in documents():
        for target in LINK.findall(prose(document)):
            if re.match(r"[a-z]+:", target):
                continue
            file, _, fragment = target.partition("#")
            place = (document.parent / file).resolve() if file else document
            if place.exists() and (not fragment or fragment in anchors(place)):
                good += 1
            else:
                broken += 1
                print(f"{document.relative_to(ROOT)}: {target} leads nowhere")
    print(f"{good} links lead somewhere, {broken} do not")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
