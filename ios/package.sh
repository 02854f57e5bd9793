#!/usr/bin/env bash
# Makes what a release of the Swift package needs from the Rust core. Runs on a Mac with Xcode; it was not run by this
# project's checks, which have none.
#
#   ios/package.sh build [--macos]        target/apple/KuagerFFIC.xcframework, its zip and its checksum, and the generated Swift;
#                                         puts framework and Swift where ios/Package.swift finds them
#   ios/package.sh stamp URL CHECKSUM [PACKAGE_SWIFT]
#                                         writes where a released zip lies into Package.swift; fails when nothing changes
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd -P)
# The systems that ios/Package.swift promises. Without these, the newest that the SDK knows would be demanded.
export IPHONEOS_DEPLOYMENT_TARGET=15.0 MACOSX_DEPLOYMENT_TARGET=12.0

die() {
  printf 'ios/package.sh: %s\n' "$*" >&2
  exit 1
}

usage() {
  sed -n '5,8p' "$0" >&2
  exit 2
}

# joined NAME TARGET...: compiles the core for the processors of one system, and makes one library of them without debug
# symbols, target/apple/NAME/libkuager_ffi.a.
#
# Linked for extensions: the shared library that cargo makes beside the static one then does not link if anything in it may not
# be used in an extension. OpenSSL is compiled, because Apple's linker cannot be told to do without as others are, and nothing of
# it is linked: SQLCipher calculates with core/cipher here too.
joined() {
  local output=$apple/$1/libkuager_ffi.a libraries=() target
  shift
  for target in "$@"; do
    cargo rustc --locked --profile app --package kuager-ffi --crate-type staticlib,cdylib --target "$target" -- -C link-arg=-Wl,-application_extension
    libraries+=("target/$target/app/libkuager_ffi.a")
  done
  mkdir -p "${output%/*}"
  xcrun lipo -create "${libraries[@]}" -output "$output"
  xcrun strip -S "$output"
}

build() {
  local with_macos=false
  case ${1:-} in
    '') ;;
    --macos) with_macos=true ;;
    *) usage ;;
  esac
  [ "$(uname -s)" = Darwin ] || die "needs a Mac: xcodebuild makes the framework"
  command -v xcodebuild >/dev/null || die "needs Xcode: xcode-select --install is not enough"
  root=$(cd "$here/.." && pwd -P)
  apple=$root/target/apple
  local targets=(aarch64-apple-ios aarch64-apple-ios-sim x86_64-apple-ios)
  if $with_macos; then targets+=(aarch64-apple-darwin x86_64-apple-darwin); fi
  rustup target add "${targets[@]}"
  cd "$root"
  rm -rf "$apple"

  joined device aarch64-apple-ios
  joined simulator aarch64-apple-ios-sim x86_64-apple-ios
  local name names=(device simulator) arguments=()
  if $with_macos; then
    joined macos aarch64-apple-darwin x86_64-apple-darwin
    names+=(macos)
  fi
  # From the library before it was stripped; code and library carry checksums of each other.
  bindings/generate swift target/aarch64-apple-ios/app/libkuager_ffi.a "$apple/generated"
  # In a folder of their own: Xcode copies the headers of all frameworks into one, where a second module.modulemap would be an
  # error. Clang looks for a module in a folder of its name.
  mkdir -p "$apple/Headers/KuagerFFIC"
  cp "$apple/generated/KuagerFFIC/"* "$apple/Headers/KuagerFFIC/"
  for name in "${names[@]}"; do arguments+=(-library "$apple/$name/libkuager_ffi.a" -headers "$apple/Headers"); done
  xcodebuild -create-xcframework "${arguments[@]}" -output "$apple/KuagerFFIC.xcframework"

  (cd "$apple" && ditto -c -k --keepParent KuagerFFIC.xcframework KuagerFFIC.xcframework.zip)
  swift package --package-path "$here" compute-checksum "$apple/KuagerFFIC.xcframework.zip" >"$apple/checksum"

  rm -rf "$here/KuagerFFIC.xcframework"
  cp -R "$apple/KuagerFFIC.xcframework" "$here/"
  mkdir -p "$here/Sources/KuagerFFI"
  cp "$apple/generated/KuagerFFI/"* "$here/Sources/KuagerFFI/"
  printf 'made %s\nchecksum %s\n' "$apple/KuagerFFIC.xcframework.zip" "$(cat "$apple/checksum")"
}

# stamp URL CHECKSUM [FILE]: replaces the two lines between the marks, and nothing else.
stamp() {
  [ $# -eq 2 ] || [ $# -eq 3 ] || usage
  local url=$1 checksum=$2 file=${3:-$here/Package.swift} new
  [[ $url =~ ^https://[A-Za-z0-9._~:/%+-]+\.zip$ ]] || die "not an https address of a zip: $url"
  [[ $checksum =~ ^[0-9a-f]{64}$ ]] || die "not a SHA-256 in hexadecimal: $checksum"
  new=$(mktemp "$file.XXXXXX")
  if ! awk -v url="$url" -v checksum="$checksum" '
    /^\/\/ BEGIN RELEASE$/ { begins++; print; inside = 1; next }
    /^\/\/ END RELEASE$/ {
      ends++
      if (inside) printf "let releaseURL = \"%s\"\nlet releaseChecksum = \"%s\"\n", url, checksum
      inside = 0
    }
    !inside { print }
    END { exit !(begins == 1 && ends == 1 && !inside) }
  ' "$file" >"$new"; then
    rm "$new"
    die "$file does not have one block from // BEGIN RELEASE to // END RELEASE"
  fi
  if cmp -s "$file" "$new"; then
    rm "$new"
    die "nothing changed in $file: it names this release already"
  fi
  # Into the file itself, which keeps its permissions.
  cat "$new" >"$file"
  rm "$new"
}

case ${1:-} in
  build) shift && build "$@" ;;
  stamp) shift && stamp "$@" ;;
  *) usage ;;
esac
