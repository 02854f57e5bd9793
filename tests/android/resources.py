#!/usr/bin/env python3
"""Checks the sample app's resources and manifest.

    resources.py MERGED_MANIFEST

Texts: the same in Kazakh, Russian and English, with the same arguments, one for every error code and every reason the core can give;
none unused. Colours: every ink has a contrast of 7 to 1 on its ground. Manifest: nothing is backed up, exported or asked for beyond
what the README says. Prints what is wrong and ends with 1, or a count of what was checked.
"""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RES = ROOT / "android/app/src/main/res"
SOURCES = ROOT / "android/app/src/main/kotlin"
ANDROID = "{http://schemas.android.com/apk/res/android}"

LANGUAGES = {"kk": "values", "ru": "values-ru", "en": "values-en"}
# The same word in two of the languages.
SAME = {"app_name", "passcode", "kind_exit_poll_wave", "media_stands"}
PERMISSIONS = {"INTERNET", "ACCESS_NETWORK_STATE", "RECEIVE_BOOT_COMPLETED"}
CONTRAST = 7.0
TOUCH_DP = 56

faults: list[str] = []
checked = 0


def check(holds: bool, fault: str) -> None:
    """Counts a check and notes its fault."""
    global checked
    checked += 1
    if not holds:
        faults.append(fault)


def strings(folder: str) -> dict[str, str]:
    """The texts of a language."""
    root = ET.parse(RES / folder / "strings.xml").getroot()
    names = [item.get("name") for item in root]
    check(len(names) == len(set(names)), f"{folder}: a name is there twice")
    return {item.get("name"): item.text or "" for item in root}


def arguments(text: str) -> list[str]:
    return sorted(re.findall(r"%(?:\d+\$)?[sd]", text))


def check_texts() -> None:
    """Kazakh, Russian and English say the same."""
    texts = {language: strings(folder) for language, folder in LANGUAGES.items()}
    names = set(texts["kk"])
    for language, held in texts.items():
        check(set(held) == names, f"{language}: {sorted(set(held) ^ names)} only in one language")
        for name, text in held.items():
            kazakh = texts["kk"].get(name, "")
            check(bool(text.strip()), f"{language}: {name} is empty")
            check(arguments(text) == arguments(kazakh), f"{language}: {name} has other arguments than the Kazakh text")
            check("%s" not in text and "%d" not in text, f"{language}: {name} has an argument without a number")
            if language != "kk" and name not in SAME:
                check(text != kazakh, f"{language}: {name} is not translated")
        check(held["language_code"] == language, f"{language}: the language calls itself {held['language_code']}")
    for name, text in texts["en"].items():
        check(not re.search("[а-яәғқңөұүһі]", text, re.IGNORECASE), f"en: {name} has Cyrillic letters")
    for name, text in texts["kk"].items():
        # Words that a forgotten translation would hold.
        check(not re.search(r"\b(нет|это|или|что|запись|записи|ошибка)\b", text, re.IGNORECASE), f"kk: {name} looks Russian")

    sources = "".join(path.read_text() for path in SOURCES.rglob("*.kt")) + (SOURCES.parent / "AndroidManifest.xml").read_text()
    used = set(re.findall(r"(?:R\.string\.|@string/)(\w+)", sources))
    # Found by their name at run time.
    named = {name for name in names if name.startswith(("error_", "refusal_"))}
    check(used <= names, f"texts that are missing: {sorted(used - names)}")
    check(names <= used | named, f"texts that nobody shows: {sorted(names - used - named)}")


def rust(path: str, pattern: str) -> set[str]:
    """Names in a source of the core."""
    found = set(re.findall(pattern, (ROOT / path).read_text(), re.MULTILINE))
    check(len(found) > 5, f"{path}: found {len(found)} names, the pattern does not fit any more")
    return found


def variants(path: str, enum: str) -> set[str]:
    """Names of an enum's variants in a source of the core, in snake case."""
    body = (ROOT / path).read_text().split(f"pub enum {enum} {{", 1)[-1].split("\n}", 1)[0]
    found = {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() for name in re.findall(r"^    (\w+),$", body, re.MULTILINE)}
    check(len(found) > 5, f"{path}: found {len(found)} variants of {enum}")
    return found


