"""The log's key as C2SP signed-note writes it, from what `kuager inspect` says of a genesis."""

import base64
import hashlib
import re
import sys

said = sys.stdin.read()
key = bytes.fromhex(re.search(r"^log key +([0-9a-f]{64})", said, re.MULTILINE)[1])
origin = re.search(r"^log +(\S+)$", said, re.MULTILINE)[1]
typed = b"\x01" + key
number = hashlib.sha256(origin.encode() + b"\n" + typed).hexdigest()[:8]
print(f"{origin}+{number}+{base64.b64encode(typed).decode()}")
