"""Reads pages and their previews with Tesseract and compares how many digits it gets right: `judge.py FOLDER`, as test-pages fills it.

A preview is legible when it is read as well as its original. Of the 300 digits of a page chance alone moves some in a hundred from one
JPEG of it to the next, so a kind of page is judged by several: together their previews lose at most two digits in a hundred, and no page
loses so many that it could not be read any more.
"""

import concurrent.futures
import difflib
import os
import pathlib
import subprocess
import sys

SLACK = 0.02
SLACK_OF_ONE = 0.05


def lines(picture):
    command = ["tesseract", str(picture), "-", "--psm", "6", "-c", "tessedit_char_whitelist=0123456789"]
    alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    read = subprocess.run(command, check=True, capture_output=True, text=True, env=alone).stdout
    return [line.replace(" ", "") for line in read.splitlines() if line.strip()]


def right(row, read):
    """How many digits of a row stand in their order in the line that is most like it."""
    matched = (difflib.SequenceMatcher(None, row, line, autojunk=False).get_matching_blocks() for line in read)
    return max((sum(block.size for block in blocks) for blocks in matched), default=0)


def look(page):
    """Digits of a page, those read in the original, those read in the preview."""
    rows = page.read_text().split()
    original = lines(page.with_name(f"{page.stem}-original.jpg"))
    preview = [line for piece in sorted(page.parent.glob(f"{page.stem}-preview-*.jpg")) for line in lines(piece)]
    return (sum(map(len, rows)), *(sum(right(row, read) for row in rows) for read in (original, preview)))


def main():
    pages = sorted(pathlib.Path(sys.argv[1]).glob("*.txt"))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        looks = list(workers.map(look, pages))
    kinds = {}
    failed = not pages
    for page, (total, there, here) in zip(pages, looks):
        print(f"{page.stem}: {total} digits, {there / total:.1%} read in the original, {here / total:.1%} in the preview")
        sums = kinds.setdefault(page.stem.rsplit("-", 1)[0], [0, 0, 0])
        sums[:] = (before + now for before, now in zip(sums, (total, there, here)))
        failed |= here < there - SLACK_OF_ONE * total
    for kind, (total, there, here) in kinds.items():
        print(f"{kind}, all: {total} digits, {there / total:.1%} read in the originals, {here / total:.1%} in the previews")
        # Originals that cannot be read judge nothing.
        failed |= there < 0.8 * total or here < there - SLACK * total
    return 1 if failed else 0


sys.exit(main())
