"""Runs steps side by side: each after those it needs, never two that hold the same lock, and says what came of it."""

import collections
import dataclasses
import os
import signal
import subprocess
import threading
import time

OK, FAILED, SKIPPED, BARRED = "ok", "FAILED", "skipped", "not run"
# What a command ends with, and says in its last line why, when it could not be carried out here.
CANNOT = 77


@dataclasses.dataclass(frozen=True)
class Step:
    """One check: what it runs, and what it waits for."""

    name: str
    title: str
    command: str
    """For bash, which ends at the first command that fails."""
    needs: tuple = ()
    """Steps that must have gone well."""
    locks: tuple = ()
    """What only one step at a time may have."""
    tools: tuple = ()
    """Programs it calls, see machine.py."""
    groups: tuple = ()
    root: bool = False
    """Without root it cannot run."""
    whole: bool = True
    """Whether it is a part of the whole; otherwise it runs by its name only."""


Outcome = collections.namedtuple("Outcome", "result seconds log")


def closure(steps, names):
    """The steps of these names and all that they need, in the order of the table."""
    known = {step.name: step for step in steps}
    wanted, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted.add(name)
            waiting += known[name].needs
    return [step for step in steps if step.name in wanted]


class Schedule:
    """Carries out steps, `width` at a time, those first in the list that come first."""

    def __init__(self, steps, folder, width, environment=None, out=print, barred=None):
        self.steps, self.folder, self.width, self.out = steps, folder, width, out
        self.environment = {**os.environ, **(environment or {})}
        self.outcomes, self.running, self.locked = {}, {}, set()
        self.barred = barred or {}
        self.change = threading.Condition()

    def run(self):
        """The outcome of every step, by name."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, reason in self.barred.items():
            self.outcomes[name] = Outcome(SKIPPED, 0, reason)
        with self.change:
            try:
                while len(self.outcomes) < len(self.steps):
                    if not self.start_what_can():
                        self.change.wait()
            except BaseException:
                self.stop()
                raise
        return self.outcomes

    def start_what_can(self):
        """Starts steps, gives up those that wait in vain, and says whether anything changed."""
        changed = False
        for step in self.steps:
            if step.name in self.outcomes or step.name in self.running:
                continue
            missing = [need for need in step.needs if need in self.outcomes and self.outcomes[need].result != OK]
            if missing:
                skipped = all(self.outcomes[need].result == SKIPPED for need in missing)
                self.outcomes[step.name] = Outcome(SKIPPED if skipped else BARRED, 0, f"needs {', '.join(missing)}")
                changed = True
            elif len(self.running) < self.width and all(need in self.outcomes for need in step.needs) and not self.locked & set(step.locks):
                self.start(step)
                changed = True
        return changed

    def start(self, step):
        self.locked |= set(step.locks)
        log = self.folder / f"{step.name}.log"
        with open(log, "wb") as file:
            process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", step.command],
                stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT, env=self.environment, start_new_session=True,
            )
        self.running[step.name] = process
        self.out(f"   {step.name} begins")
        threading.Thread(target=self.follow, args=(step, process, log, time.monotonic()), daemon=True).start()

    def follow(self, step, process, log, began):
        code = process.wait()
        seconds = time.monotonic() - began
        text = log.read_text(errors="replace").strip()
        result = OK if code == 0 else SKIPPED if code == CANNOT else FAILED
        with self.change:
            reason = text.splitlines()[-1] if result == SKIPPED and text else ""
            self.outcomes[step.name] = Outcome(result, seconds, reason)
            self.locked -= set(step.locks)
            del self.running[step.name]
            self.out(f"\n== {step.title}\n{text}\n-- {step.name}: {result}, {seconds:.0f} s\n")
            self.change.notify()

    def stop(self):
        """Ends what is running, with all that it started."""
        for process in self.running.values():
            try:
                os.killpg(process.pid, signal.SIGTERM)
            except ProcessLookupError:
                pass


def summary(steps, outcomes, seconds):
    """The closing lines: a table, slowest first, the counts, and the names of what went wrong."""
    lines = ["   time  result   step"]
    for step in sorted(steps, key=lambda step: -outcomes[step.name].seconds):
        outcome = outcomes[step.name]
        why = f": {outcome.log}" if outcome.log else ""
        lines.append(f"{outcome.seconds:5.0f} s  {outcome.result:8} {step.name:16} {step.title}{why}")
    named = collections.defaultdict(list)
    for step in steps:
        named[outcomes[step.name].result].append(step.name)
    counts = [f"{len(named[OK])} passed", f"{len(named[FAILED])} failed"]
    counts += [f"{len(named[result])} {result}" for result in (BARRED, SKIPPED) if named[result]]
    lines += ["", f"{', '.join(counts)}, in {seconds // 60:.0f} min {seconds % 60:.0f} s"]
    lines += [f"{result}: {', '.join(named[result])}" for result in (SKIPPED, BARRED, FAILED) if named[result]]
    return "\n".join(lines)


def failed(outcomes):
    """Whether the whole failed."""
    return any(outcome.result in (FAILED, BARRED) for outcome in outcomes.values())
