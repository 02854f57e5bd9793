#!/usr/bin/env python3
"""Says whether shared libraries for Android can be loaded on devices with memory pages of 16 KiB.

    python3 bindings/elf_alignment.py FILE...

Every LOAD segment of a 64-bit library must be aligned to 16 KiB or more, and its address and place in the file must agree in
the last 14 bits (ELF specification, program header, p_align). 32-bit devices have pages of 4 KiB, so those libraries pass.
Exits with 1 and names the file that does not.
"""

import struct
import sys

PAGE = 16 * 1024
LOAD = 1
CLASS_64 = 2


def segments(data):
    """(p_type, p_offset, p_vaddr, p_align) of every program header of a 64-bit little-endian file."""
    (table,) = struct.unpack_from("<Q", data, 32)
    size, count = struct.unpack_from("<HH", data, 54)
    for number in range(count):
        kind, _, offset, address, _, _, _, align = struct.unpack_from("<IIQQQQQQ", data, table + number * size)
        yield kind, offset, address, align


def fault(data):
    """What speaks against a library, or None."""
    if data[:4] != b"\x7fELF":
        return "not an ELF file"
    if data[4] != CLASS_64:
        return None
    if data[5] != 1:
        return "not little-endian"
    loads = [segment for segment in segments(data) if segment[0] == LOAD]
    if not loads:
        return "no LOAD segment"
    for _, offset, address, align in loads:
        if align < PAGE:
            return f"a segment is aligned to {align}, not to {PAGE}"
        if (offset - address) % PAGE:
            return f"a segment at {offset:#x} is mapped to {address:#x}, which differ within a page"
    return None


def main(paths):
    if not paths:
        sys.exit(__doc__)
    bad = 0
    for path in paths:
        with open(path, "rb") as file:
            found = fault(file.read())
        print(f"{path}: {found or 'fits pages of 16 KiB'}")
        bad += found is not None
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
