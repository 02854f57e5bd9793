"""Judges the XLSForm import by pyxform, the converter of ODK and Kobo: `xlsform.py KUAGER EVALUATE WORKBOOKS`.

Every workbook that `kuager pack import` accepts, pyxform must accept, and sample answers must come out alike: which
questions are asked, which are required, which choices are offered, what is computed, whose constraint is broken. pyxform
turns the workbook into an XForm; its XPath expressions are evaluated by libxml2 over an instance filled with the same
answers. What ODK's XPath adds (`selected`, `if`, `coalesce`, `int`, `date` and others) is defined below, after the ODK
specification; answers that are not asked are blank, as in ODK. Not compared: how apps show a form, and types of answers.
"""

import copy
import datetime
import json
import math
import pathlib
import re
import subprocess
import sys
import tempfile
import tomllib

from lxml import etree
from pyxform.xls2xform import convert

from tools import Tally

XF = "{http://www.w3.org/2002/xforms}"


def text_of(value):
    """What XPath's string() gives."""
    if isinstance(value, list):
        return text_of(value[0]) if value else ""
    if isinstance(value, etree._Element):
        return value.text or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else str(int(value)) if value == int(value) else str(value)
    return str(value)


def number_of(value):
    if isinstance(value, (int, float)):
        return float(value)
    try:
        return float(text_of(value))
    except ValueError:
        return math.nan


def truth_of(value):
    if isinstance(value, list):
        return bool(value)
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def days(text):
    return float((datetime.date.fromisoformat(text) - datetime.date(1970, 1, 1)).days)


FUNCTIONS = {
    "selected": lambda _, held, key: text_of(key) in text_of(held).split(),
    "count-selected": lambda _, held: float(len(text_of(held).split())),
    "if": lambda _, condition, then, otherwise: then if truth_of(condition) else otherwise,
    "coalesce": lambda _, first, second: first if text_of(first) else second,
    "int": lambda _, value: float(int(number_of(value))) if math.isfinite(number_of(value)) else math.nan,
    "date": lambda _, value: days(text_of(value)),
}


def over(held, hidden, combine):
    numbers = [number_of(one) for one in held if one not in hidden]
    return math.nan if any(math.isnan(number) for number in numbers) else combine(numbers)



