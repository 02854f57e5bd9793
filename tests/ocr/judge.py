"""Reads pages and their previews with Tesseract and compares how many digits it gets right: `judge.py FOLDER`, as test-pages fills it.

A preview is legible when it is read as well as its original. Of the 300 digits of a page chance alone moves some in a hundred from one
JPEG of it to the next, hence the slack; what cannot be read any more loses far more.
"""

import difflib
import pathlib
import subprocess
import sys

SLACK = 0.05


def lines(picture):
    command = ["tesseract", str(picture), "-", "--psm", "6", "-c", "tessedit_char_whitelist=0123456789"]
    read = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [line.replace(" ", "") for line in read.splitlines() if line.strip()]


def right(row, read):
    """How many digits of a row stand in their order in the line that is most like it."""
    matched = (difflib.SequenceMatcher(None, row, line, autojunk=False).get_matching_blocks() for line in read)
    return max((sum(block.size for block in blocks) for blocks in matched), default=0)


def main():
    folder = pathlib.Path(sys.argv[1])
    failed = False
    pages = sorted(folder.glob("*.txt"))
    for page in pages:
        rows = page.read_text().split()
        total = sum(map(len, rows))
        original = lines(folder / f"{page.stem}-original.jpg")
        preview = [line for piece in sorted(folder.glob(f"{page.stem}-preview-*.jpg")) for line in lines(piece)]
        there, here = (sum(right(row, read) for row in rows) / total for read in (original, preview))
        print(f"{page.stem}: {total} digits, {there:.1%} read in the original, {here:.1%} in the preview")
        # An original that cannot be read judges nothing.
        failed |= there < 0.8 or here < there - SLACK
    return 1 if failed or not pages else 0


sys.exit(main())
