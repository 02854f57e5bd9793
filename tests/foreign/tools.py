"""COSE implementations that Kuager did not write, behind one question: does this signature hold?

With the pinned versions there are two. cwt does not allow cbor2 6 yet, so with the newest versions pycose judges alone.
"""

import argparse
import hashlib
import importlib.util
import sys

import cbor2
from pycose.keys import OKPKey
from pycose.messages import Sign1Message

PURPOSES = [
    "genesis", "record", "request", "credential", "pack", "receipt", "refusal", "message", "fork",
    "media_receipt", "redaction", "station_shard",
]
NO_DEPLOYMENT = bytes(32)


def sha256(data):
    return hashlib.sha256(data).digest()


def kid_of(public_key):
    return sha256(public_key)[:16]


def external_aad(purpose, deployment):
    return b"kuager/" + purpose.encode() + b"/v1\0" + deployment


def sign1(statement):
    """What pycose reads. Its own `decode` wants a list and a dictionary, which cbor2 gives inside a tag up to version 5 only."""
    tagged = cbor2.loads(statement)
    if isinstance(tagged.value, list):
        return Sign1Message.decode(statement)
    if tagged.tag != Sign1Message.cbor_tag:
        raise ValueError("another tag")
    protected, unprotected, payload, signature = tagged.value
    return Sign1Message.from_cose_obj([protected, dict(unprotected), payload, signature], True)


def by_pycose(statement, aad, public_key):
    """The payload, or None when the signature does not hold."""
    message = sign1(statement)
    message.external_aad = aad
    message.key = OKPKey(crv="ED25519", x=public_key)
    return message.payload if message.verify_signature() else None


def by_cwt(statement, aad, public_key):
    """The payload, or None when the signature does not hold."""
    # 1: kty OKP, 2: kid, 3: alg EdDSA, 4: key_ops verify, -1: crv Ed25519, -2: x. cwt looks the key up by its kid,
    # so it gets the one that the statement names and no other check hides the one of the signature.
    from cwt import COSE, COSEKey
    from cwt.exceptions import VerifyError

    header = cbor2.loads(cbor2.loads(statement).value[0])
    key = COSEKey.new({1: 1, 2: header[4], 3: -8, 4: [2], -1: 6, -2: public_key})
    try:
        return COSE.new().decode(statement, key, external_aad=aad)
    except VerifyError:
        return None


TOOLS = {"pycose": by_pycose}
if importlib.util.find_spec("cwt"):
    TOOLS["cwt"] = by_cwt


class Tally:
    """Counts checks and closes with one line."""

    def __init__(self, verbose):
        self.passed = 0
        self.failed = 0
        self.verbose = verbose

    def check(self, holds, what):
        if holds:
            self.passed += 1
            if self.verbose:
                print(f"ok      {what}")
        else:
            self.failed += 1
            print(f"FAILED  {what}")
        return holds

    def accepted(self, what, statement, purpose, deployment, public_key):
        """Every tool must find that the signature holds, over the same payload."""
        for name, tool in TOOLS.items():
            try:
                payload = tool(statement, external_aad(purpose, deployment), public_key)
            except Exception as error:  # Whatever a tool raises, it did not accept.
                self.check(False, f"{name} accepts {what}: {error!r}")
                continue
            self.check(payload == payload_of(statement), f"{name} accepts {what}")

    def refused(self, what, statement, aad, public_key):
        """Every tool must refuse: by their verdict, or because they cannot read it at all."""
        for name, tool in TOOLS.items():
            try:
                payload = tool(statement, aad, public_key)
            except Exception:
                payload = None
            self.check(payload is None, f"{name} refuses {what}")

    def close(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def payload_of(statement):
    return cbor2.loads(statement).value[2]


def tampered(statement, purpose, deployment):
    """Copies that differ in one thing each: what was done, the bytes, the external data."""
    payload = payload_of(statement)
    payload_at = len(statement) - 66 - len(payload)
    aad = external_aad(purpose, deployment)

    def flip(at):
        return statement[:at] + bytes([statement[at] ^ 1]) + statement[at + 1 :]

    yield "a byte of the payload", flip(payload_at + len(payload) // 2), aad
    yield "the last byte of the payload", flip(payload_at + len(payload) - 1), aad
    yield "the first half of the signature", flip(len(statement) - 60), aad
    yield "the second half of the signature", flip(len(statement) - 20), aad
    yield "the key id in the protected header", flip(12), aad
    yield "another deployment", statement, external_aad(purpose, sha256(deployment))
    yield "no deployment and no purpose", statement, b""
    for other in PURPOSES:
        if other != purpose:
            yield f"offered as {other}", statement, external_aad(other, deployment)


def arguments(description, **positional):
    parser = argparse.ArgumentParser(description=description)
    for name, what in positional.items():
        parser.add_argument(name, help=what)
    parser.add_argument("-v", "--verbose", action="store_true", help="print every check, not only those that fail")
    return parser.parse_args(sys.argv[1:])
