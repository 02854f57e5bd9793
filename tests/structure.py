#!/usr/bin/env python3
"""Checks that dependencies point down only: between crates, between folders, between files.

    tests/structure.py [ROOT]

Within a crate, modules beside each other must not use each other in a circle, neither files nor folders, and a parent's file counts as
one of them: it may declare its children and pass on what they have, but if it uses them, they must not use what it defines. Between
crates, only what `ALLOWED` says. The pure crates must stay free of what `PURE` names, also by way of others. Tests do not count.

It reads Rust by its `use` lines and paths, follows what modules re-export, and prints for every circle the files, lines and names that
make it. What it cannot see: methods called on a value, whose type was named elsewhere.
"""

import collections
import pathlib
import re
import subprocess
import sys
import tomllib

# Which crates of the workspace a crate may name, from the bottom up. Whatever is not here may name nothing.
PURE_CRATES = ["kuager-wire", "kuager-forms", "kuager-log", "kuager-evidence", "kuager-picture"]
SUPPORT = ["kuager-cipher", "kuager-sqlite"]
ALLOWED = {
    "kuager-wire": [],
    "kuager-forms": ["kuager-wire"],
    "kuager-log": ["kuager-wire"],
    "kuager-evidence": ["kuager-wire", "kuager-forms", "kuager-log"],
    "kuager-picture": [],
    "kuager-cipher": [],
    "kuager-sqlite": ["kuager-wire", "kuager-cipher"],
    "kuager-core": PURE_CRATES + SUPPORT,
    "kuager-pack": PURE_CRATES,
    "kuager-analysis": PURE_CRATES,
    "kuager-tables": [],
    "kuager-coordinator": PURE_CRATES + SUPPORT + ["kuager-pack", "kuager-analysis"],
    "kuager-rehearsal": PURE_CRATES + ["kuager-pack", "kuager-coordinator"],
    "kuager-desk": PURE_CRATES + ["kuager-pack", "kuager-analysis", "kuager-tables", "kuager-coordinator"],
    "kuager": PURE_CRATES + ["kuager-core", "kuager-pack", "kuager-analysis", "kuager-tables", "kuager-coordinator", "kuager-desk", "kuager-rehearsal"],
    "kuager-ffi": PURE_CRATES + ["kuager-core"],
    "kuager-bindgen": [],
}
# Crates below this folder are tests: they may name every crate, and their insides are not looked at.
TESTS = "tests"

# What must not be among the dependencies of a crate, however far away, and what its code must not name.
IO = ["rusqlite", "libsqlite3-sys", "tokio", "reqwest", "hyper", "axum", "rustls"]
PURE = {crate: IO for crate in PURE_CRATES + ["kuager-pack", "kuager-analysis", "kuager-tables"]}
WORLD = ["std::fs", "std::net", "std::env", "std::process", "std::thread", "std::time::SystemTime", "std::time::Instant"]
NAMELESS = {"kuager-wire": WORLD, "kuager-forms": WORLD, "kuager-log": WORLD, "kuager-analysis": WORLD}

# Names shown of each step of a circle, besides the first.
SHOWN = 8

