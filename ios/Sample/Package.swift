// swift-tools-version: 6.0
// What the sample app decides, without a screen: compiled and tested on Linux as well. The app itself is in App/, see project.yml.

import PackageDescription

let package = Package(
    name: "KuagerSample",
    defaultLocalization: "kk",
    platforms: [.iOS(.v16), .macOS(.v13)],
    products: [.library(name: "SampleModel", targets: ["SampleModel"])],
    dependencies: [.package(path: "..")],
    targets: [
        .target(name: "SampleModel", dependencies: [.product(name: "Kuager", package: "ios")]),
        .testTarget(name: "SampleModelTests", dependencies: ["SampleModel"]),
    ],
    swiftLanguageModes: [.v6]
)
