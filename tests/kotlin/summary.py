#!/usr/bin/env python3
"""Prints what Surefire counted, one line per class and one for all. Fails when there is nothing, or anything but success."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

COUNTS = ("tests", "failures", "errors", "skipped")


def main() -> None:
    totals = dict.fromkeys(COUNTS, 0)
    for report in sorted(Path(sys.argv[1]).glob("TEST-*.xml")):
        suite = ElementTree.parse(report).getroot()
        counts = {name: int(suite.get(name, "0")) for name in COUNTS}
        print(f"{suite.get('name')}: {counts['tests']} in {suite.get('time')} s")
        for name in COUNTS:
            totals[name] += counts[name]
    print("Tests run: {tests}, Failures: {failures}, Errors: {errors}, Skipped: {skipped}".format(**totals))
    if totals["tests"] == 0 or totals["failures"] or totals["errors"] or totals["skipped"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
