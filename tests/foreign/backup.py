#!/usr/bin/env python3
"""Opens backups with the programs `age`, `tar` and `sha256sum`, and has ours open what they wrote.

    backup.py KUAGER

KUAGER is the built program. Both ways, with a passphrase and with a key.
"""

import os
import pathlib
import pty
import re
import subprocess
import sys
import tempfile

PASSPHRASE = "қара көз 7"


def run(*command, **more):
    done = subprocess.run(command, capture_output=True, text=True, **more)
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} says\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def asked(*command):
    """Runs a program that asks for a passphrase at a terminal, as age does."""
    process, terminal = pty.fork()
    if process == 0:
        os.execvp(command[0], [str(word) for word in command])
    told = b""
    try:
        while part := os.read(terminal, 1024):
            told += part
            if re.search(rb"passphrase[^\n]*: ?\S*$", told):
                os.write(terminal, PASSPHRASE.encode() + b"\n")
                told = b""
    except OSError:
        pass  # The program has ended, and its terminal with it.
    status = os.waitpid(process, 0)[1]
    if status:
        raise SystemExit(f"{command[0]} ended with {status}: {told.decode(errors='replace')}")


def unpack(archive, folder):
    folder.mkdir()
    run("tar", "--extract", "--file", archive, "--directory", folder)
    run("sha256sum", "--strict", "--check", "SHA256SUMS", cwd=folder)
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    listed = [line.split("  ", 1)[1] for line in (folder / "SHA256SUMS").read_text().splitlines()]
    if names != sorted([*listed, "SHA256SUMS"]) or "ledger.db" not in listed:
        raise SystemExit(f"{names} are there, {listed} are listed")
    return listed


def pack(folder, listed, archive):
    """The archive again, written by tar, in the order of the list."""
    run("tar", "--create", "--format=gnu", "--no-recursion", "--file", archive, "--directory", folder, *listed, "SHA256SUMS")


def main(kuager):
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        data, secret, identity = scratch / "data", scratch / "secret", scratch / "identity"
        secret.write_text(PASSPHRASE + "\n")
        run(kuager, "init", "--data", data)
        run(kuager, "invite", "--data", data, "--server", "https://localhost")
        recipient = re.search(r"age1\w+", run("age-keygen", "--output", identity))[0]
        ways = [
            ("key", ["--recipient", recipient], ["--identity-file", identity]),
            ("passphrase", ["--passphrase-file", secret], ["--passphrase-file", secret]),
        ]
        for way, lock, key in ways:
            ours, opened, theirs = scratch / f"{way}.age", scratch / f"{way}.tar", scratch / f"{way}.theirs"
            run(kuager, "backup", "--data", data, "--to", ours, *lock)
            if way == "key":
                run("age", "--decrypt", "--identity", identity, "--output", opened, ours)
            else:
                asked("age", "--decrypt", "--output", opened, ours)
            folder = scratch / f"{way}.files"
            listed = unpack(opened, folder)
            again = scratch / f"{way}.again.tar"
            pack(folder, listed, again)
            if way == "key":
                run("age", "--encrypt", "--recipient", recipient, "--output", theirs, again)
            else:
                asked("age", "--encrypt", "--passphrase", "--output", theirs, again)
            for number, file in enumerate([ours, theirs]):
                restored = scratch / f"{way}.{number}"
                run(kuager, "restore", file, "--data", restored, *key)
                if run(kuager, "invite", "--list", "--data", restored) != run(kuager, "invite", "--list", "--data", data):
                    raise SystemExit(f"{file.name} came back as something else")
            print(f"{way}: {len(listed)} files, opened by age, tar and sha256sum; theirs opened by ours")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]).resolve())
