#!/usr/bin/env python3
"""Checks tests/vectors/wire-v1.json with tools that Kuager did not write.

Every statement must be accepted by pycose and cwt, and tampered copies refused. Every malformed input whose fault is
its signature must be refused by both. Payloads must have the shape that the CDDL in docs/wire-format.md gives, the
verifier printed there must accept them, and zstandard must read the compressed body.
"""

import json
import pathlib
import re

import cbor2
import pycddl
import zstandard

from tools import Tally, arguments, external_aad, kid_of, payload_of, sha256, tampered

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What the CDDL cannot say, or pycddl not check: malformed inputs that only the rules in the text refuse.
BEYOND_CDDL = re.compile(
    "answers: (a boolean|bytes|an integer)|a (checklist|note|gap statement|key event) without|lost numbers (that end|up to|of a first)"
    "|a key event in the middle"
    "|an attachment with an unknown (field|claim)|a latitude|genesis: one key|pack: .* (twice|of one outside)"
    "|delegation: (of packs|over before)|revocation: an issuer with a chain|pack: a question for a photo|credential: the key id|a gap statement that follows|shard: (a station twice|stations of)"
    # pycddl takes -1 for a uint with a .size.
    "|redaction: a rectangle left of|shard: a negative number"
    # And a field that is optional in one of two maps, in the other one too.
    "|request: inbox with a credential"
    # The CDDL counts the parts of an attestation, and not their bytes.
    "|request: an attestation (with an empty|of more than)"
    # And not which fields go together, nor that a text is not blank.
    "|desk entry: (an unreadable value|a release without a reason)"
)


def rule(name):
    """The CDDL rule for a purpose or a body; what stands behind a slash tells bodies of one kind apart."""
    return name.split("/")[0].replace("_", "-")


