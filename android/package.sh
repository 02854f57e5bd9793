#!/usr/bin/env bash
# Builds what the Android library is made of, below target/android/package: the native library for four kinds of processors, and the
# Kotlin code generated from it. With --aar, also the archive, by Gradle.
#
#   android/package.sh [--aar]
#
# Needs: an Android NDK (r28 or newer) named by ANDROID_NDK_HOME; cargo-ndk 4 or newer (cargo install cargo-ndk); Rust's targets for
# Android (rustup target add aarch64-linux-android armv7-linux-androideabi x86_64-linux-android i686-linux-android); python3. With
# --aar also an Android SDK and Gradle 9.1 or newer. None of this runs in the project's CI, which lints this script only.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly ABIS=(arm64-v8a armeabi-v7a x86_64 x86)
readonly MIN_SDK=26
readonly OUT=target/android/package

aar=no
case ${1:-} in
  '') ;;
  --aar) aar=yes ;;
  *)
    sed -n '2,11p' "$0" >&2
    exit 2
    ;;
esac

fail() {
  echo "package.sh: $1" >&2
  exit 1
}

[ -n "${ANDROID_NDK_HOME:-}" ] || fail "ANDROID_NDK_HOME names no NDK"
# It would silently replace the page size that .cargo/config.toml asks the linker for.
[ -z "${RUSTFLAGS:-}${CARGO_ENCODED_RUSTFLAGS:-}" ] || fail "unset RUSTFLAGS and CARGO_ENCODED_RUSTFLAGS"
version=$(cargo ndk --version 2>/dev/null | grep -oE '[0-9]+' | head -1) || fail "cargo-ndk is missing"
# Older ones do not find the compiler's runtime for x86_64.
[ "$version" -ge 4 ] || fail "cargo-ndk $version is too old, 4 is needed"

strip=("$ANDROID_NDK_HOME"/toolchains/llvm/prebuilt/*/bin/llvm-strip)
[ -x "${strip[0]}" ] || fail "no llvm-strip in $ANDROID_NDK_HOME"

rm -rf "$OUT"
mkdir -p "$OUT/jniLibs"
targets=()
for abi in "${ABIS[@]}"; do
  targets+=(--target "$abi")
done
cargo ndk "${targets[@]}" --platform "$MIN_SDK" --output-dir "$OUT/jniLibs" \
  rustc --profile app --locked --package kuager-ffi --crate-type cdylib

libraries=()
for abi in "${ABIS[@]}"; do
  libraries+=("$OUT/jniLibs/$abi/libkuager_ffi.so")
  [ -f "${libraries[-1]}" ] || fail "no library for $abi"
done

# Generated from one of the very libraries that are packed, and before they lose what the generator reads.
bindings/generate kotlin "${libraries[0]}" "$OUT/kotlin"
"${strip[0]}" --strip-unneeded "${libraries[@]}"
python3 bindings/elf_alignment.py "${libraries[@]}"
ls -l "${libraries[@]}"

if [ "$aar" = yes ]; then
  command -v gradle >/dev/null || fail "gradle is missing"
  gradle --project-dir android --project-cache-dir target/gradle/cache :kuager:assembleRelease
  ls -l target/gradle/kuager/outputs/aar/*.aar
fi