def check_codes() -> None:
    """There is a text for everything that the core can say."""
    shown = strings("values")
    codes = rust("bindings/src/error.rs", r'^    \(\s*"(\w+)",\s*[A-Z]\w+,\s*"')
    facade = set(re.findall(r'LIBRARY\s*(?::\s*String)?\s*=\s*"(\w+)"', "".join(
        path.read_text() for path in (ROOT / "android/kuager/src/main/kotlin/org/kuager").glob("*.kt"))))
    for code in codes | facade:
        check(f"error_{code}" in shown, f"no text for the error {code}")
    texts = {name.removeprefix("error_") for name in shown if name.startswith("error_")} - {"other"}
    check(texts <= codes | facade, f"texts for errors that do not exist: {sorted(texts - codes - facade)}")

    refusals = variants("core/wire/src/receipt.rs", "RefusalCode")
    texts = {name.removeprefix("refusal_") for name in shown if name.startswith("refusal_")}
    check(texts == refusals, f"refusals and their texts differ: {sorted(texts ^ refusals)}")


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def check_colours() -> None:
    """Every ink can be read on its ground, in sunlight and in the dark."""
    day = None
    for folder in ("values", "values-night"):
        colours = {item.get("name"): item.text for item in ET.parse(RES / folder / "colors.xml").getroot()}
        day = day or set(colours)
        check(set(colours) == day, f"{folder}: other colours than by day")
        grounds = [name for name in colours if not name.startswith("on_")]
        check({f"on_{name}" for name in grounds} | set(grounds) == set(colours), f"{folder}: a ground without ink or the reverse")
        for ground in grounds:
            value = contrast(colours[ground], colours[f"on_{ground}"])
            check(value >= CONTRAST, f"{folder}: {ground} has a contrast of {value:.1f} to 1")
    literal = re.compile(r"Color\.(?!TRANSPARENT)[A-Z]+|Color\.parseColor|setTextColor\((?!context\.getColor)")
    for path in SOURCES.rglob("*.kt"):
        check(not literal.search(path.read_text()), f"{path.name}: a colour that is not in colors.xml")
    touch = ET.parse(RES / "values/dimens.xml").find("dimen[@name='touch']").text
    check(float(touch.removesuffix("dp")) >= TOUCH_DP, f"touch targets are {touch}")
    made = re.compile(r"(?<![\w.])(?:Button|EditText|CheckBox|RadioButton|Switch|ImageButton|SeekBar|Spinner)\((?:context|host|this)\)")
    for path in SOURCES.rglob("*.kt"):
        if path.name != "Ui.kt":
            check(not made.search(path.read_text()), f"{path.name}: a control that Ui did not make")


def check_manifest(path: str) -> None:
    """Nothing leaves the phone that way, and nobody comes in."""
    root = ET.parse(path).getroot()
    asked = {item.get(ANDROID + "name").removeprefix("android.permission.") for item in root.findall("uses-permission")}
    check(asked == PERMISSIONS, f"permissions: {sorted(asked)}")
    application = root.find("application")
    check(application.get(ANDROID + "allowBackup") == "false", "allowBackup is not false")
    check(application.get(ANDROID + "usesCleartextTraffic") == "false", "cleartext traffic is allowed")
    check(application.get(ANDROID + "debuggable") is None, "debuggable is set by hand")
    for attribute, section in (("dataExtractionRules", ["cloud-backup", "device-transfer"]), ("fullBackupContent", ["."])):
        name = application.get(ANDROID + attribute, "").removeprefix("@xml/")
        rules = ET.parse(ROOT / f"android/kuager/src/main/res/xml/{name}.xml").getroot()
        for part in section:
            left_out = {item.get("domain") for item in rules.find(part).findall("exclude")} if rules.find(part) is not None else set()
            check(left_out == {"root", "file", "database", "sharedpref", "external"}, f"{attribute}, {part}: only {sorted(left_out)} left out")
            includes = list(rules.iter("include"))
            check(not includes, f"{attribute}: something is included")
    for component in application:
        name = component.get(ANDROID + "name")
        exported = component.get(ANDROID + "exported")
        check(exported in ("true", "false"), f"{name}: exported is not said")
        check(exported == "false" or name.endswith(".MainActivity"), f"{name} is exported")
        if component.tag == "service":
            check(component.get(ANDROID + "permission") == "android.permission.BIND_JOB_SERVICE", f"{name}: anybody may bind")
    def told(part: str, wanted: bool) -> set[str]:
        """What the filters for links say that the system verifies, or does not."""
        filters = [item for item in application.iter("intent-filter") if (item.get(ANDROID + "autoVerify") == "true") == wanted]
        return {data.get(ANDROID + part) for item in filters for data in item.iter("data")} - {None}

    check(told("scheme", False) == {"kuager", "KUAGER"}, f"schemes: {told('scheme', False)}")
    check(told("scheme", True) == {"https"}, f"verified schemes: {told('scheme', True)}")
    hosts = told("host", True)
    check(len(hosts) == 1 and not told("host", False), f"hosts: {hosts}")
    check(all(f"https://{host}/.well-known/assetlinks.json" in (ROOT / "docs/apps.md").read_text() for host in hosts), "the guide says nothing of the host")
    code = "".join(source.read_text() for source in SOURCES.rglob("*.kt"))
    check("FLAG_SECURE" in code, "screens can be captured")
    languages = {item.get(ANDROID + "name") for item in ET.parse(RES / "xml/locales.xml").getroot()}
    check(languages == set(LANGUAGES), f"languages: {languages}")


def main() -> int:
    check_texts()
    check_codes()
    check_colours()
    check_manifest(sys.argv[1])
    for fault in faults:
        print(fault)
    print(f"resources: {checked} checks, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
