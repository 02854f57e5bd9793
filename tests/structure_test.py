#!/usr/bin/env python3
"""Tests of the structure check: small trees in a scratch folder, with circles it must find and uses that are none."""

import pathlib
import tempfile
import unittest

import structure


def found(files, name="kuager-wire", dependencies=""):
    """What the check says of a workspace of one crate, whose files are given by their paths below its folder."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder).resolve()
        (root / "Cargo.toml").write_text('[workspace]\nmembers = ["one"]\n')
        write(root / "one", {"Cargo.toml": f'[package]\nname = "{name}"\n\n[dependencies]\n{dependencies}', **files})
        return structure.check(root, trees=False)


def write(folder, files):
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)


class Circles(unittest.TestCase):
    def clean(self, files):
        self.assertEqual(found(files), [])

    def circle(self, files, *places):
        wrong = found(files)
        self.assertEqual(len(wrong), 1, wrong)
        for place in places:
            self.assertIn(place, wrong[0])

    def test_a_line_of_files_is_clean(self):
        self.clean({"src/lib.rs": "mod a;\nmod b;\n", "src/a.rs": "use crate::b::B;\npub fn a(_: B) {}", "src/b.rs": "pub struct B;"})

    def test_two_files_that_use_each_other(self):
        self.circle(
            {"src/lib.rs": "mod a;\nmod b;\n", "src/a.rs": "\nuse crate::b::B;\npub struct A;", "src/b.rs": "pub struct B;\nfn f(_: super::a::A) {}"},
            "one/src/a.rs:2 uses `B` of one/src/b.rs", "one/src/b.rs:2 uses `A` of one/src/a.rs",
        )

    def test_a_circle_of_three(self):
        files = {"src/lib.rs": "mod a;\nmod b;\nmod c;", "src/a.rs": "use crate::b::B;\npub struct A;"}
        files |= {"src/b.rs": "use crate::c::C;\npub struct B;", "src/c.rs": "use crate::a::A;\npub struct C;"}
        self.circle(files, "a circle of 3", "a.rs:1", "b.rs:1", "c.rs:1")

    def test_two_folders_whose_files_do_not_meet(self):
        files = {"src/lib.rs": "mod a;\nmod b;", "src/a/mod.rs": "mod one;\nmod two;", "src/b/mod.rs": "mod one;\nmod two;"}
        files |= {"src/a/one.rs": "use crate::b::one::B;", "src/a/two.rs": "pub struct A;"}
        files |= {"src/b/one.rs": "pub struct B;", "src/b/two.rs": "use crate::a::two::A;"}
        self.circle(files, "a/one.rs:1 uses `B` of one/src/b/one.rs", "b/two.rs:1 uses `A` of one/src/a/two.rs")

    def test_a_parent_may_declare_and_pass_on(self):
        self.clean({"src/lib.rs": "mod a;", "src/a.rs": "mod b;\npub use b::B;\npub struct A;", "src/a/b.rs": "use super::A;\npub struct B(A);"})

    def test_a_parent_that_uses_what_it_passes_on(self):
        self.circle(
            {"src/lib.rs": "mod a;", "src/a.rs": "mod b;\npub use b::B;\npub struct A(B);", "src/a/b.rs": "use super::A;\npub struct B;"},
            "a.rs:3 uses `B`", "a/b.rs:1 uses `A`",
        )

    def test_a_parent_that_uses_its_child_alone_is_no_circle(self):
        self.clean({"src/lib.rs": "mod a;\nfn f() { a::A::new(); }", "src/a.rs": "pub struct A;"})

    def test_what_a_parent_passes_on_belongs_to_the_sibling(self):
        files = {"src/lib.rs": "mod a;\nmod b;\npub(crate) use a::A;\npub use b::B;"}
        self.circle(
            files | {"src/a.rs": "use super::B;\npub struct A;", "src/b.rs": "pub struct B;\nfn f() { crate::A; }"},
            "a.rs:1 uses `B` of one/src/b.rs", "b.rs:2 uses `A` of one/src/a.rs",
        )

    def test_globs_are_followed(self):
        files = {"src/lib.rs": "mod a;\nmod b;\npub use a::*;\npub use b::*;"}
        self.circle(
            files | {"src/a.rs": "use super::*;\npub struct A(B);", "src/b.rs": "pub struct B;\nfn f(_: crate::A) {}"},
            "a.rs:2 uses `B`", "b.rs:2 uses `A`",
        )

    def test_modules_that_were_imported_and_renamed(self):
        self.circle(
            {"src/lib.rs": "mod a;\nmod b;", "src/a.rs": "use crate::b as other;\npub fn a() { other::f() }", "src/b.rs": "use super::{a::{self}};\npub fn f() { a::a() }"},
            "a.rs:2 uses `f`", "b.rs:2 uses `a`",
        )

    def test_paths_in_attributes(self):
        self.circle(
            {"src/lib.rs": "mod a;\nmod b;", "src/a.rs": '#[cbor(with = "crate::b::bytes")]\npub struct A;', "src/b.rs": "pub mod bytes { pub struct X(crate::a::A); }"},
            "a.rs:1", "b.rs:1 uses `A`",
        )

    def test_inline_modules_belong_to_their_file(self):
        self.clean({"src/lib.rs": "mod a;", "src/a.rs": "pub struct A;\nmod inner { use super::A; pub struct B; }\nuse inner::B;"})

    def test_tests_do_not_count(self):
        files = {"src/lib.rs": "mod a;\nmod b;\n#[cfg(test)]\nmod helper;", "src/helper.rs": "use crate::a::A;"}
        files |= {"src/a.rs": "use crate::b::B;\npub struct A;", "src/b.rs": "pub struct B;\n#[cfg(test)]\n#[allow(x)]\nmod checks { use crate::a::A; }\n"}
        files |= {"tests/all.rs": "use one::*;"}
        self.clean(files)
        self.clean({"src/lib.rs": "mod a;\nmod b;", "src/a.rs": "use crate::b::B;\npub struct A;", "src/b.rs": "pub struct B;\n#[cfg(test)]\nuse crate::a::A;\n#[test]\nfn f() { crate::a::A; }"})

    def test_code_behind_other_conditions_counts(self):
        self.circle(
            {"src/lib.rs": "mod a;\nmod b;", "src/a.rs": "use crate::b::B;\npub struct A;", "src/b.rs": "pub struct B;\n#[cfg(not(test))]\nuse crate::a::A;"},
            "b.rs:3",
        )

    def test_comments_and_texts_do_not_count(self):
        text = "pub struct B;\n// crate::a::A\n/* /* crate::a::A */ crate::a::A */\nconst T: &str = \"crate::a::A\";\nconst R: &str = r#\"\"crate::a::A\"#;\nconst C: char = '\"';\n"
        self.clean({"src/lib.rs": "mod a;\nmod b;", "src/a.rs": "use crate::b::B;\npub struct A;", "src/b.rs": text})

    def test_the_same_name_elsewhere_does_not_count(self):
        self.clean({"src/lib.rs": "mod a;\nmod b;", "src/a.rs": "use crate::b::B;\npub struct A;", "src/b.rs": "use std::a::A;\npub struct B(A);\nfn f(x: B) { x.a(); other::a::A; }"})


class Crates(unittest.TestCase):
    def test_an_arrow_that_points_up(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder).resolve()
            write(root, {
                "Cargo.toml": '[workspace]\nmembers = ["wire", "forms", "tests"]\n',
                "wire/Cargo.toml": '[package]\nname = "kuager-wire"\n[dependencies]\nkuager-forms.workspace = true\n[dev-dependencies]\nkuager-tests = "1"\n',
                "wire/src/lib.rs": "",
                "forms/Cargo.toml": '[package]\nname = "kuager-forms"\n[dependencies]\nkuager-wire.workspace = true\n',
                "forms/src/lib.rs": "",
                "tests/Cargo.toml": '[package]\nname = "kuager-tests"\n[dependencies]\nkuager-forms.workspace = true\n',
            })
            wrong = structure.check(root, trees=False)
        self.assertEqual(len(wrong), 1, wrong)
        self.assertTrue(wrong[0].startswith("wire/Cargo.toml:4: kuager-wire must not depend on kuager-forms"), wrong)

    def test_a_crate_that_nobody_placed(self):
        self.assertIn("no line in ALLOWED", found({"src/lib.rs": ""}, name="kuager-new")[0])

    def test_a_pure_crate_that_looks_at_the_world(self):
        wrong = found({"src/lib.rs": "use std::time::Duration;\nfn f() { std::fs::read(p); }"})
        self.assertEqual(wrong, ["one/src/lib.rs:2: kuager-wire must not name std::fs"])
        self.assertEqual(found({"src/lib.rs": "fn f() { std::fs::read(p); }"}, name="kuager-core"), [])


if __name__ == "__main__":
    unittest.main()