class XForm:
    """A form as pyxform wrote it, over one set of answers."""

    def __init__(self, xform):
        self.root = etree.fromstring(xform.encode())
        model = self.root.find(f".//{XF}model")
        instances = model.findall(f"{XF}instance")
        self.data = copy.deepcopy(instances[0][0])
        self.hidden = set()
        for template in self.data.xpath("//*[@*[local-name() = 'template']]"):
            template.getparent().remove(template)
        self.lists = {instance.get("id"): instance for instance in instances[1:]}
        self.binds = {bind.get("nodeset"): bind for bind in model.findall(f"{XF}bind")}
        self.itemsets = {}
        for select in self.root.iter(f"{XF}select", f"{XF}select1"):
            itemset = select.find(f"{XF}itemset")
            if itemset is not None:
                self.itemsets[select.get("ref")] = itemset.get("nodeset")
        # One namespace less to write in every path.
        for element in self.data.iter():
            if isinstance(element.tag, str):
                element.tag = etree.QName(element).localname
        for held in self.lists.values():
            for element in held.iter():
                element.tag = etree.QName(element).localname

    def fill(self, parent, answers):
        for name, value in answers.items():
            elements = parent.findall(f".//{name}") if parent.find(name) is None else parent.findall(name)
            if isinstance(value, list):
                group = next(one for one in elements if len(one))
                pattern = copy.deepcopy(group)
                place, at = group.getparent(), group.getparent().index(group)
                for one in place.findall(name):
                    place.remove(one)
                for entry in reversed(value):
                    new = copy.deepcopy(pattern)
                    new.attrib.clear()
                    self.fill(new, entry)
                    place.insert(at, new)
            else:
                elements[0].text = value

    def path(self, element):
        parts = []
        while element is not None:
            parts.append(element.tag)
            element = element.getparent()
        return "/" + "/".join(reversed(parts))

    def evaluate(self, expression, element):
        # libxml2's own sum() cannot be replaced under its name.
        expression = re.sub(r"\bsum\(", "sum-asked(", expression.replace("current()/.", "."))
        functions = FUNCTIONS | {
            "sum-asked": lambda _, held: over(held, self.hidden, lambda numbers: float(sum(numbers))),
            "max": lambda _, held: over(held, self.hidden, lambda numbers: max(numbers, default=math.nan)),
        }
        return etree.XPath(expression, extensions={(None, name): function for name, function in functions.items()})(element)

    def nodes(self):
        for element in list(self.data.iter()):
            bind = self.binds.get(self.path(element))
            if bind is not None or len(element):
                yield element, bind

    def settle(self):
        """Computes calculations and blanks what is not asked until nothing changes any more."""
        given = {element: element.text for element in self.data.iter()}
        for element, bind in self.nodes():
            if bind is not None and bind.get("type") == "date" and given[element]:
                # ODK compares dates as dates; a day number stands for one.
                given[element] = text_of(days(given[element]))
        asked = {}
        for _ in range(8):
            before = dict(asked)
            for element, bind in self.nodes():
                parent = element.getparent()
                relevant = True if parent is None else asked.get(parent, True)
                if relevant and bind is not None and bind.get("relevant"):
                    relevant = truth_of(self.evaluate(bind.get("relevant"), element))
                asked[element] = relevant
                (self.hidden.discard if relevant else self.hidden.add)(element)
                if len(element):
                    continue
                if bind is not None and bind.get("calculate"):
                    value = text_of(self.evaluate(bind.get("calculate"), element))
                    element.text = "" if value in ("NaN", "inf") or not relevant else value
                else:
                    element.text = given[element] if relevant else ""
            if asked == before:
                return asked
        raise AssertionError("the form does not settle")

    def offered(self, element):
        nodeset = self.itemsets.get(self.path(element))
        if nodeset is None:
            return None
        name, condition = re.fullmatch(r"instance\('([^']+)'\)/root/item(?:\[(.*)\])?", nodeset, re.S).groups()
        keys = []
        for item in self.lists[name].iter("item"):
            fits = True
            if condition:
                # Names of the choice first, then the form's own absolute paths.
                local = re.sub(r"(?<![/\w'-])([A-Za-z_][\w-]*)(?!\s*\(|[\w'/-])", lambda m: m[0] if m[0] in ("and", "or", "div", "mod") else "'" + (item.findtext(m[0]) or "") + "'", condition)
                fits = truth_of(self.evaluate(local, element))
            if fits:
                keys.append(item.findtext("name"))
        return keys


def typed(name, value, kinds):
    kind, scale, _ = kinds[name]
    if kind == "integer":
        return int(value)
    if kind == "decimal":
        return round(float(value) * 10**scale)
    if kind == "time":
        return int(value[:2]) * 60 + int(value[3:5])
    if kind == "choices":
        return value.split()
    return value


def ours(answers, kinds):
    result = {}
    for name, value in answers.items():
        if isinstance(value, list):
            value = [ours(entry, kinds) for entry in value]
        else:
            value = typed(name, value, kinds)
        group = kinds[name][2]
        if group:
            for outer in group:
                result.setdefault(outer, {})
            inner = result
            for outer in group:
                inner = inner.setdefault(outer, {})
            inner[name] = value
        else:
            result[name] = value
    return result


def questions(form_toml):
    """Kind, scale and the groups (not repeats) around each question, from the imported source."""
    kinds = {}

    def walk(entries, groups):
        for entry in entries:
            repeated = "repeat" in entry
            kinds[entry["id"]] = (entry["kind"], entry.get("scale", 0), groups)
            walk(entry.get("question", []), [] if repeated else groups + [entry["id"]] if entry["kind"] == "group" else groups)

    walk(tomllib.loads(form_toml)["question"], [])
    return kinds


