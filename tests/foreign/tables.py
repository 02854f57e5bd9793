#!/usr/bin/env python3
"""Reads every table in every format with readers that we did not write, and has them agree; asks the interface, and checks its description.

    tables.py KUAGER

KUAGER is the built program. Needs what tests/foreign/requirements.in pins: openpyxl, pyarrow, openapi-spec-validator.
"""

import csv
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

import openpyxl
import pyarrow.parquet
from openapi_spec_validator import validate

KUAGER = pathlib.Path(sys.argv[1]).resolve()
FORMATS = ["csv", "xlsx", "json", "parquet"]
TRIGGERS = tuple("=+-@＝＋－＠\t\r")


def run(*command):
    done = subprocess.run([KUAGER, *command], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"kuager {' '.join(map(str, command))} says\n{done.stdout}{done.stderr}")
    return done.stdout


def plain(value):
    """A cell as text that is the same in every format."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.7f}".rstrip("0").rstrip(".")
    return str(value)


def same(text):
    """The text without the apostrophes of CSV, and numbers without the zeros behind them."""
    text = re.sub(r"'(?=[=+\-@＝＋－＠])", "", text)
    return f"{float(text):.6f}" if re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]+)?", text) else text


def moments(layout, rows):
    """Leaves moments out: each format has its own way with zones, which is looked at below."""
    keep = [at for at, (_, kind) in enumerate(layout) if kind != "moment"]
    return [[row[at] for at in keep] for row in rows]


def of_csv(path, separator=","):
    text = path.read_bytes()
    assert text.startswith("\ufeff".encode()) and (b"\r\n" in text), path
    rows = list(csv.reader(text.decode("utf-8-sig").splitlines(keepends=True), delimiter=separator, strict=True))
    for row in rows[1:]:
        for field in row:
            number = re.fullmatch(r"-?[0-9]+([.,][0-9]+)?", field)
            assert number or not field.lstrip().startswith(TRIGGERS), f"{path}: {field!r} would be calculated"
    return rows[0], rows[1:]


def of_xlsx(path):
    book = openpyxl.load_workbook(path, read_only=True)
    sheets = [name for name in book.sheetnames if name != "columns"]
    rows = [row for name in sheets for row in book[name].iter_rows(min_row=2, values_only=True)]
    header = [cell.value for cell in next(book[sheets[0]].iter_rows(min_row=1, max_row=1))]
    meanings = {row[0] for row in book["columns"].iter_rows(min_row=2, values_only=True)}
    assert set(header) <= meanings, path
    width = len(header)
    return header, [list(row) + [None] * (width - len(row)) for row in rows if any(cell is not None for cell in row)]


def of_json(path):
    table = json.loads(path.read_text())
    header = list(table["rows"][0]) if table["rows"] else None
    return header, [list(row.values()) for row in table["rows"]]


def of_parquet(path):
    table = pyarrow.parquet.read_table(path)
    about = json.loads(table.schema.metadata[b"kuager"])
    assert [column["name"] for column in about["columns"]] == table.column_names
    return table.column_names, [list(row.values()) for row in table.to_pylist()]


def layouts(data):
    found, name = {}, None
    for line in run("export", "--list", "--data", data).splitlines():
        if not line.startswith(" "):
            name = line.split(":")[0]
            found[name] = []
        else:
            column = re.match(r"    (\S+) \(([a-z ]+)", line)
            found[name].append((column[1], column[2].strip()))
    return found


def compare(data, folder):
    rows_of = {}
    for name, layout in layouts(data).items():
        said = {}
        for form in FORMATS:
            path = folder / f"{name}.{form}"
            done = subprocess.run([KUAGER, "export", name, "--out", path, "--data", data], capture_output=True, text=True)
            if done.returncode:
                assert "is given to nobody until" in done.stderr, done.stderr
                assert not path.exists()
                break
            header, rows = {"csv": of_csv, "xlsx": of_xlsx, "json": of_json, "parquet": of_parquet}[form](path)
            if header is not None and form != "json":
                assert header == [column for column, _ in layout], (name, form)
            if form == "json" and rows:
                order = {column: at for at, column in enumerate(header)}
                rows = [[row[order[column]] for column, _ in layout] for row in rows]
            said[form] = [[plain(cell) for cell in row] for row in moments(layout, rows)]
        if len(said) < len(FORMATS):
            continue
        # Workbooks leave rows without any cell out; there are none in these tables.
        for form in FORMATS[1:]:
            assert len(said[form]) == len(said["csv"]), (name, form, len(said[form]), len(said["csv"]))
        for at, rows in enumerate(zip(*(said[form] for form in FORMATS))):
            for column, cells in enumerate(zip(*rows)):
                assert len({same(cell) for cell in cells}) == 1, (name, at, column, cells)
        rows_of[name] = len(said["csv"])
    assert rows_of["records"] > 0 and rows_of["stations"] > 0 and rows_of["protocol-lines"] > 0, rows_of
    path = folder / "semicolon.csv"
    run("export", "stations", "--separator", "semicolon", "--lang", "ru", "--out", path, "--data", data)
    header, rows = of_csv(path, ";")
    assert len(header) == len(rows[0]) and len(rows) == rows_of["stations"]
    return rows_of


def ask(port, path, token=None):
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def interface(data, rows_of):
    token = run("token", "add", "foreign", "--scope", "read", "--scope", "metrics", "--data", data).splitlines()[0]
    ports = []
    for _ in range(2):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            ports.append(taken.getsockname()[1])
    serving = subprocess.Popen(
        [KUAGER, "serve", "--data", data, "--listen", f"127.0.0.1:{ports[0]}", "--desk", f"127.0.0.1:{ports[1]}"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(600):
            try:
                if ask(ports[1], "/api/v1/tables", token)[0] == 200:
                    break
            except OSError:
                pass
            time.sleep(0.1)
        assert ask(ports[1], "/api/v1/tables")[0] == 401
        description = json.loads(ask(ports[1], "/api/v1/openapi.json", token)[1])
        assert description["openapi"].startswith("3.1")
        validate(description)
        for name in ["stations", "records"]:
            rows, cursor = [], ""
            while True:
                status, page = ask(ports[1], f"/api/v1/tables/{name}?limit=997{cursor}", token)
                assert status == 200, page
                page = json.loads(page)
                rows += page["rows"]
                if not page["more"]:
                    break
                cursor = f"&cursor={page['next']}"
            assert len(rows) == rows_of[name], (name, len(rows), rows_of[name])
        text = ask(ports[1], "/metrics", token)[1]
        assert re.search(rf"^kuager_records {rows_of['records']}$", text, re.M), text
        assert text.endswith("# EOF\n")
    finally:
        serving.terminate()
        serving.wait(timeout=60)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        data = scratch / "data"
        run("simulate", "--data", data, "--stations", "60")
        rows_of = compare(data, scratch)
        interface(data, rows_of)
    total = sum(rows_of.values())
    print(f"{len(rows_of)} tables with {total} rows say the same in {len(FORMATS)} formats; the interface is what it says")


if __name__ == "__main__":
    main()