def blocks(language):
    """The fenced blocks of docs/wire-format.md in this language."""
    text = (ROOT / "docs" / "wire-format.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def check_statements(tally, vectors):
    keys = {key["name"]: bytes.fromhex(key["public_key"]) for key in vectors["keys"]}
    for key in vectors["keys"]:
        tally.check(kid_of(bytes.fromhex(key["public_key"])).hex() == key["kid"], f"kid of {key['name']}")
    for vector in vectors["statements"]:
        name, purpose = vector["name"], vector["purpose"]
        statement, deployment = bytes.fromhex(vector["bytes"]), bytes.fromhex(vector["deployment"])
        aad, public = external_aad(purpose, deployment), keys[vector["signed_by"]]
        tally.check(aad.hex() == vector["external_aad"], f"external data of {name}")
        tally.check(payload_of(statement).hex() == vector["payload"], f"payload of {name}")
        tally.check(sha256(statement).hex() == vector["sha256"], f"hash of {name}")
        structure = ["Signature1", cbor2.loads(statement).value[0], aad, payload_of(statement)]
        tally.check(cbor2.dumps(structure).hex() == vector["sig_structure"], f"Sig_structure of {name}")
        again = cbor2.dumps(cbor2.loads(payload_of(statement)), canonical=True)
        tally.check(again == payload_of(statement), f"cbor2 writes the payload of {name} the same way")
        tally.accepted(name, statement, purpose, deployment, public)
        for what, copy, copy_aad in tampered(statement, purpose, deployment):
            tally.refused(f"{name}, {what}", copy, copy_aad, public)
        for other, other_key in keys.items():
            if other_key != public:
                tally.refused(f"{name} under the key {other}", statement, aad, other_key)
    genesis = next(vector for vector in vectors["statements"] if vector["purpose"] == "genesis")
    tally.check(genesis["sha256"] == vectors["deployment_id"], "the deployment id is the hash of the genesis")


def check_malformed(tally, vectors):
    count = 0
    for vector in vectors["malformed"]:
        if vector["error"] in ("bad_signature", "wrong_key") and "foreign_may_accept" not in vector:
            count += 1
            aad = external_aad(vector["offered_as"], bytes.fromhex(vector["deployment"]))
            public = bytes.fromhex(vector["public_key"])
            tally.refused(vector["name"], bytes.fromhex(vector["input"]), aad, public)
    tally.check(count >= 20, f"{count} inputs have a fault in their signature")


def check_shapes(tally, vectors):
    # pycddl refuses every map inside a map with text keys, so it does not look into those.
    schema = re.sub(r"^(answer|texts-by-key) = .*$", r"\1 = any", "\n".join(blocks("cddl")), flags=re.MULTILINE)

    def fits(name, data):
        # The first rule of a schema is the one that is checked.
        try:
            pycddl.Schema(f"start = {rule(name)}\n{schema}").validate_cbor(data)
        except pycddl.ValidationError as error:
            if tally.verbose:
                print(error)
            return False
        return True

    for vector in vectors["statements"]:
        tally.check(fits(vector["purpose"], bytes.fromhex(vector["payload"])), f"CDDL of {vector['name']}")
        tally.check(fits("statement", bytes.fromhex(vector["bytes"])), f"CDDL of {vector['name']}, envelope")
    for vector in vectors["bodies"]:
        tally.check(fits(vector["name"], bytes.fromhex(vector["bytes"])), f"CDDL of {vector['name']}")
    for vector in vectors["invites"]:
        tally.check(fits("invite", bytes.fromhex(vector["cbor"])), f"CDDL of the invite {vector['about']}")
    # A schema that accepts everything would prove nothing.
    for vector in vectors["malformed"]:
        if vector["error"] in ("shape", "unknown_field") and not BEYOND_CDDL.match(vector["name"]):
            payload = payload_of(bytes.fromhex(vector["input"]))
            tally.check(not fits(vector["offered_as"], payload), f"CDDL refuses {vector['name']}")


def check_printed_verifier(tally, vectors):
    """Runs the verifier printed in docs/wire-format.md."""
    printed = next(block for block in blocks("python") if "def verify(" in block)
    names = {}
    exec(compile(printed, "docs/wire-format.md", "exec"), names)
    keys = {key["name"]: bytes.fromhex(key["public_key"]) for key in vectors["keys"]}
    for vector in vectors["statements"]:
        statement, deployment = bytes.fromhex(vector["bytes"]), bytes.fromhex(vector["deployment"])
        public = keys[vector["signed_by"]]
        payload = names["verify"](statement, vector["purpose"], deployment, public)
        tally.check(payload == cbor2.loads(bytes.fromhex(vector["payload"])), f"the printed verifier reads {vector['name']}")
    # It knows neither the fields of statements nor their limits; everything else it must find.
    beyond = {"shape", "unknown_field", "version", "too_deep", "too_large"}
    for vector in vectors["malformed"]:
        if vector["error"] in beyond:
            continue
        try:
            deployment = bytes.fromhex(vector["deployment"])
            public = bytes.fromhex(vector["public_key"])
            names["verify"](bytes.fromhex(vector["input"]), vector["offered_as"], deployment, public)
            refused = False
        except Exception:
            refused = True
        tally.check(refused, f"the printed verifier refuses {vector['name']}")


def check_digits(tally, vectors):
    """The digits that people compare, from the fields of an invite alone."""
    found = 0
    for vector in vectors["invites"]:
        if "digits" not in vector:
            continue
        found += 1
        invite = cbor2.loads(bytes.fromhex(vector["cbor"]))
        servers = cbor2.loads(payload_of(invite[7]))
        committed = cbor2.dumps([servers[2], servers[3]], canonical=True)
        digest = sha256(b"kuager/digits/v2\0" + invite[3] + invite[4] + committed)
        digits = f"{int.from_bytes(digest[:16], 'big') % 10**25:025}"
        groups = " ".join(digits[at : at + 5] for at in range(0, 25, 5))
        tally.check(groups == vector["digits"], f"digits of the invite {vector['about']}")
    tally.check(found >= 3, f"{found} invites have digits")


def check_example(tally, vectors):
    """Puts the bytes printed in docs/wire-format.md together; comments stand behind at least two spaces."""
    text = (ROOT / "docs" / "wire-format.md").read_text()
    name, lines = re.search(r"<!-- example: (\S+) -->\n\n((?:    .*\n)+)", text).groups()
    printed = "".join(re.split(r"\s{2,}", line.strip())[0].replace(" ", "") for line in lines.splitlines())
    vector = next(vector for vector in vectors["statements"] if vector["name"] == name)
    tally.check(printed == vector["bytes"], f"the bytes printed of {name}")
    tally.check(vector["sha256"] in text, f"the hash printed of {name}")


def check_compression(tally, vectors):
    vector = vectors["compression"]
    dictionary, stream = bytes.fromhex(vector["dictionary"]), bytes.fromhex(vector["stream"])
    tally.check(sha256(dictionary).hex() == vector["dictionary_sha256"], "hash of the dictionary")
    tally.check(stream[:8] == bytes.fromhex("5e2a4d1820000000") and stream[8:40] == sha256(dictionary), "head of dcz")
    decompressor = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(dictionary))
    tally.check(decompressor.decompress(stream[40:]).hex() == vector["body"], "zstandard reads the compressed body")


def main():
    args = arguments(__doc__.splitlines()[0])
    tally = Tally(args.verbose)
    vectors = json.loads((ROOT / "tests" / "vectors" / "wire-v1.json").read_text())
    check_statements(tally, vectors)
    check_malformed(tally, vectors)
    check_compression(tally, vectors)
    check_shapes(tally, vectors)
    check_printed_verifier(tally, vectors)
    check_example(tally, vectors)
    check_digits(tally, vectors)
    return tally.close()


if __name__ == "__main__":
    raise SystemExit(main())
