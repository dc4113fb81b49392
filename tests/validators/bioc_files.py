"""BioC JSON and XML read and validated by PyPI's bioc, and held against each other."""

import json
import re

import bioc
from bioc import biocjson, biocxml


def loaded(folder, reader, ending):
    for path in sorted(folder.glob(f"*{ending}")):
        with open(path, encoding="utf-8") as file:
            yield path, reader.load(file)


def validated(folder, reader, ending):
    count = 0
    for path, collection in loaded(folder, reader, ending):
        problems = []
        bioc.validate(collection, lambda message, _: problems.append(message))
        for problem in problems:
            yield f"{path.name}: {problem}"
        for document in collection.documents:
            marks = list(document.annotations) + [a for p in document.passages for a in p.annotations]
            count += len(marks)
            if len({mark.id for mark in marks}) != len(marks):
                yield f"{path.name}: an id stands twice"
    if not count:
        yield "no annotations"


def as_json(folder):
    yield from validated(folder, biocjson, ".json")


def as_xml(folder):
    yield from validated(folder, biocxml, ".xml")


def first(folder, ending, of):
    return next(path for path in sorted(folder.glob(f"*{ending}")) if of in path.read_text(encoding="utf-8"))


def moved(folder):
    """an annotation one character late"""
    path = first(folder, ".json", '"offset":')
    data = json.loads(path.read_text(encoding="utf-8"))
    passage = next(p for p in data["documents"][0]["passages"] if p["annotations"])
    passage["annotations"][0]["locations"][0]["offset"] += 1
    path.write_text(json.dumps(data), encoding="utf-8")


def dangling(folder):
    """a relation with a node that is not there"""
    path = first(folder, ".json", '"refid":')
    path.write_text(path.read_text(encoding="utf-8").replace('"refid":"T', '"refid":"X', 1), encoding="utf-8")


def moved_xml(folder):
    """a passage one character late"""
    path = first(folder, ".xml", "<annotation")
    text = path.read_text(encoding="utf-8")
    # The passage that holds the first annotation: a passage without one may stand anywhere.
    at = text.rindex("<offset>", 0, text.index("<annotation"))
    late = re.sub(r"<offset>(\d+)", lambda offset: f"<offset>{int(offset[1]) + 1}", text[at:], count=1)
    path.write_text(text[:at] + late, encoding="utf-8")


def unescaped_xml(folder):
    """an ampersand that is not escaped"""
    path = first(folder, ".xml", "<annotation")
    path.write_text(path.read_text(encoding="utf-8").replace("</text>", " & </text>", 1), encoding="utf-8")


CHECKS = [
    ("bioc-json", "bioc", as_json, [moved, dangling]),
    ("bioc-xml", "bioc", as_xml, [moved_xml, unescaped_xml]),
]
