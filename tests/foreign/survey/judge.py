#!/usr/bin/env python3
"""Compares the estimates of `kuager analyse` with those of R's package `survey`, on tables that are made here by chance with a seed.

    judge.py KUAGER

KUAGER is the built program. Every number of both must agree to nine digits.
"""

import csv
import json
import pathlib
import random
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TOLERANCE = 1e-9

# name: seed, strata, stations of a stratum, sampled of them, part that reports, options, part of strata with one station
COUNTS = {
    "few strata, everything reported": (1, 3, (40, 90), 12, 1.0, ["Бәріне қарсымын", "b", "c d"], 0),
    "many strata, nine of ten reported": (2, 40, (100, 500), 25, 0.9, ["a", "b", "c", "d", "against all"], 0),
    "one stratum": (3, 1, (10_388, 10_388), 371, 0.93, ["yes", "no"], 0),
    "lone stations": (4, 12, (20, 60), 8, 0.95, ["a", "b"], 0.4),
    "half are missing": (5, 6, (30, 60), 20, 0.5, ["a", "b", "c"], 0),
    "a census": (6, 5, (8, 9), 9, 1.0, ["a", "b"], 0),
    "the whole country": (7, 20, (519, 520), 520, 0.97, ["a", "b", "c", "d", "e", "f"], 0),
    "two stations each": (8, 30, (5, 40), 2, 1.0, ["a", "b", "c"], 0),
    "one option": (9, 4, (20, 30), 10, 0.9, ["a"], 0),
}
# name: seed, strata, stations of a stratum, voters asked at a station, part that refuses, whether cells are small
POLLS = {
    "few strata": (11, 3, 8, 60, 0.3, False),
    "many strata, many refuse": (12, 40, 4, 40, 0.6, False),
    "small cells": (13, 8, 3, 12, 0.4, True),
    "two stations each": (14, 6, 2, 50, 0.2, False),
    "nobody refuses": (15, 4, 5, 30, 0.0, False),
}


def write(path, header, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])


def make_count(folder, seed, strata, sizes, sampled, responds, options, lone):
    chance = random.Random(seed)
    rows = []
    for stratum in range(strata):
        stations = 1 if chance.random() < lone else chance.randint(*sizes)
        drawn = min(sampled, stations)
        reporting = [chance.random() < responds for _ in range(drawn)]
        for at in range(min(2, drawn)):
            reporting[at] = True
        weights = [chance.uniform(0.2, 1.0) for _ in options]
        for station in range(drawn):
            registered = chance.randint(40, 3000)
            key = f"{stratum:02}-{station:04}"
            row = [f"region {stratum:02}", stations, drawn, key, registered]
            if not reporting[station]:
                rows.append([*row, 0, *[""] * (4 + len(options))])
                continue
            issued = int(registered * chance.uniform(0.2, 0.95)) + 1
            invalid = int(issued * chance.uniform(0, 0.05))
            local = [weight * chance.uniform(0.5, 1.5) for weight in weights]
            took_part = issued - invalid
            votes = [int(took_part * part / sum(local)) for part in local]
            if len(options) > 1:
                votes[0] += took_part - sum(votes)
            rows.append([*row, 1, chance.randint(10, 700), issued, took_part, invalid, *votes])
    chance.shuffle(rows)
    header = ["stratum", "stratum_stations", "sampled", "station", "registered", "reported", "arrived", "issued", "took_part", "invalid", *options]
    write(folder / "count.csv", header, rows)


