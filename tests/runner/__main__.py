"""tests/run, once there is a Python: chooses steps, sees that the machine has what they need, carries them out."""

import os
import pathlib
import signal
import sys
import tempfile
import time

import machine
from schedule import Schedule, closure, failed, summary
from steps import STEPS

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = ROOT / "target"


def groups():
    found = {}
    for step in STEPS:
        for group in step.groups:
            found.setdefault(group, []).append(step.name)
    return found


def chosen(words):
    """The names that words ask for, or None when there is no such name."""
    if not words or words == ["all"]:
        return [step.name for step in STEPS if step.whole]
    known, names = groups(), []
    for word in words:
        if word in known:
            names += known[word]
        elif word in {step.name for step in STEPS}:
            names.append(word)
        else:
            return None
    return names


def listing():
    title = lambda step: step.title + ("" if step.whole else " (by its name only)")
    lines = ["steps:"] + [f"  {step.name:16} {title(step)}" for step in STEPS]
    lines += ["groups:"] + [f"  {name:16} {', '.join(names)}" for name, names in sorted(groups().items())]
    return "\n".join(lines)


def main(words):
    if words == ["list"]:
        print(listing())
        return 0
    names = chosen(words)
    if names is None:
        print(f"usage: tests/run [quick | list | NAME...]\n{listing()}", file=sys.stderr)
        return 2
    os.chdir(ROOT)
    steps = closure(STEPS, names)
    barred = {}
    if os.geteuid() != 0:
        barred = {step.name: "needs root" for step in steps if step.root}
        if words and words != ["all"] and set(names) & set(barred):
            print("these steps need root: " + ", ".join(sorted(set(names) & set(barred))), file=sys.stderr)
            return 1
    print("== Tools", flush=True)
    try:
        machine.install({tool for step in steps if step.name not in barred for tool in step.tools})
        print(machine.check_rust(), flush=True)
    except machine.Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        environment = {
            "SCRATCH": scratch, "PINNED": str(TARGET / "foreign-venv"), "NEWEST": str(TARGET / "newest-venv"), "VENV": str(TARGET / "tus-venv"),
            "KUAGER_BINDGEN": str(TARGET / "debug"), "PATH": f"{TARGET / 'tools/bin'}:{os.environ['PATH']}", "CARGO_TERM_COLOR": "never", "INSTA_UPDATE": "no",
        }
        began = time.monotonic()
        schedule = Schedule(steps, TARGET / "run", max(2, os.cpu_count() or 2), environment, lambda text: print(text, flush=True), barred)
        outcomes = schedule.run()
    print(summary(steps, outcomes, time.monotonic() - began))
    return 1 if failed(outcomes) else 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
