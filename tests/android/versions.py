#!/usr/bin/env python3
"""Compares the versions that Gradle builds with against those that were compiled and tested without it.

    versions.py

Prints what differs and ends with 1, or a count.
"""

import re
import sys
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MAVEN = "{http://maven.apache.org/POM/4.0.0}"
BUILDS = {
    "android/check/pom.xml": ("kotlin", "coroutines", "jna", "zxing", "junit4", "robolectric"),
    "android/jvm/pom.xml": ("kotlin", "coroutines", "jna"),
}


def properties(path: str) -> dict[str, str]:
    """The versions that a Maven build names."""
    found = ET.parse(ROOT / path).getroot().find(f"{MAVEN}properties")
    return {item.tag.removeprefix(MAVEN).removesuffix(".version"): item.text for item in found if isinstance(item.tag, str)}


def sniffer(path: str) -> tuple[str, ...]:
    """The artifact and version of the list of what the oldest Android has."""
    signature = ET.parse(ROOT / path).getroot().find(f".//{MAVEN}signature")
    return tuple(signature.find(MAVEN + field).text for field in ("artifactId", "version"))


def main() -> int:
    gradle = tomllib.loads((ROOT / "android/gradle/libs.versions.toml").read_text())["versions"]
    faults = []
    for path, names in BUILDS.items():
        maven = properties(path)
        faults += [f"{path}: {name} is {maven.get(name)} and not {gradle[name]}" for name in names if gradle[name] != maven.get(name)]
    sniffers = {path: sniffer(path) for path in ("android/check/pom.xml", "android/jvm/facade/pom.xml")}
    if len(set(sniffers.values())) != 1 or f"gummy-bears-api-{gradle['minSdk']}" not in next(iter(sniffers.values())):
        faults.append(f"what minSdk {gradle['minSdk']} has is looked up differently: {sniffers}")

    cargo = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]["version"]
    facade = "".join(path.read_text() for path in (ROOT / "android/kuager/src/main/kotlin/org/kuager").glob("*.kt"))
    found = re.findall(r'VERSION: String = "([^"]+)"', facade)
    if found != [cargo]:
        faults.append(f"the workspace is {cargo} and the façade {found}")
    # What build.gradle.kts looks for, in its own words.
    pattern = r'\[workspace\.package]\s*\nversion = "([^"]+)"'
    if pattern not in (ROOT / "android/build.gradle.kts").read_text() or not re.search(pattern, (ROOT / "Cargo.toml").read_text()):
        faults.append("android/build.gradle.kts would not find the version in Cargo.toml")

    run = (ROOT / "tests/android/run").read_text()
    for name, variable in (("minSdk", "MIN_SDK"), ("targetSdk", "TARGET_SDK")):
        if f"readonly {variable}={gradle[name]}\n" not in run:
            faults.append(f"{variable} of tests/android/run is not {gradle[name]}")
    if f"readonly MIN_SDK={gradle['minSdk']}\n" not in (ROOT / "android/package.sh").read_text():
        faults.append("MIN_SDK of android/package.sh differs")

    for fault in faults:
        print(fault)
    print(f"versions: {sum(map(len, BUILDS.values())) + 6} compared, {len(faults)} differ")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
