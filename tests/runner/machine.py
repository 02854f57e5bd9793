"""What has to be on this machine: programs from Debian, and Rust."""

import os
import pathlib
import shutil
import subprocess
import sys

# Programs, or names for what is no program, and the Debian packages that have them.
PACKAGES = {
    "age": "age", "aapt2": "aapt", "cc": "build-essential", "certificates": "ca-certificates", "chromium": "chromium", "curl": "curl", "javac": "openjdk-17-jdk-headless",
    "mvn": "maven", "npm": "npm", "pgrep": "procps", "pkg-config": "pkg-config", "shellcheck": "shellcheck",
    "strace": "strace", "tesseract": "tesseract-ocr", "unzip": "unzip", "venv": "python3-venv",
}
# Programs that tests/tools/install brings.
OWN = {"nextest", "deny"}
ALWAYS = ("cc", "pkg-config", "certificates")


class Missing(Exception):
    """Something that has to be there, is not, and cannot be had from here."""


def is_there(tool):
    if tool == "certificates":
        return pathlib.Path("/etc/ssl/certs/ca-certificates.crt").exists()
    if tool == "venv":
        return subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True).returncode == 0
    if tool == "cc":
        return shutil.which("cc") is not None and shutil.which("c++") is not None
    return shutil.which(tool) is not None


def install(tools):
    """Installs those programs that are missing."""
    wanted = {*ALWAYS, *tools} - OWN | ({"venv"} if OWN & set(tools) else set())
    packages = sorted({PACKAGES[tool] for tool in wanted if not is_there(tool)})
    if packages:
        install_packages(packages)
    if OWN & set(tools) and subprocess.run(["tests/tools/install"]).returncode:
        raise Missing("cargo-nextest and cargo-deny can be neither fetched nor compiled")


def install_packages(packages):
    words = " ".join(packages)
    if not shutil.which("apt-get"):
        raise Missing(f"missing on this machine, by the names Debian gives them: {words}")
    as_root = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            raise Missing(f"missing: {words}; as root: apt-get install {words}")
        as_root = ["sudo"]
    print(f"Installing {words}", flush=True)
    quiet = ["env", "DEBIAN_FRONTEND=noninteractive"]
    for command in (["apt-get", "update", "-q"], [*quiet, "apt-get", "install", "-q", "-y", "--no-install-recommends", *packages]):
        if subprocess.run([*as_root, *command]).returncode:
            raise Missing(f"these packages cannot be installed: {words}")


def check_rust():
    """The version of Rust, if it is the one that rust-toolchain.toml names, or newer, and complete."""
    wanted = next(line.split('"')[1] for line in pathlib.Path("rust-toolchain.toml").read_text().splitlines() if line.startswith("channel"))
    if not shutil.which("cargo"):
        raise Missing("Rust is missing: install rustup (https://rustup.rs); it reads rust-toolchain.toml for the rest")
    asked = subprocess.run(["rustc", "--version"], capture_output=True, text=True)
    if asked.returncode and "RUSTUP_TOOLCHAIN" not in os.environ:
        # The very version is not here and cannot be fetched; the stable one that is here does if it is as new.
        os.environ["RUSTUP_TOOLCHAIN"] = "stable"
        asked = subprocess.run(["rustc", "--version"], capture_output=True, text=True)
    if asked.returncode:
        raise Missing(f"{asked.stderr.strip()}\nAs rustup: rustup toolchain install {wanted} --component rustfmt,clippy")
    version = asked.stdout.split()[1]
    if numbers(version) < numbers(wanted):
        raise Missing(f"Rust {version} is too old: {wanted} or newer is needed")
    for tool in ("fmt", "clippy"):
        if subprocess.run(["cargo", tool, "--version"], capture_output=True).returncode:
            raise Missing("rustfmt or clippy is missing: rustup component add rustfmt clippy")
    return asked.stdout.strip()


def numbers(version):
    return tuple(int(part) for part in version.split("-")[0].split("."))