def make_poll(folder, seed, strata, stations, asked, refuses, small):
    chance = random.Random(seed)
    tables = {name: [] for name in ("stations", "waves", "contacts", "cards", "turnout")}
    bands = ["18-29", "30-44", "45-59", "60+"]
    for stratum in range(strata):
        name = f"region {stratum:02}"
        everybody = chance.randint(100_000, 900_000)
        tables["turnout"].append([name, int(everybody * chance.uniform(0.3, 0.8))])
        for station in range(stations):
            key, registered, interval = f"{stratum:02}-{station:02}", chance.randint(300, 3000), chance.randint(2, 30)
            tables["stations"].append([name, key, registered, everybody, stations, stations * registered / everybody, interval])
            likes = [chance.uniform(0.1, 1) for _ in range(3)]
            for wave in range(1, 5):
                chosen = chance.randint(asked // 8 + 1, asked // 3)
                start = chance.randint(1, interval)
                tables["waves"].append([key, wave, interval, start, start + (chosen - 1) * interval + chance.randint(0, interval - 1), chosen])
                for _ in range(chosen):
                    sex = "f" if chance.random() < (0.9 if small else 0.52) else "m"
                    band = chance.choices(bands, (5, 3, 2, 0.3 if small else 3))[0]
                    luck = chance.random()
                    if luck < refuses:
                        tables["contacts"].append([key, wave, chance.choice(["2.1", "2.1", "2.2", "2.3"]), sex, band])
                    elif luck > 0.97:
                        tables["contacts"].append([key, wave, "4.1", "", ""])
                    else:
                        vote = "" if luck > 0.94 else chance.choices(["a", "қарсы", "c d"], likes)[0]
                        tables["contacts"].append([key, wave, "1.0" if vote else "1.2", "", ""])
                        tables["cards"].append([key, wave, vote, sex, band])
    headers = {
        "stations": "stratum,station,registered,stratum_registered,stations_drawn,pi,interval",
        "waves": "station,wave,interval,start,passed,selected",
        "contacts": "station,wave,disposition,sex,age",
        "cards": "station,wave,vote,sex,age",
        "turnout": "stratum,took_part",
    }
    for table, rows in tables.items():
        chance.shuffle(rows)
        write(folder / f"{table}.csv", headers[table].split(","), rows)


def run(*command):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/local/bin:/usr/bin:/bin"})
    if done.returncode:
        raise SystemExit(f"{command} ends with {done.returncode} and says\n{done.stdout}{done.stderr}")
    return done.stdout


def by_survey(what, folder):
    lines = run("Rscript", "--vanilla", HERE / "judge.R", what, folder).splitlines()
    return {tuple(line.split("\t")[:-1]): float(line.split("\t")[-1]) for line in lines}


def ours_of_count(folder):
    found = json.loads(run(KUAGER, "analyse", "quick-count", folder / "count.csv", "--json"))
    numbers = {("df",): found["df"]}
    for name, estimate in found["estimates"].items():
        numbers |= {(name, part): value for part, value in (estimate or {}).items()}
    for option, moments in found["convergence"].items():
        for moment in moments:
            numbers |= {("convergence", option, str(moment["minute"]), part): moment[part] for part in ("estimate", "se")}
    for option, bounds in found["nonresponse_bounds"].items():
        numbers |= {("bounds", option, "low"): bounds[0], ("bounds", option, "high"): bounds[1]}
    return numbers


def ours_of_poll(folder):
    files = [word for name in ("stations", "waves", "contacts", "cards", "turnout") for word in (f"--{name}", folder / f"{name}.csv")]
    found = json.loads(run(KUAGER, "analyse", "exit-poll", *files, "--json"))
    if found["deviations"] or found["deviations_of_contacts"]:
        raise SystemExit("the waves were made by the counter, and are said not to be")
    numbers = {("kish", "final"): found["kish"]["final"]}
    numbers |= {("a", cell): a for cell, a in found["nonresponse_adjustment"].items()}
    for stage, options in found["estimates"].items():
        for option, share in options.items():
            numbers |= {(stage, option, part): value for part, value in share.items()}
    return numbers


def compare(name, ours, theirs, floor):
    if len(theirs) < floor:
        raise SystemExit(f"{name}: only {len(theirs)} numbers to compare")
    worst = 0.0
    for key, wanted in theirs.items():
        found = ours.get(key)
        # What is nothing but rounding on both sides has no digits to compare.
        if found is None or abs(found - wanted) > TOLERANCE * abs(wanted) and abs(found - wanted) > 1e-15:
            raise SystemExit(f"{name}: {' '.join(key)} is {found} here, and {wanted} by survey")
        worst = max(worst, abs(found - wanted) / abs(wanted) if wanted else 0)
    print(f"{name}: {len(theirs)} numbers, {worst:.1e} apart at most")


def fails_where_it_should(name, ours, theirs, floor):
    """One number that is off in the eighth digit is noticed, and so is one that is not there."""
    key = max(theirs, key=lambda key: abs(theirs[key]))
    for wrong in ({**ours, key: ours[key] * (1 + 1e-8)}, {other: ours[other] for other in ours if other != key}):
        try:
            compare(name, wrong, theirs, floor)
        except SystemExit:
            continue
        raise SystemExit(f"{name}: {' '.join(key)} was spoiled, and nobody noticed")


def judge(name, ours, theirs, floor):
    fails_where_it_should(name, ours, theirs, floor)
    compare(name, ours, theirs, floor)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        for at, (name, plan) in enumerate(COUNTS.items()):
            folder = pathlib.Path(scratch) / f"count-{at}"
            folder.mkdir()
            make_count(folder, *plan)
            judge(f"quick count, {name}", ours_of_count(folder), by_survey("quick-count", folder), 20)
        for at, (name, plan) in enumerate(POLLS.items()):
            folder = pathlib.Path(scratch) / f"poll-{at}"
            folder.mkdir()
            make_poll(folder, *plan)
            judge(f"exit poll, {name}", ours_of_poll(folder), by_survey("exit-poll", folder), 60)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    KUAGER = pathlib.Path(sys.argv[1]).resolve()
    main()
