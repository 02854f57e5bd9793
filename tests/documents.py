#!/usr/bin/env python3
"""Carries out what the documents tell their readers to do.

    tests/documents.py KUAGER FOLDER_OF_DEMO PYTHON [PYTHON...]

KUAGER is the built program, FOLDER_OF_DEMO what `kuager demo --once --out` wrote. Every document gets a scratch folder, in which its blocks
run from top to bottom, as a reader would. What a block is, its language says:

    sh        run by bash; the program is the built one, however the document calls it, and a server stays up until the document ends
    python    run by each PYTHON, all blocks of a document in one namespace; must print neither False nor []
    toml      added to the file that a remark before it names, as below
    ini       a unit for systemd: its ExecStart is run
    text      what a program says; compared where a remark names a file
    others    must be in CHECKED_ELSEWHERE

Remarks stand alone in a line of their own, unseen by readers, and belong to the next block:

    <!-- $ COMMAND -->          run by bash before it
    <!-- NAME=COMMAND -->       what the command prints takes the place of the word NAME, from here on
    <!-- python: CODE -->       run by Python before it
    <!-- append: FILE -->       the block is added to this file
    <!-- same: FILE -->         the file must hold exactly this block

A block without a language, indented for instance, is a mistake: nobody could say whether it is true.
"""

import json
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
DOCUMENTS = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/coordinator.md", "docs/data.md", "docs/analysis.md", "docs/packs.md", "docs/verify.md", "docs/expressions.md", "docs/wire-format.md"]
# Which steps of tests/run look at the other languages.
CHECKED_ELSEWHERE = {"mermaid": None, "ebnf": None, "cddl": "vectors", "kotlin": "kotlin-jvm", "swift": "swift-package"}
# The worked example is checked by tests/foreign/vectors.py, byte by byte.
INDENTED_ELSEWHERE = {"docs/wire-format.md": r"<!-- example: .*|.*(5e 2a 4d 18|d2  |84  ).*"}

REMARK = re.compile(r"<!-- (?:(?P<run>\$) |(?P<name>[A-Z][A-Z_]*)=|(?P<kind>python|append|same): )(?P<text>.*) -->")
FENCE = re.compile(r"```(\w*)$")
PORTS = re.compile(r"\b(8443|8080)\b")
STARTS = re.compile(r"^(kuager|target/release/kuager) (serve|demo)\b(?!.*(--once|--help))|^cargo run --release -- demo$")
PATIENCE = 120


class Wrong(Exception):
    """What a document says is not so."""


def blocks(text):
    """Every block with its remarks: (line, language, text, remarks). Indented blocks have no language."""
    lines, at, remarks = text.splitlines(), 0, []
    while at < len(lines):
        remark, fence = REMARK.fullmatch(lines[at]), FENCE.fullmatch(lines[at])
        if remark:
            remarks.append(remark)
        elif fence:
            end = lines.index("```", at + 1)
            yield at + 1, fence[1], "\n".join(lines[at + 1 : end]) + "\n", remarks
            at, remarks = end, []
        elif lines[at].startswith("    ") and at and not lines[at - 1].strip():
            yield at + 1, "", lines[at], remarks
            while at + 1 < len(lines) and (lines[at + 1].startswith("    ") or not lines[at + 1].strip()):
                at += 1
            remarks = []
        at += 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


