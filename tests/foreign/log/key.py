"""The log's key as C2SP signed-note writes it, from what `kuager inspect --json` says of a genesis."""

import base64
import hashlib
import json
import sys

genesis = json.load(sys.stdin)


def find(value, name):
    if isinstance(value, dict):
        for key, inner in value.items():
            found = inner if key == name else find(inner, name)
            if found:
                return found
    return None


origin, key = find(genesis, "log_origin"), bytes.fromhex(find(genesis, "log_key"))
typed = b"\x01" + key
number = hashlib.sha256(origin.encode() + b"\n" + typed).hexdigest()[:8]
print(f"{origin}+{number}+{base64.b64encode(typed).decode()}")
