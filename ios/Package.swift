// swift-tools-version: 6.0
// Kuager for Apple systems: `Kuager` is what an app imports, `KuagerFFI` is generated and no interface.
// On Linux, for tests, see tests/swift/run.

import Foundation
import PackageDescription

// Written by the packaging script; nothing else changes these lines.
// BEGIN RELEASE
let releaseURL = ""
let releaseChecksum = ""
// END RELEASE

/// Whether something lies in this folder.
func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: Context.packageDirectory + "/" + path)
}

/// The library and its C header: one that was built here, else the released one, else (Linux) one that the linker finds.
let library: Target =
    if exists("KuagerFFIC.xcframework") {
        .binaryTarget(name: "KuagerFFIC", path: "KuagerFFIC.xcframework")
    } else if !releaseURL.isEmpty {
        .binaryTarget(name: "KuagerFFIC", url: releaseURL, checksum: releaseChecksum)
    } else {
        .systemLibrary(name: "KuagerFFIC", path: "Sources/KuagerFFIC")
    }

var targets: [Target] = [
    library,
    // UniFFI's output does not pass the checks of Swift 6.
    .target(
        name: "KuagerFFI",
        dependencies: ["KuagerFFIC"],
        swiftSettings: [.swiftLanguageMode(.v5)],
        linkerSettings: [.linkedLibrary("kuager_ffi", .when(platforms: [.linux]))]
    ),
    .target(name: "Kuager", dependencies: ["KuagerFFI"]),
    // One phase of a shared scenario in a process of its own, which the tests kill.
    .executableTarget(name: "KuagerScenario", dependencies: ["Kuager"]),
    .testTarget(name: "KuagerTests", dependencies: ["Kuager", "KuagerFFI", "KuagerScenario"]),
]

// The snippets of the guide, which the tests put there.
if exists("Tests/KuagerSnippets") {
    targets.append(.testTarget(name: "KuagerSnippets", dependencies: ["Kuager"]))
}

let package = Package(
    name: "Kuager",
    platforms: [.iOS(.v15), .macOS(.v12)],
    products: [.library(name: "Kuager", targets: ["Kuager"])],
    targets: targets,
    swiftLanguageModes: [.v6]
)