class Reader:
    """Somebody who does what a document says, in a folder of their own."""

    def __init__(self, document, folder, kuager, demo, pythons):
        self.document, self.folder, self.pythons = document, folder, pythons
        self.words, self.servers, self.code, self.done = {}, [], [], 0
        self.ports = {"8443": free_port(), "8080": free_port()}
        for name in ("coordinator", "core", "docs", "tests", "LICENSE-MIT"):
            (folder / name).symlink_to(ROOT / name)
        (folder / "demo").symlink_to(demo)
        (folder / "bin").mkdir()
        for program in ("kuager", "test-phone"):
            (folder / "bin" / program).symlink_to(kuager.parent / program)
        (folder / "home").mkdir()
        self.environment = {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "HOME": str(folder / "home")}

    def follow(self):
        text = (ROOT / self.document).read_text()
        try:
            for line, language, block, remarks in blocks(text):
                self.line = line
                for remark in remarks:
                    self.obey(remark)
                self.carry_out(language, block, remarks)
            self.mentioned(text)
            self.run_python()
        finally:
            self.stop_servers()
        return self.done

    def obey(self, remark):
        if remark["run"]:
            self.bash(remark["text"])
        elif remark["name"]:
            self.words[remark["name"]] = self.bash(remark["text"]).strip()
        elif remark["kind"] == "python":
            self.code.append(f"{remark['text']}\n")

    def carry_out(self, language, block, remarks):
        files = {remark["kind"]: self.folder / remark["text"] for remark in remarks if remark["kind"] in ("append", "same")}
        if "append" in files:
            with open(files["append"], "a") as file:
                file.write("\n" + block)
        elif "same" in files:
            told = files["same"].read_text()
            if told != block:
                raise Wrong(f"the document prints\n{block}but it is\n{told}")
        elif language == "sh":
            self.shell(block)
        elif language == "python":
            self.code.append(block)
        elif language == "ini":
            command = re.search(r"^ExecStart=(.*)$", block, re.MULTILINE)[1]
            self.serve(command.replace("/usr/local/bin/", "").replace("/var/lib/kuager", "kuager-data"))
        elif language == "text" or language in CHECKED_ELSEWHERE:
            return
        elif not language and re.fullmatch(INDENTED_ELSEWHERE.get(self.document, "(?!)"), block):
            return
        else:
            raise Wrong(f"nobody checks {language or 'a block without a language'}: {block.splitlines()[0]}")
        self.done += 1

    def shell(self, block):
        """Runs what is in a block; servers are left running, and what this very check is a part of is looked at only."""
        pending = []
        for line in block.replace("\\\n", " ").splitlines():
            line = self.filled(line)
            bare = re.sub(r"\s+#.*", "", line).strip()
            if bare.startswith(("tests/run", "cargo bench", "cargo build", "cargo run -p", "cargo run --release -p")):
                self.named(bare)
            elif STARTS.match(bare):
                self.bash("\n".join(pending))
                pending = []
                self.serve(bare)
            else:
                pending.append(re.sub(r"^(target/release/kuager|cargo run --release --)(?= )", "kuager", line.strip()))
        self.bash("\n".join(pending))

    def filled(self, text):
        for name, value in self.words.items():
            text = re.sub(rf"\b{name}\b", lambda _, value=value: value, text)
        return PORTS.sub(lambda port: self.ports[port[0]], text)

    def bash(self, script):
        if not script.strip():
            return ""
        print(f"    {script.strip()}".replace("\n", "\n    "), flush=True)
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", self.filled(script)], cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE * 5,
        )
        if done.returncode:
            raise Wrong(f"{script.strip()}\nends with {done.returncode} and says\n{done.stdout}")
        return done.stdout

    def serve(self, command):
        """Starts a server as the document says and waits until it answers."""
        self.stop_servers()
        command = re.sub(r"^(target/release/kuager|cargo run --release --)(?= )", "kuager", self.filled(command))
        if " serve" in command:
            for option, port in (("--listen", "8443"), ("--desk", "8080")):
                command += "" if option in command else f" {option} 127.0.0.1:{self.ports[port]}"
        print(f"    {command} &", flush=True)
        log = self.folder / "server.log"
        with open(log, "w") as file:
            process = subprocess.Popen(shlex.split(command), cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        self.servers.append((command, process, log))
        deadline = time.monotonic() + PATIENCE
        while "Ctrl-C" not in log.read_text():
            if process.poll() is not None or time.monotonic() > deadline:
                raise Wrong(f"{command}\nis not up and says\n{log.read_text()}")
            time.sleep(0.05)

    def stop_servers(self):
        """Stops them as the documents say: with Ctrl-C. They must end well."""
        while self.servers:
            command, process, log = self.servers.pop()
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                raise Wrong(f"{command}\ndoes not stop at Ctrl-C") from None
            if "\x1b" in log.read_text():
                raise Wrong(f"{command}\nwrites colours into a file")
            if code:
                raise Wrong(f"{command}\nends with {code} and says\n{log.read_text()}")

    def named(self, command):
        """Looks whether there is what a command names, where running it here would run everything once more."""
        words = shlex.split(command)
        if words[0] == "tests/run":
            known = subprocess.run([ROOT / "tests/run", "list"], capture_output=True, text=True, check=True).stdout.split()
            missing = [word for word in words[1:] if word not in {*known, "list", "all", "NAME"}]
        else:
            packages = {package["name"]: {target["name"] for target in package["targets"]} for package in metadata()["packages"]}
            missing = [package for package in options(words, "-p", "--package") if package not in packages]
            for package in options(words, "-p", "--package"):
                missing += [target for target in options(words, "--bench", "--example", "--bin") if target not in packages.get(package, ())]
        if missing:
            raise Wrong(f"{command}: there is no {', '.join(missing)}")

    def mentioned(self, text):
        """Commands inside of lines: what tests/run and cargo are asked for must exist."""
        for command in re.findall(r"`((?:tests/run|cargo bench|cargo run)[^`]*)`", text):
            self.named(command)
            self.done += 1

    def run_python(self):
        """Runs all Python of the document at once, in each Python."""
        if not self.code:
            return
        program = self.folder / "document.py"
        program.write_text("\n".join(self.code))
        for python in self.pythons:
            print(f"    {python} {program.name}", flush=True)
            done = subprocess.run([python, program], cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
            if done.returncode or {"False", "[]"} & set(done.stdout.splitlines()):
                raise Wrong(f"its Python fails with {python}\n{done.stdout}{done.stderr}")


def options(words, *names):
    return [words[at + 1] for at, word in enumerate(words[:-1]) if word in names]


def metadata(found=[]):
    if not found:
        asked = ["cargo", "metadata", "--locked", "--no-deps", "--format-version", "1"]
        found.append(json.loads(subprocess.run(asked, cwd=ROOT, capture_output=True, check=True).stdout))
    return found[0]


def main(kuager, demo, *pythons):
    wrong, paths = 0, (pathlib.Path(kuager).resolve(), pathlib.Path(demo).resolve())
    for document in DOCUMENTS:
        if not (ROOT / document).exists():
            continue
        print(document, flush=True)
        with tempfile.TemporaryDirectory() as folder:
            reader = Reader(document, pathlib.Path(folder), *paths, [os.path.abspath(python) for python in pythons])
            try:
                print(f"  {reader.follow()} done")
            except Wrong as error:
                wrong += 1
                print(f"FAILED {document}:{reader.line}: {error}")
    print(f"{wrong} documents are wrong" if wrong else "every document is right")
    return 1 if wrong else 0


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
