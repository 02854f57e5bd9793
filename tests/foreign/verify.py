#!/usr/bin/env python3
"""Verifies what `kuager demo --once --out DIR` wrote, with tools that Kuager did not write.

Genesis, pack, every record and every receipt must be accepted by pycose and cwt; the deployment id must follow from
the genesis, every chain from the deployment id, and every receipt must name its record. Tampered copies of each must
be refused by both tools.
"""

import json
import pathlib

import cbor2

from tools import NO_DEPLOYMENT, Tally, arguments, external_aad, kid_of, payload_of, sha256, tampered

# Field numbers of docs/wire-format.md.
ROOT_KEY, RECEIPT_KEY, LOG_KEY, LOG_ORIGIN = 2, 3, 4, 5
SEQ, PREV, FORM = 3, 4, 7
RECEIPT_RECORD, RECEIPT_KID, RECEIPT_SEQ, RECEIVED, RECEIPT_ORIGIN, DEADLINE = 2, 3, 4, 5, 6, 7


def kid_in(statement):
    return cbor2.loads(cbor2.loads(statement).value[0])[4]


class Demo:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        keys = json.loads((folder / "keys.json").read_text())
        self.deployment = bytes.fromhex(keys["deployment_id"])
        self.root, self.receipt, self.log = (bytes.fromhex(keys[name]) for name in ("root", "receipt", "log"))
        self.devices = {bytes.fromhex(kid): bytes.fromhex(key) for kid, key in keys["devices"].items()}
        self.genesis = (folder / "genesis.cbor").read_bytes()
        self.pack = (folder / "pack.cbor").read_bytes()
        self.records = {path.stem: path.read_bytes() for path in sorted((folder / "records").glob("*.cbor"))}
        self.receipts = {path.stem: path.read_bytes() for path in sorted((folder / "receipts").glob("*.cbor"))}


def check_roots(tally, demo):
    tally.accepted("genesis", demo.genesis, "genesis", NO_DEPLOYMENT, demo.root)
    tally.check(sha256(demo.genesis) == demo.deployment, "the deployment id is the hash of the genesis")
    named = cbor2.loads(payload_of(demo.genesis))
    tally.check(
        (named[ROOT_KEY], named[RECEIPT_KEY], named[LOG_KEY]) == (demo.root, demo.receipt, demo.log),
        "the genesis names the keys",
    )
    tally.accepted("pack", demo.pack, "pack", demo.deployment, demo.root)
    for kid, key in demo.devices.items():
        tally.check(kid_of(key) == kid, f"key id of device {kid.hex()}")
    return named[LOG_ORIGIN]


def check_records(tally, demo):
    tally.check(demo.records, f"there are records ({len(demo.records)})")
    chains = {}
    for name, statement in demo.records.items():
        record, kid = cbor2.loads(payload_of(statement)), kid_in(statement)
        tally.check(sha256(statement).hex() == name, f"hash of record {name}")
        if tally.check(kid in demo.devices, f"record {name} is by a known device"):
            tally.accepted(f"record {name}", statement, "record", demo.deployment, demo.devices[kid])
        if FORM in record:
            tally.check(record[FORM][0] == sha256(demo.pack), f"record {name} answers a form of the pack")
        chains.setdefault(kid, []).append((record[SEQ], record[PREV], sha256(statement)))
    tally.check(len(chains) == len(demo.devices), "every device has a chain")
    for kid, links in chains.items():
        expected = demo.deployment
        for number, (seq, prev, own) in enumerate(sorted(links)):
            tally.check(seq == number and prev == expected, f"link {number} of the chain of {kid.hex()}")
            expected = own


def check_receipts(tally, demo, origin):
    tally.check(demo.receipts.keys() == demo.records.keys(), "every record has a receipt and the other way round")
    for name, statement in demo.receipts.items():
        tally.accepted(f"receipt {name}", statement, "receipt", demo.deployment, demo.receipt)
        receipt, record = cbor2.loads(payload_of(statement)), demo.records.get(name)
        if record is None:
            continue
        signed = cbor2.loads(payload_of(record))
        tally.check(
            (receipt[RECEIPT_RECORD].hex(), receipt[RECEIPT_KID], receipt[RECEIPT_SEQ])
            == (name, kid_in(record), signed[SEQ]),
            f"receipt {name} names its record",
        )
        tally.check(receipt[RECEIPT_ORIGIN] == origin, f"receipt {name} names the log")
        tally.check(receipt[DEADLINE] > receipt[RECEIVED], f"receipt {name} has a deadline after its arrival")


def check_tampered(tally, demo):
    statements = [("genesis", demo.genesis, "genesis", NO_DEPLOYMENT, demo.root)]
    statements.append(("pack", demo.pack, "pack", demo.deployment, demo.root))
    for name, statement in demo.records.items():
        key = demo.devices.get(kid_in(statement))
        if key is not None:
            statements.append((f"record {name}", statement, "record", demo.deployment, key))
    for name, statement in demo.receipts.items():
        statements.append((f"receipt {name}", statement, "receipt", demo.deployment, demo.receipt))
    for name, statement, purpose, deployment, key in statements:
        for what, copy, aad in tampered(statement, purpose, deployment):
            tally.refused(f"{name}, {what}", copy, aad, key)
        other = demo.root if key != demo.root else demo.receipt
        tally.refused(f"{name} under another key", statement, external_aad(purpose, deployment), other)


def main():
    args = arguments(__doc__.splitlines()[0], folder="the folder that `kuager demo --once --out` wrote")
    tally = Tally(args.verbose)
    demo = Demo(args.folder)
    origin = check_roots(tally, demo)
    check_records(tally, demo)
    check_receipts(tally, demo, origin)
    check_tampered(tally, demo)
    return tally.close()


if __name__ == "__main__":
    raise SystemExit(main())
