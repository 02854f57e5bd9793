#!/usr/bin/env python3
"""Leaves what a reader of the documents has been given, in the folder it is called in.

    rehearsal.py observe DATA ADDRESS    enrols a phone (test-phone, on the PATH) at the coordinator that serves DATA at ADDRESS, lets it
                                         send three records and a photo, and takes over what `export` takes
    rehearsal.py export DATA             genesis.cbor, credential.cbor, chain/*.cbor with the receipts, record.cbor and receipt.cbor
    rehearsal.py serve                   makes a deployment in kuager-data, serves it, and does the first
    rehearsal.py photo FOLDER            record.cbor, receipt.cbor, photo.jpg and media-receipt.cbor of one record of a demonstration
"""

import pathlib
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time



def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def observe(data, address):
    station = "710000000-99"
    told = run("kuager", "invite", "--data", data, "--server", address, "--station", station)
    pathlib.Path("invite.txt").write_text(re.search(r"^KUAGER:\S+", told, re.MULTILINE)[0])
    pack = sorted(pathlib.Path(data, "packs").iterdir())[0]
    pathlib.Path("photo-taken").mkdir(exist_ok=True)
    shutil.copy(pack, "photo-taken/pack")
    pathlib.Path("photo-taken/photo.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
    told = run("test-phone", "phone", "invite.txt", "photo-taken/pack", "3", "60")
    if "completed" not in told:
        raise SystemExit(f"the phone could not send everything:\n{told}")
    export(data)


def export(data):
    shutil.copy(f"{data}/genesis.cbor", "genesis.cbor")
    ledger = sqlite3.connect(f"file:{data}/ledger.db?mode=ro", uri=True)
    pathlib.Path("credential.cbor").write_bytes(ledger.execute("SELECT credential FROM devices").fetchone()[0])
    chain = pathlib.Path("chain")
    chain.mkdir(exist_ok=True)
    for seq, record, receipt in ledger.execute("SELECT seq, bytes, receipt FROM records ORDER BY seq"):
        (chain / f"{seq}-record.cbor").write_bytes(record)
        (chain / f"{seq}-receipt.cbor").write_bytes(receipt)
    shutil.copy(chain / "0-record.cbor", "record.cbor")
    shutil.copy(chain / "0-receipt.cbor", "receipt.cbor")


def serve():
    run("kuager", "init", "--data", "kuager-data", "--host", "localhost")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        ["kuager", "serve", "--data", "kuager-data", "--listen", f"127.0.0.1:{port}", "--no-desk"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        observe("kuager-data", f"https://localhost:{port}")
    finally:
        server.terminate()
        server.wait()


def photo(folder):
    import cbor2

    folder = pathlib.Path(folder)
    for record in sorted((folder / "records").glob("*.cbor")):
        for attachment in cbor2.loads(cbor2.loads(record.read_bytes()).value[2]).get(10, []):
            if attachment[4] == 1:
                name = attachment[1].hex()
                shutil.copy(record, "record.cbor")
                shutil.copy(folder / "receipts" / record.name, "receipt.cbor")
                shutil.copy(folder / "media" / name, "photo.jpg")
                shutil.copy(folder / "media-receipts" / f"{name}.cbor", "media-receipt.cbor")
                return
    raise SystemExit("no record lists a photo")


if __name__ == "__main__":
    {"observe": observe, "export": export, "serve": serve, "photo": photo}[sys.argv[1]](*sys.argv[2:])
