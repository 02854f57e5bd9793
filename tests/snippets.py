#!/usr/bin/env python3
"""Takes the code out of a guide, so that a compiler can look at it.

    python3 tests/snippets.py GUIDE LANGUAGE FOLDER

Every fenced block of LANGUAGE in GUIDE becomes a file of its own in FOLDER, Snippet1 and so on, with the line it stands at. A block is
a whole file, imports included. In Kotlin each gets a package of its own. Exits with 1 when there is none.
"""

import pathlib
import re
import sys

ENDING = {"kotlin": "kt", "swift": "swift"}
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def main(guide, language, folder):
    text = pathlib.Path(guide).read_text()
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"Snippet*.{ENDING[language]}"):
        old.unlink()
    count = 0
    for fence in FENCE.finditer(text):
        if fence[1] != language:
            continue
        count += 1
        line = text.count("\n", 0, fence.start()) + 1
        package = f"package snippets.snippet{count}\n\n" if language == "kotlin" else ""
        place = f"// From {pathlib.Path(guide).name}, line {line}.\n"
        (folder / f"Snippet{count}.{ENDING[language]}").write_text(place + package + fence[2])
    print(f"{count} blocks of {language} in {guide}")
    return 0 if count else 1


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[2] not in ENDING:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
