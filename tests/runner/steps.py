"""The table of everything that tests/run can check, in the order in which it is begun where there is a choice.

What takes long and is waited for comes first. `cargo` is a lock because two builds only wait for each other; `maven` because two of
it may write to one store of downloads. Commands run at the project's root with these variables:

    SCRATCH     a folder of this run, for what one step leaves for another
    PINNED      a Python with the versions that tests/foreign/requirements.txt pins
    NEWEST      a Python with the newest versions of what documents import
"""

from schedule import Step

# How every Rust test is run: what was built once, each test in a process of its own, both cores busy across all test programs.
NEXTEST = "cargo nextest run --binaries-metadata target/run/binaries.json --cargo-metadata target/run/metadata.json --no-fail-fast"
STORMS = "test(everything_arrives_once) + test(every_photo_arrives_through_every_storm)"

PYTHON = "[ -x {0}/bin/python ] || python3 -m venv {0}; {0}/bin/pip install --quiet --disable-pip-version-check {1}"

STEPS = [
    Step("format", "Formatting", "cargo fmt --all --check", groups=("quick",)),
    Step("structure", "Structure: no circle, no arrow up", "python3 tests/structure_test.py 2>&1; python3 tests/structure.py", groups=("quick",)),
    Step("links", "Links in documents", "python3 tests/links.py", groups=("quick",)),
    Step(
        "scripts", "Scripts",
        "shellcheck --external-sources .ci/run .githooks/* tests/run tests/*/run tests/swift/* bindings/generate bindings/size"
        " android/package.sh ios/package.sh; python3 tests/runner/schedule_test.py 2>&1",
        tools=("shellcheck",), groups=("quick",),
    ),
    Step(
        "build", "Build: all libraries, programs and tests, once",
        "cargo build --locked --workspace --lib --bins --tests;"
        " cargo metadata --locked --format-version 1 >target/run/metadata.json;"
        " cargo nextest list --locked --workspace --list-type binaries-only --message-format json >target/run/binaries.json",
        locks=("cargo",), tools=("nextest",),
    ),
    Step("bridge", "The library for apps, as it is shipped, and its size", "bindings/size", locks=("cargo",)),
    Step("lints", "Lints", "cargo clippy --locked --workspace --all-targets -- -D warnings", locks=("cargo",), groups=("quick",)),
    Step(
        "unit", "Unit tests and test vectors",
        f"{NEXTEST} --filterset 'not package(kuager-tests)'", needs=("build",), tools=("nextest", "strace"), groups=("quick",),
    ),
    Step("suite", "End-to-end tests and fault injection", f"{NEXTEST} --filterset 'package(kuager-tests)'", needs=("build",), tools=("nextest", "strace", "pgrep")),
    Step(
        "storms", "1,000 schedules of bad networks, and 1,000 of files",
        # In memory where there is room: these are about networks, and a disk that waits for each commit makes them four times as long.
        "[ \"$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1)\" -gt 1000000 ] 2>/dev/null && export TMPDIR=/dev/shm || true;"
        f"KUAGER_SCHEDULES=1000 KUAGER_FILE_SEEDS=1000 {NEXTEST} --filterset '{STORMS}'", needs=("build",), tools=("nextest",),
    ),
    Step("examples", "Examples in the documentation of the code", "cargo test --locked --workspace --doc", needs=("build",), locks=("cargo",)),
    Step("rustdoc", "Documentation of the code", "RUSTDOCFLAGS='-D warnings' cargo doc --locked --workspace --no-deps", locks=("cargo",)),
    Step("demo", "Demonstration", 'target/debug/kuager demo --once --out "$SCRATCH/demo"', needs=("build",), groups=("foreign",)),
    Step(
        "pinned", "Foreign tools, pinned versions", PYTHON.format('"$PINNED"', "--require-hashes -r tests/foreign/requirements.txt"), tools=("venv",),
    ),
    Step(
        "newest", "Foreign tools, newest versions", PYTHON.format('"$NEWEST"', "--upgrade -r tests/foreign/newest.in"), tools=("venv",),
    ),
    Step("kotlin-jvm", "Kotlin: façade, vectors, scenarios", "tests/kotlin/run target/app target/debug/test-host", needs=("build", "bridge"), locks=("maven",), tools=("mvn", "javac", "curl"), groups=("kotlin",)),
    Step("kotlin-android", "Android: classes, resources, sample app", "tests/android/run target/app target/debug/test-host", needs=("build", "bridge"), locks=("maven",), tools=("mvn", "javac", "aapt2", "unzip", "shellcheck"), groups=("kotlin",)),
    Step("swift-setup", "A Swift of its own", "tests/swift/setup", root=True, groups=("swift",)),
    Step("swift-package", "Swift: package, vectors, scenarios", "tests/swift/run target/app target/debug/test-host", needs=("build", "bridge", "swift-setup"), locks=("swift",), groups=("swift",), root=True),
    Step("swift-apple", "Apple: sources, texts, packaging, sample app", "tests/ios/run target/app target/debug/test-host", needs=("swift-package",), locks=("swift",), tools=("shellcheck",), groups=("swift",), root=True),
    Step("tus-servers", "Our uploader against another tus server", "tests/foreign/tus-servers/run $PWD/target/debug/test-uploader", needs=("build",), tools=("npm",), groups=("foreign",)),
    Step("tus-clients", "Other tus clients against our coordinator", "tests/foreign/tus-clients/run $PWD/target/debug/test-upload-url", needs=("build",), tools=("npm", "venv"), groups=("foreign",)),
    Step("vectors", "Foreign verifiers: test vectors", '"$PINNED/bin/python" tests/foreign/vectors.py', needs=("pinned",), groups=("foreign",)),
    Step("verify", "Foreign verifiers: demonstration", '"$PINNED/bin/python" tests/foreign/verify.py "$SCRATCH/demo"', needs=("pinned", "demo"), groups=("foreign",)),
    Step("vectors-newest", "Foreign verifiers, newest versions: test vectors", '"$NEWEST/bin/python" tests/foreign/vectors.py', needs=("newest",), groups=("foreign",)),
    Step("verify-newest", "Foreign verifiers, newest versions: demonstration", '"$NEWEST/bin/python" tests/foreign/verify.py "$SCRATCH/demo"', needs=("newest", "demo"), groups=("foreign",)),
    Step("documents", "Documents: every command and snippet", 'python3 tests/documents.py target/debug/kuager "$SCRATCH/demo" "$PINNED/bin/python" "$NEWEST/bin/python"', needs=("build", "demo", "pinned", "newest")),
    Step("ocr", "Previews: digits are read as well as in the originals", "tests/ocr/run target/debug/test-pages", needs=("build",), tools=("tesseract",)),
    # By hand until every page and act of it has been run over the half-full day that the demonstration makes now; then it belongs to the whole again.
    Step("pages", "The desk in a browser: accessible, live, and awake again", "tests/pages/run target/debug/kuager target/debug/test-phone", needs=("build",), tools=("npm", "chromium"), whole=False),
    Step("store", "Foreign judge: the encrypted store", '"$PINNED/bin/python" tests/foreign/store.py target/debug/test-store', needs=("build", "pinned"), groups=("foreign",)),
    Step("backup", "Foreign tools: backups by age and tar", "python3 tests/foreign/backup.py target/debug/kuager", needs=("build",), tools=("age",), groups=("foreign",)),
    Step("survey", "Foreign judge: estimates, by R's survey", "python3 tests/foreign/survey/judge.py target/debug/kuager", needs=("build",), tools=("survey",), groups=("foreign",)),
    Step("tables", "Foreign readers: tables, the interface and its description", '"$PINNED/bin/python" tests/foreign/tables.py target/debug/kuager', needs=("build", "pinned"), groups=("foreign",)),
    Step(
        "log", "Foreign judge: the transparency log, by Go's sumdb",
        'if ! command -v go >/dev/null; then echo "Go is not here; see https://go.dev/dl"; exit 77; fi; tests/foreign/log/run target/debug/kuager',
        needs=("build",), groups=("foreign",),
    ),
    Step("xlsform", "Foreign judge: XLSForm import", '"$PINNED/bin/python" tests/foreign/xlsform.py target/debug/kuager target/debug/test-evaluate tests/workbooks', needs=("build", "pinned"), groups=("foreign",)),
    # Linked as for Android, and as linkers did before: one must pass and the other must not.
    Step(
        "alignment", "Pages of 16 KiB",
        'echo "int answer(void) { return 42; }" >"$SCRATCH/answer.c"\n'
        'cc -shared -fPIC -Wl,-z,max-page-size=16384 -o "$SCRATCH/large.so" "$SCRATCH/answer.c"\n'
        'cc -shared -fPIC -Wl,-z,max-page-size=4096 -o "$SCRATCH/small.so" "$SCRATCH/answer.c"\n'
        'python3 bindings/elf_alignment.py "$SCRATCH/large.so"\n'
        'if python3 bindings/elf_alignment.py "$SCRATCH/small.so"; then exit 1; fi',
    ),
    # A minute for each target; hours by hand, see CONTRIBUTING.md.
    Step("fuzz", "Fuzzing: every parser of outside bytes, a minute each", "fuzz/run --seconds 60", locks=("cargo",), whole=False),
    Step("licences", "Licences, versions and sources of dependencies", "cargo deny --locked check bans licenses sources; cargo metadata --locked --manifest-path fuzz/Cargo.toml --format-version 1 >/dev/null", tools=("deny",)),
    Step("advisories", "Known vulnerabilities, from the copy that is kept", "python3 tests/advisories/check_test.py 2>&1; python3 tests/advisories/check.py", groups=("quick",)),
    Step(
        "advisory-db", "Known vulnerabilities, from the database itself",
        'if timeout 120 cargo deny --locked fetch db >"$SCRATCH/fetch" 2>&1; then cargo deny --locked --offline check advisories;'
        ' else echo "the advisory database cannot be reached from here"; exit 77; fi',
        tools=("deny",),
    ),
]
