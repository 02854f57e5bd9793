"""Tests of the scheduler of tests/run, with steps that write down when they begin and end."""

import pathlib
import tempfile
import unittest

from schedule import BARRED, FAILED, OK, SKIPPED, Schedule, Step, closure, failed, summary


def step(name, command="true", **more):
    return Step(name, f"The step {name}", f'echo begin {name} >>"$TRACE"; {command}; echo end {name} >>"$TRACE"', **more)


class Schedules(unittest.TestCase):
    def carry_out(self, *steps, width=2, barred=None):
        with tempfile.TemporaryDirectory() as folder:
            folder, self.said = pathlib.Path(folder), []
            schedule = Schedule(list(steps), folder / "logs", width, {"TRACE": str(folder / "trace")}, self.said.append, barred)
            outcomes = schedule.run()
            trace = folder / "trace"
            self.trace = trace.read_text().splitlines() if trace.exists() else []
        return {name: outcome.result for name, outcome in outcomes.items()}, outcomes

    def test_a_step_comes_after_what_it_needs(self):
        results, _ = self.carry_out(step("late", needs=("early",)), step("early", "sleep 0.1"))
        self.assertEqual(results, {"late": OK, "early": OK})
        self.assertEqual(self.trace, ["begin early", "end early", "begin late", "end late"])

    def test_steps_run_side_by_side_and_those_with_one_lock_do_not(self):
        waits = 'for _ in $(seq 100); do grep -q "begin two" "$TRACE" && break; sleep 0.05; done; grep -q "begin two" "$TRACE"'
        results, _ = self.carry_out(step("one", waits), step("two"))
        self.assertEqual(results["one"], OK)
        self.carry_out(step("one", "sleep 0.1", locks=("l",)), step("two", locks=("l",)))
        self.assertEqual(self.trace, ["begin one", "end one", "begin two", "end two"])

    def test_no_more_than_the_width(self):
        self.carry_out(step("one", "sleep 0.1"), step("two"), width=1)
        self.assertEqual(self.trace, ["begin one", "end one", "begin two", "end two"])

    def test_a_failure_fails_the_whole_and_is_named_last(self):
        steps = [step("bad", "echo broken; false"), step("after", needs=("bad",)), step("other")]
        results, outcomes = self.carry_out(*steps)
        self.assertEqual(results, {"bad": FAILED, "after": BARRED, "other": OK})
        self.assertTrue(failed(outcomes))
        self.assertEqual(summary(steps, outcomes, 61).splitlines()[-1], "FAILED: bad")
        self.assertIn("1 passed, 1 failed, 1 not run, in 1 min 1 s", summary(steps, outcomes, 61))
        self.assertTrue(any("broken" in text for text in self.said))

    def test_the_first_command_that_fails_ends_a_step(self):
        self.assertEqual(self.carry_out(Step("bad", "", "false; true"))[0], {"bad": FAILED})

    def test_what_cannot_be_done_here_is_said_and_does_not_fail(self):
        steps = [step("away", 'echo "no network"; exit 77'), step("after", needs=("away",)), step("barred")]
        results, outcomes = self.carry_out(*steps, barred={"barred": "needs root"})
        self.assertEqual(set(results.values()), {SKIPPED})
        self.assertFalse(failed(outcomes))
        self.assertIn("no network", summary(steps, outcomes, 1))
        self.assertIn("needs root", summary(steps, outcomes, 1))

    def test_what_is_needed_comes_along(self):
        steps = [step("c", needs=("b",)), step("b", needs=("a",)), step("a"), step("z")]
        self.assertEqual([entry.name for entry in closure(steps, ["c"])], ["c", "b", "a"])


if __name__ == "__main__":
    unittest.main()
