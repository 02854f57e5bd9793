#!/usr/bin/env python3
"""Verifies what `kuager demo --once --out DIR` wrote, with tools that Kuager did not write.

Genesis, pack, every record and every receipt must be accepted by pycose and cwt; the deployment id must follow from
the genesis, every chain from the deployment id, and every receipt must name its record. Every photo must be one that a
record lists, by hash and size, and its media receipt must name it. Tampered copies of each must be refused by both
tools, and tampered photos must be nobody's.
"""

import json
import pathlib

import cbor2

from tools import NO_DEPLOYMENT, Tally, arguments, external_aad, kid_of, payload_of, sha256, tampered

# Field numbers of docs/wire-format.md.
ROOT_KEY, RECEIPT_KEY, LOG_KEY, LOG_ORIGIN = 2, 3, 4, 5
SEQ, PREV, FORM, ATTACHMENTS = 3, 4, 7, 10
HASH, SIZE, MIME, ROLE, OF = 1, 2, 3, 4, 5
ORIGINAL, PREVIEW = 1, 2
RECEIPT_RECORD, RECEIPT_KID, RECEIPT_SEQ, RECEIVED, RECEIPT_ORIGIN, DEADLINE = 2, 3, 4, 5, 6, 7
HELD_MEDIA, HELD_SIZE, HELD_KID, HELD_RECEIVED = 2, 3, 4, 5
# What files begin with, by media type; types that are not here are not looked into.
MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n"}


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
        # Both folders may be missing where there are no photos.
        self.media = {path.stem: path.read_bytes() for path in sorted((folder / "media").glob("*"))}
        held = sorted((folder / "media-receipts").glob("*.cbor"))
        self.media_receipts = {path.stem: path.read_bytes() for path in held}

    def listed(self):
        """What records say of files: key id of the device, the record, one of its attachments."""
        for name, statement in self.records.items():
            record = cbor2.loads(payload_of(statement))
            for attachment in record.get(ATTACHMENTS, []):
                yield kid_in(statement), name, attachment


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


def check_media(tally, demo):
    listed = list(demo.listed())
    names = {attachment[HASH].hex() for _, _, attachment in listed}
    tally.check(demo.media.keys() == names, f"every file that records list is there and no other ({len(names)})")
    tally.check(demo.media_receipts.keys() == names, "every file has a media receipt and the other way round")
    for kid, record, attachment in listed:
        name = attachment[HASH].hex()
        file = demo.media.get(name, b"")
        tally.check(sha256(file) == attachment[HASH], f"file {name} is the one that record {record} lists")
        tally.check(len(file) == attachment[SIZE], f"file {name} has the size that record {record} says")
        tally.check(file.startswith(MAGIC.get(attachment[MIME], b"")), f"file {name} is {attachment[MIME]}")
        if attachment[ROLE] == PREVIEW:
            originals = [other for _, held, other in listed if held == record and other[ROLE] == ORIGINAL]
            made_from = any(other[HASH] == attachment.get(OF) for other in originals)
            tally.check(made_from, f"preview {name} is made from an original of record {record}")
    for name, statement in demo.media_receipts.items():
        tally.accepted(f"media receipt {name}", statement, "media_receipt", demo.deployment, demo.receipt)
        receipt = cbor2.loads(payload_of(statement))
        tally.check(receipt[HELD_MEDIA].hex() == name, f"media receipt {name} names its file")
        said = {(kid, attachment[SIZE]) for kid, _, attachment in listed if attachment[HASH] == receipt[HELD_MEDIA]}
        tally.check((receipt[HELD_KID], receipt[HELD_SIZE]) in said, f"media receipt {name} is for a device that lists it")
        tally.check(receipt[HELD_RECEIVED] > 0, f"media receipt {name} says when")
    # A changed photo is a file that no record lists and no receipt names.
    for name, file in demo.media.items():
        changed = {
            "a byte changed": file[: len(file) // 2] + bytes([file[len(file) // 2] ^ 1]) + file[len(file) // 2 + 1 :],
            "the last byte cut off": file[:-1],
            "a byte more": file + b"\0",
            "another file's metadata put before it": file[:2] + b"\xff\xfe\x00\x03x" + file[2:],
        }
        for what, copy in changed.items():
            tally.check(sha256(copy).hex() not in names, f"file {name}, {what}, is listed nowhere")


def check_tampered(tally, demo):
    statements = [("genesis", demo.genesis, "genesis", NO_DEPLOYMENT, demo.root)]
    statements.append(("pack", demo.pack, "pack", demo.deployment, demo.root))
    for name, statement in demo.records.items():
        key = demo.devices.get(kid_in(statement))
        if key is not None:
            statements.append((f"record {name}", statement, "record", demo.deployment, key))
    for name, statement in demo.receipts.items():
        statements.append((f"receipt {name}", statement, "receipt", demo.deployment, demo.receipt))
    for name, statement in demo.media_receipts.items():
        statements.append((f"media receipt {name}", statement, "media_receipt", demo.deployment, demo.receipt))
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
    check_media(tally, demo)
    check_tampered(tally, demo)
    return tally.close()


if __name__ == "__main__":
    raise SystemExit(main())
