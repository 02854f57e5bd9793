#!/usr/bin/env python3
"""Merges the library's manifest into the sample app's, as far as these two need it; Gradle's merger is not to be had here.

    manifest.py APP LIBRARY PACKAGE MIN_SDK TARGET_SDK > MERGED
"""

import sys
import xml.etree.ElementTree as ET

ANDROID = "http://schemas.android.com/apk/res/android"
NAME = f"{{{ANDROID}}}name"
COMPONENTS = ("activity", "service", "provider", "receiver")


def merge(app: ET.Element, library: ET.Element, package: str, min_sdk: str, target_sdk: str) -> ET.Element:
    """The app's manifest with the library's permissions and components."""
    app.set("package", package)
    app.insert(0, ET.Element("uses-sdk", {f"{{{ANDROID}}}minSdkVersion": min_sdk, f"{{{ANDROID}}}targetSdkVersion": target_sdk}))
    application = app.find("application")
    held = {permission.get(NAME) for permission in app.findall("uses-permission")}
    for permission in library.findall("uses-permission"):
        if permission.get(NAME) not in held:
            app.insert(1, permission)
    application.extend(library.find("application"))
    for element in app.iter():
        for key, value in element.attrib.items():
            element.set(key, value.replace("${applicationId}", package))
        name = element.get(NAME, "")
        if element.tag in (*COMPONENTS, "application") and name.startswith("."):
            element.set(NAME, package + name)
    return app


def main() -> None:
    app, library, package, min_sdk, target_sdk = sys.argv[1:]
    ET.register_namespace("android", ANDROID)
    merged = merge(ET.parse(app).getroot(), ET.parse(library).getroot(), package, min_sdk, target_sdk)
    print(ET.tostring(merged, encoding="unicode"))


if __name__ == "__main__":
    main()