def judge(tally, name, sample, xform, said, kinds):
    form = XForm(xform)
    for repeat in form.root.iter(f"{XF}repeat"):
        tag = repeat.get("nodeset").rsplit("/", 1)[-1]
        if tag not in sample:
            for entry in form.data.findall(f".//{tag}"):
                entry.getparent().remove(entry)
    form.fill(form.data, sample)
    asked = form.settle()
    where = f"{name} {json.dumps(sample, ensure_ascii=False)}"
    expected, broken = {}, set()
    repeats = {repeat.get("nodeset").rsplit("/", 1)[-1] for repeat in form.root.iter(f"{XF}repeat")}
    for element, bind in form.nodes():
        tag = element.tag
        if tag not in kinds or tag in ("meta", "instanceID"):
            continue
        repeat = next((one for one in element.iterancestors() if one.tag in repeats), None)
        if repeat is not None:
            entry = [one for one in repeat.getparent() if one.tag == repeat.tag].index(repeat)
            label = f"{repeat.tag}[{entry + 1}].{tag}"
        else:
            label = tag
        if not asked[element]:
            continue
        required = bind is not None and bind.get("required") is not None and truth_of(form.evaluate(bind.get("required"), element))
        expected[label] = {"required": required, "text": element.text or "", "kind": kinds[tag], "offered": form.offered(element)}
        if bind is not None and bind.get("constraint") and element.text:
            if not truth_of(form.evaluate(bind.get("constraint"), element)):
                broken.add(label)
    skip = {label for label in expected if expected[label]["kind"][0] in ("group",)}
    mine = {label: held for label, held in said["asked"].items() if label.split(".")[-1] in kinds and kinds[label.split(".")[-1]][0] != "group"}
    theirs = {label: held for label, held in expected.items() if label not in skip}
    tally.check(set(mine) == set(theirs), f"{where}: asked {sorted(set(mine) ^ set(theirs))} differ")
    for label in sorted(set(mine) & set(theirs)):
        one, other = mine[label], theirs[label]
        kind = other["kind"][0]
        if kind not in ("note", "calculate"):
            tally.check(one["required"] == other["required"], f"{where}: required {label}: {one['required']} against {other['required']}")
        if kind == "calculate":
            tally.check(("" if one["value"] is None else str(one["value"])) == other["text"], f"{where}: value of {label}: {one['value']} against {other['text']!r}")
        if kind in ("choice", "choices") and other["offered"] is not None:
            tally.check(one["choices"] == other["offered"], f"{where}: choices of {label}: {one['choices']} against {other['offered']}")
    tally.check(set(said["broken"]) == broken, f"{where}: broken constraints {sorted(said['broken'])} against {sorted(broken)}")


def main():
    kuager, evaluate, folder = sys.argv[1:4]
    folder = pathlib.Path(folder)
    samples = json.loads((folder / "samples.json").read_text(encoding="utf-8"))
    tally = Tally("-v" in sys.argv)
    for book in sorted(folder.glob("*.xlsx")):
        name = book.stem
        with tempfile.TemporaryDirectory() as scratch:
            source = pathlib.Path(scratch) / "source"
            imported = subprocess.run([kuager, "pack", "import", book, "-o", source], capture_output=True, text=True)
            if name not in samples:
                refused = imported.returncode == 1 and "nothing was written" in imported.stderr
                tally.check(refused, f"{name} is refused with a list: {imported.stderr}")
                continue
            if not tally.check(imported.returncode == 0, f"{name} is imported: {imported.stderr}"):
                continue
            built = pathlib.Path(scratch) / "pack"
            done = subprocess.run([kuager, "pack", "build", source, "-o", built], capture_output=True, text=True)
            if not tally.check(done.returncode == 0, f"{name} builds: {done.stderr}"):
                continue
            kinds = questions((source / "forms" / f"{name}.toml").read_text(encoding="utf-8"))
            xform = convert(str(book), validate=False).xform
            tally.check(bool(xform), f"pyxform accepts {name}")
            lines = "".join(json.dumps(ours(sample, kinds), ensure_ascii=False) + "\n" for sample in samples[name])
            said = subprocess.run([evaluate, built, name], input=lines, capture_output=True, text=True)
            if not tally.check(said.returncode == 0, f"{name} is evaluated: {said.stderr}"):
                continue
            for sample, line in zip(samples[name], said.stdout.splitlines(), strict=True):
                judge(tally, name, sample, xform, json.loads(line), kinds)
    return tally.close()


if __name__ == "__main__":
    sys.exit(main())