DEFINING = {"fn", "struct", "enum", "union", "trait", "type", "const", "static"}
TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<line>//[^\n]*)|(?P<block>/\*)
      |(?P<raw>[bc]?r(?P<hashes>\#*)"(?s:.*?)"(?P=hashes))|(?P<string>[bc]?"(?:[^"\\]|\\(?s:.))*")
      |(?P<char>b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^\\'])')|(?P<lifetime>'\w+)
      |(?P<word>(?:r\#)?[^\W\d]\w*)|(?P<number>\d\w*)|(?P<mark>::|\.\.=?|->|=>|.)""",
    re.VERBOSE,
)
PATH_IN_STRING = re.compile(r"(?:r?\w+::)+\w+")

Token = collections.namedtuple("Token", "kind text line")
Arrow = collections.namedtuple("Arrow", "source line target name")


def tokens(text):
    """The words and marks of a Rust file, without comments."""
    at, line = 0, 1
    while at < len(text):
        found = TOKEN.match(text, at)
        kind, end = found.lastgroup, found.end()
        if kind == "hashes":
            kind = "raw"
        if kind == "block":
            depth = 1
            while depth:
                edge = re.compile(r"/\*|\*/").search(text, end)
                depth, end = (depth + (1 if edge[0] == "/*" else -1), edge.end()) if edge else (0, len(text))
        elif kind not in ("space", "line"):
            yield Token("string" if kind == "raw" else kind, text[at:end].removeprefix("r#") if kind == "word" else text[at:end], line)
        line += text.count("\n", at, end)
        at = end


def group_end(stream, at):
    """The index after the group that opens at `at`."""
    depth = 0
    for index in range(at, len(stream)):
        if stream[index].kind == "mark":
            depth += (stream[index].text in "([{") - (stream[index].text in ")]}")
            if depth == 0:
                return index + 1
    return len(stream)


def item_end(stream, at):
    """The index after the item, statement or field that begins at `at`."""
    first = next((token.text for token in stream[at : at + 8] if token.text in DEFINING | {"use", "let", "mod", "impl"}), "")
    to_semicolon = first in {"use", "let", "static", "type"} or first == "const" and "fn" not in [t.text for t in stream[at : at + 5]]
    while at < len(stream):
        text = stream[at].text if stream[at].kind == "mark" else ""
        if text == ";" or text == "," and not first:
            return at + 1
        if text and text in ")]}":
            return at
        if text and text in "([{":
            at = group_end(stream, at)
            if text == "{" and not to_semicolon:
                return at
        else:
            at += 1
    return at


def for_tests_only(attribute):
    words = [token.text for token in attribute if token.kind == "word"]
    return words[:1] == ["test"] or words[:1] == ["cfg"] and "test" in words and "not" not in words


def without_tests(stream):
    """Leaves out what only tests compile, and attributes but for the paths that their strings hold."""
    kept, at = [], 0
    while at < len(stream):
        if stream[at].text == "#" and at + 1 < len(stream) and stream[at + 1].text in ("[", "!"):
            opening = at + (2 if stream[at + 1].text == "!" else 1)
            end = group_end(stream, opening)
            attribute = stream[opening + 1 : end - 1]
            at = end
            if for_tests_only(attribute):
                while at + 1 < len(stream) and stream[at].text == "#":
                    at = group_end(stream, at + 1)
                at = item_end(stream, at)
            elif [token.text for token in attribute[:2]] == ["path", "="]:
                kept.append(Token("place", attribute[2].text.strip('"'), attribute[2].line))
            else:
                for token in attribute:
                    if token.kind == "string" and PATH_IN_STRING.fullmatch(token.text.strip('"')):
                        kept += [Token("mark", ";", token.line)]
                        kept += [token._replace(kind=inner.kind, text=inner.text) for inner in tokens(token.text.strip('"'))]
        else:
            kept.append(stream[at])
            at += 1
    return kept


class Module:
    """A module: where it is, what it declares, what it names."""

    def __init__(self, name, parent, file):
        self.name, self.parent, self.file = name, parent, file
        self.children, self.defined, self.imports, self.globs = {}, {}, {}, []
        self.paths, self.words = [], {}

    def root(self):
        return self.parent.root() if self.parent else self

    def within(self, other):
        return self is other or self.parent is not None and self.parent.within(other)

    def files(self):
        """The file modules from the crate's root to this one."""
        above = self.parent.files() if self.parent else []
        return above if above and above[-1] == self.file else [*above, self.file]

    def all(self):
        yield self
        for child in self.children.values():
            yield from child.all()


Import = collections.namedtuple("Import", "path public line")


def use_tree(stream, at, prefix=()):
    """Every (path, name it gets) of a `use`, `*` for a glob, and the index after it."""
    found, path = [], list(prefix)
    while at < len(stream):
        token = stream[at]
        if token.text == "{":
            at += 1
            while stream[at].text != "}":
                inner, at = use_tree(stream, at, path)
                found += inner
                at += stream[at].text == ","
            return found, at + 1
        if token.text == "*":
            return [(path, "*", token.line)], at + 1
        if token.text == "as":
            return [(path, stream[at + 1].text, token.line)], at + 2
        if token.kind == "word":
            if token.text != "self" or not path:
                path.append(token.text)
        elif token.text != "::":
            break
        at += 1
    return [(path, path[-1], stream[at - 1].line)] if path else [], at


def is_public(stream, at):
    before = at - 1
    if before >= 0 and stream[before].text == ")":
        while before and stream[before].text != "(":
            before -= 1
        before -= 1
    return before >= 0 and stream[before].text == "pub"


def child_file(folder, name, place, file):
    if place:
        return file.parent / place
    found = [path for path in (folder / f"{name}.rs", folder / name / "mod.rs") if path.exists()]
    return found[0] if found else None


def read(module, folder):
    """Reads the module's file, and the files of those it declares."""
    stream = without_tests(list(tokens(module.file.read_text())))
    scan(module, folder, stream)


def scan(module, folder, stream):
    at, depth, place = 0, 0, None
    while at < len(stream):
        token, following = stream[at], stream[at + 1] if at + 1 < len(stream) else Token("", "", 0)
        before = stream[at - 1].text if at else ""
        if token.kind == "place":
            place = token.text
        elif token.kind == "mark":
            depth += (token.text in "([{") - (token.text in ")]}")
        elif token.kind == "word" and token.text == "mod" and following.kind == "word":
            name, mark = following.text, stream[at + 2].text
            if mark == "{":
                end = group_end(stream, at + 2)
                child = module.children[name] = Module(name, module, module.file)
                scan(child, folder / name, stream[at + 3 : end - 1])
                at = end
                continue
            file = child_file(folder, name, place, module.file)
            if file and name != "tests" and not name.endswith("_tests"):
                child = module.children[name] = Module(name, module, file)
                read(child, file.parent if file.name == "mod.rs" else file.with_suffix(""))
            at, place = at + 3, None
            continue
        elif token.kind == "word" and token.text == "use" and before != "::" and (following.kind == "word" or following.text in ("::", "{")):
            public = is_public(stream, at)
            found, at = use_tree(stream, at + 1)
            for path, name, line in found:
                if name == "*":
                    module.globs.append(Import(path, public, line))
                else:
                    key = name if name != "_" else f"_{len(module.imports)}"
                    module.imports[key] = Import(path, public, line)
            continue
        elif token.kind == "word":
            if depth == 0 and token.text in DEFINING and following.kind == "word" and following.text not in DEFINING | {"unsafe", "extern", "async"}:
                name = stream[at + 2].text if following.text == "mut" else following.text
                module.defined.setdefault(name, token.line)
                at += 2
                continue
            if depth == 0 and token.text == "macro_rules" and following.text == "!":
                module.defined.setdefault(stream[at + 2].text, token.line)
            if before not in (".", "::"):
                path, end = [token.text], at + 1
                while end + 1 < len(stream) and stream[end].text == "::" and stream[end + 1].kind == "word":
                    path.append(stream[end + 1].text)
                    end += 2
                if len(path) > 1 and before != "in":
                    module.paths.append((path, token.line))
                elif following.text != ":":
                    module.words.setdefault(token.text, token.line)
                at = end
                continue
        at += 1


Found = collections.namedtuple("Found", "module name")


def lookup(module, name, last, seen):
    """What a name means in a module: `Found(module, None)` for a module, with a name for an item of it, else None."""
    if (module, name, last) in seen:
        return None
    seen = seen | {(module, name, last)}
    if not last and name in module.children:
        return Found(module.children[name], None)
    if name in module.defined:
        return Found(module, name)
    if name in module.imports:
        found = resolve(module, module.imports[name].path, seen)
        if found:
            return found
    if name in module.children:
        return Found(module.children[name], None)
    for glob in module.globs:
        source = resolve(module, glob.path, seen)
        found = source and not source.name and lookup(source.module, name, last, seen)
        if found:
            return found
    return None


def resolve(module, path, seen=frozenset()):
    """Where a path leads within the crate, or None if it leads out of it."""
    at, rest = module, list(path)
    if rest[0] == "crate":
        at, rest = module.root(), rest[1:]
    elif rest[0] in ("self", "super"):
        while rest and rest[0] in ("self", "super"):
            at = at if rest[0] == "self" else at.parent or at
            rest = rest[1:]
    else:
        found = lookup(module, rest[0], len(rest) == 1, seen)
        if not found or found.name:
            return found
        at, rest = found.module, rest[1:]
    while rest:
        found = lookup(at, rest[0], len(rest) == 1, seen)
        if not found:
            # Made by a macro, or from another crate by way of this module.
            foreign = at.imports.get(rest[0])
            return None if foreign else Found(at, rest[0])
        if found.name:
            return found
        at, rest = found.module, rest[1:]
    return Found(at, None)


def arrows(root):
    """Every use of one file's items by another file of the crate."""
    for module in root.all():
        for name, (path, public, line) in module.imports.items():
            found = resolve(module, path, frozenset({(module, name, True), (module, name, False)}))
            if not found or not found.name:
                continue
            if not (public and found.module.within(module)):
                yield Arrow(module.file, line, found.module.file, found.name)
            elif name in module.words:
                yield Arrow(module.file, module.words[name], found.module.file, found.name)
        for path, line in module.paths:
            found = resolve(module, path)
            if found:
                yield Arrow(module.file, line, found.module.file, found.name or path[-1])
        for name, line in module.words.items():
            if module.globs and name not in module.imports and name not in module.defined and name not in module.children:
                found = lookup(module, name, True, frozenset())
                if found and found.name:
                    yield Arrow(module.file, line, found.module.file, found.name)


def rooms(root):
    """For each file, the files of the modules it lies in, from the root's down."""
    return {module.file: tuple(module.files()) for module in root.all()}


def circles(root):
    """Circles at every level of the module tree, each as the list of its steps, a step being the arrows that make it."""
    chains = rooms(root)
    levels = collections.defaultdict(lambda: collections.defaultdict(lambda: collections.defaultdict(list)))
    for arrow in arrows(root):
        if arrow.source == arrow.target:
            continue
        source, target = chains[arrow.source], chains[arrow.target]
        common = 0
        while common < min(len(source), len(target)) and source[common] == target[common]:
            common += 1
        level = source[common - 1]
        ends = [chain[common] if len(chain) > common else level for chain in (source, target)]
        levels[level][ends[0]][ends[1]].append(arrow)
    for level in sorted(levels):
        yield from circles_of(levels[level])


def circles_of(graph):
    """The shortest circle through every edge that lies on one, each circle once."""
    known = set()
    for start in sorted(graph):
        for step in sorted(graph[start]):
            route = shortest(graph, step, start)
            if route is None:
                continue
            nodes = [start, *route[:-1]]
            if frozenset(nodes) not in known:
                known.add(frozenset(nodes))
                yield [graph[one][two] for one, two in zip(nodes, [*nodes[1:], nodes[0]])]


def shortest(graph, start, goal):
    came, queue = {start: None}, collections.deque([start])
    while queue:
        at = queue.popleft()
        if at == goal:
            route = []
            while at is not None:
                route.append(at)
                at = came[at]
            return route[::-1]
        for following in sorted(graph.get(at, {})):
            if following not in came:
                came[following] = at
                queue.append(following)
    return None


class Crate:
    """A member of the workspace: its manifest, and the roots of what it compiles."""

    def __init__(self, folder):
        self.folder, self.manifest = folder, folder / "Cargo.toml"
        self.text = self.manifest.read_text()
        parsed = tomllib.loads(self.text)
        self.name = parsed["package"]["name"]
        targets = [parsed.get("dependencies", {}), *(t.get("dependencies", {}) for t in parsed.get("target", {}).values())]
        self.dependencies = {name for table in targets for name in table}

    def roots(self):
        found = [self.folder / "src/lib.rs", self.folder / "src/main.rs", *sorted(self.folder.glob("src/bin/*.rs"))]
        for file in found:
            if file.exists():
                root = Module("crate", None, file)
                read(root, file.parent)
                yield root

    def line_of(self, dependency):
        for number, line in enumerate(self.text.splitlines(), 1):
            if re.match(rf"\s*{re.escape(dependency)}\b", line):
                return number
        return 1


def members(root):
    workspace = tomllib.loads((root / "Cargo.toml").read_text())["workspace"]
    return [Crate(folder) for pattern in workspace["members"] for folder in sorted(root.glob(pattern))]


def is_test(crate, root):
    return crate.folder.relative_to(root).parts[0] == TESTS


def wrong_crates(crates, root):
    """Arrows between crates that point up or sideways."""
    names = {crate.name for crate in crates}
    for crate in crates:
        if is_test(crate, root):
            continue
        for dependency in sorted(crate.dependencies & names - set(ALLOWED.get(crate.name, []))):
            place = f"{crate.manifest.relative_to(root)}:{crate.line_of(dependency)}"
            yield f"{place}: {crate.name} must not depend on {dependency} (see ALLOWED in tests/structure.py)"
        if crate.name not in ALLOWED:
            yield f"{crate.manifest.relative_to(root)}: {crate.name} has no line in ALLOWED in tests/structure.py"


def impure_trees(crates, root):
    """Dependencies, near or far, that a pure crate must not have."""
    for crate in crates:
        if crate.name not in PURE:
            continue
        listed = subprocess.run(
            ["cargo", "tree", "--locked", "--package", crate.name, "--edges", "normal", "--prefix", "none", "--format", "{p}"],
            cwd=root, capture_output=True, text=True,
        )
        if listed.returncode:
            yield listed.stderr.strip()
            continue
        found = {line.split()[0] for line in listed.stdout.splitlines() if line}
        for name in sorted(found & set(PURE[crate.name])):
            yield f"{crate.manifest.relative_to(root)}: {crate.name} must stay pure, but depends on {name} (cargo tree -p {crate.name} -i {name})"


def impure_names(crate, root):
    """Names of the outer world in the code of a pure crate."""
    banned = [entry.split("::") for entry in NAMELESS.get(crate.name, [])]
    for top in crate.roots() if banned else []:
        for module in top.all():
            named = [(path, line) for path, line in module.paths] + [(entry.path, entry.line) for entry in module.imports.values()]
            for path, line in named:
                for entry in banned:
                    if path[: len(entry)] == entry:
                        yield f"{module.file.relative_to(root)}:{line}: {crate.name} must not name {'::'.join(entry)}"


def described(circle, root):
    """A circle in words: one arrow of each step with its place, and the names that the others of the step use."""
    lines = []
    for step in circle:
        first, *more = sorted(set(step), key=lambda arrow: (str(arrow.source), arrow.line))
        others = sorted({arrow.name for arrow in more} - {first.name})
        also = f" (also {', '.join(others[:SHOWN])}{', …' if len(others) > SHOWN else ''})" if others else ""
        lines.append(f"    {first.source.relative_to(root)}:{first.line} uses `{first.name}` of {first.target.relative_to(root)}{also}")
    return "\n".join(lines)


def check(root, trees=True):
    """Everything that is wrong, as text."""
    crates = members(root)
    wrong = list(wrong_crates(crates, root))
    if trees:
        wrong += impure_trees(crates, root)
    for crate in crates:
        if is_test(crate, root):
            continue
        wrong += impure_names(crate, root)
        for top in crate.roots():
            wrong += [f"{crate.name}: a circle of {len(circle)}\n{described(circle, root)}" for circle in circles(top)]
    return wrong


def main(arguments):
    root = pathlib.Path(arguments[0] if arguments else pathlib.Path(__file__).parents[1]).resolve()
    wrong = check(root)
    for entry in wrong:
        print(entry)
    print(f"{len(members(root))} crates, {len(wrong)} things wrong with their structure")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
