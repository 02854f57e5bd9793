#!/usr/bin/env python3
"""Checks the texts of the iOS sample: every key in three languages, the same arguments everywhere, every code of the library told,
the same words as on Android, nothing used that is missing, nothing there that is not used."""

import json
import plistlib
import re
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "ios/Sample/App"
MODEL = ROOT / "ios/Sample/Sources/SampleModel"
# CLDR's forms for whole numbers; Russian "other" is for fractions, which the format demands all the same.
PLURALS = {"kk": {"one", "other"}, "ru": {"one", "few", "many", "other"}, "en": {"one", "other"}}
ARGUMENT = re.compile(r"%(?:(\d+)\$)?(lld|@|%)")

problems: list[str] = []


def expect(holds: bool, problem: str) -> None:
    if not holds:
        problems.append(problem)


def found(pattern: str, path: str) -> set[str]:
    """What a pattern finds in a file of the project; never nothing, or the check would check nothing."""
    names = set(re.findall(pattern, (ROOT / path).read_text()))
    expect(len(names) > 5, f"{path}: the pattern {pattern} finds {len(names)}")
    return names


def arguments(text: str) -> dict[int, str]:
    """The arguments of a format by their position, as Foundation counts them."""
    held, number = {}, 0
    rest = ARGUMENT.sub("", text)
    expect("%" not in rest, f"{text!r}: a % that is no argument")
    for position, kind in ARGUMENT.findall(text):
        if kind != "%":
            number += 1
            held[int(position or number)] = kind
    return held


def check_catalogue(name: str) -> set[str]:
    catalogue = json.loads((APP / name).read_text())
    expect(catalogue["sourceLanguage"] == "kk", f"{name}: Kazakh comes first")
    for key, entry in catalogue["strings"].items():
        localizations = entry.get("localizations", {})
        expect(set(localizations) == set(PLURALS), f"{name}: {key} is in {sorted(localizations)}")
        formats = []
        for language, localization in localizations.items():
            if "variations" in localization:
                forms = localization["variations"]["plural"]
                expect(set(forms) == PLURALS[language], f"{name}: {key}/{language} has the forms {sorted(forms)}")
                units = list(forms.values())
            else:
                units = [localization]
            for unit in units:
                value = unit["stringUnit"]["value"]
                expect(bool(value.strip()), f"{name}: {key}/{language} is empty")
                expect(unit["stringUnit"]["state"] == "translated", f"{name}: {key}/{language} is not translated")
                formats.append(arguments(value))
        expect(all(held == formats[0] for held in formats), f"{name}: {key} has not the same arguments everywhere")
    # Letters that Kazakh alone has tell whether columns were mixed up.
    kazakh = json.dumps([e["localizations"]["kk"] for e in catalogue["strings"].values()], ensure_ascii=False)
    russian = json.dumps([e["localizations"]["ru"] for e in catalogue["strings"].values()], ensure_ascii=False)
    expect(bool(re.search("[қғңұүһәөі]", kazakh)), f"{name}: no Kazakh in Kazakh")
    expect(not re.search("[қғңұүһәөі]", russian), f"{name}: Kazakh in Russian")
    return set(catalogue["strings"])


def cases_of(file: str, after: str) -> dict[str, str]:
    """The cases of an enumeration with texts, by name."""
    source = (MODEL / file).read_text()
    held = {}
    for line in source[source.index(after) :].splitlines():
        if (match := re.fullmatch(r"    case (.+)", line)) is not None:
            for case in match[1].split(", "):
                name, _, raw = case.partition(" = ")
                held[name] = raw.strip('"') or name
    return held


def check_keys(keys: set[str]) -> None:
    """Every text the sources can ask for is there, and every text that is there is asked for."""
    cases = cases_of("TextKey.swift", "public enum TextKey")
    expect(len(cases) > 100, f"TextKey.swift: only {len(cases)} keys")
    # That these two lists are the library's is what tests of the package and of the model check.
    errors = {f"error_{code}" for code in found(r'= Self\(rawValue: "([a-z_]+)"\)', "ios/Sources/Kuager/KuagerErrorCode.swift")}
    refusals = {f"refusal_{code}" for code in cases_of("Phrase.swift", "enum RefusalCode").values()}
    expected = set(cases.values()) | errors | refusals
    expect(keys >= expected, f"texts missing: {sorted(expected - keys)}")
    expect(keys <= expected, f"texts nobody asks for: {sorted(keys - expected)}")

    sources = "".join(path.read_text() for path in [*APP.glob("*.swift"), *MODEL.glob("*.swift")] if path.name != "TextKey.swift")
    unused = [name for name in cases if not re.search(rf"\.{name}\b", sources)]
    expect(not unused, f"keys that no screen shows: {unused}")


def check_android() -> None:
    """An observer reads the same about an error on either phone."""
    catalogue = json.loads((APP / "Localizable.xcstrings").read_text())["strings"]
    for folder, language in {"values": "kk", "values-ru": "ru", "values-en": "en"}.items():
        path = ROOT / f"android/app/src/main/res/{folder}/strings.xml"
        for element in ElementTree.parse(path).getroot().iter("string"):
            key = element.get("name", "")
            if not re.match("(error|refusal|failure|hold)_", key) or key not in catalogue or key == "error_other":
                continue
            android = (element.text or "").replace("\\'", "'").replace('\\"', '"')
            apple = catalogue[key]["localizations"][language]["stringUnit"]["value"]
            expect(android == apple, f"{key}/{language}: {apple!r} here, {android!r} on Android")


def check_plists(names: set[str]) -> None:
    info = plistlib.loads((APP / "Info.plist").read_bytes())
    plistlib.loads((APP / "PrivacyInfo.xcprivacy").read_bytes())
    shown = {key for key in info if key.endswith("UsageDescription")} | {"CFBundleDisplayName"}
    expect(shown == names, f"InfoPlist.xcstrings has {sorted(names)}, Info.plist shows {sorted(shown)}")
    expect(info["CFBundleDevelopmentRegion"] == "kk", "Info.plist: Kazakh comes first")
    expect(set(info["CFBundleLocalizations"]) == set(PLURALS), "Info.plist: three languages")
    used = set(re.findall(r'"(org\.kuager\.sample\.\w+)"', (APP / "SampleApp.swift").read_text()))
    expect(used == set(info["BGTaskSchedulerPermittedIdentifiers"]), f"Info.plist does not permit exactly {sorted(used)}")


def main() -> int:
    keys = check_catalogue("Localizable.xcstrings")
    check_keys(keys)
    check_android()
    check_plists(check_catalogue("InfoPlist.xcstrings"))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    print(f"texts: {len(keys)} in {len(PLURALS)} languages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
