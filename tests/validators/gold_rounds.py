"""Gold written as BioC, read and written again by PyPI's bioc, and read back: nothing may have changed. Nor may a
collection of another maker (foreign.json) that goes through casegrain's own form, as bioc reads it before and after.

    gold_rounds.py PROGRAM GOLD
"""

import json
import pathlib
import subprocess
import sys
import tempfile


def documents(program, gold):
    """Gold as casegrain's own form, by document."""
    ran = subprocess.run([program, "gold", "import", gold], check=True, capture_output=True, text=True)
    return {document["id"]: document for document in map(json.loads, ran.stdout.splitlines())}


def differences(program, gold, folder, form, ending):
    import bioc
    from bioc import biocjson, biocxml

    tool = biocjson if ending == "json" else biocxml
    ours, theirs = folder / f"ours.{ending}", folder / f"theirs.{ending}"
    export = [program, "gold", "export", gold, "--format", form, "-o", ours]
    subprocess.run(export, check=True, capture_output=True)
    with open(ours, encoding="utf-8") as file:
        collection = tool.load(file)
    problems = []
    bioc.validate(collection, lambda message, _: problems.append(message))
    yield from problems
    with open(theirs, "w", encoding="utf-8") as file:
        tool.dump(collection, file)
    before, after = documents(program, gold), documents(program, theirs)
    if before.keys() != after.keys():
        yield f"{len(before)} documents became {len(after)}"
    for name in before.keys() & after.keys():
        for field in sorted(before[name].keys() | after[name].keys()):
            if before[name].get(field) != after[name].get(field):
                yield f"{name}: `{field}` is not the same"


def shown(collection):
    """A collection as bioc has it, without the order of what stands in one piece."""

    def piece(of, *more):
        held = [sorted(map(str, of.annotations)), sorted(map(str, of.relations)), sorted(of.infons.items())]
        return [*more, *held]

    return [
        [collection.source, collection.date, collection.key, sorted(collection.infons.items())],
        *(
            [
                piece(document, document.id),
                *(
                    [piece(passage, passage.offset, passage.text), *(piece(s, s.offset, s.text) for s in passage.sentences)]
                    for passage in document.passages
                ),
            ]
            for document in collection.documents
        ),
    ]


def foreign(program, folder, text):
    """What is not the same of a collection after it went through our own form, in JSON and in XML."""
    from bioc import biocjson, biocxml

    (folder / "in.json").write_text(text, encoding="utf-8")
    before = shown(biocjson.loads(text))
    run = lambda *arguments: subprocess.run([program, "gold", *arguments], check=True, capture_output=True)
    run("import", folder / "in.json", "-o", folder / "own.jsonl")
    for form, tool in (("bioc-json", biocjson), ("bioc-xml", biocxml)):
        run("export", folder / "own.jsonl", "--format", form, "-o", folder / form)
        with open(folder / form, encoding="utf-8") as file:
            after = shown(tool.load(file))
        if after != before:
            yield f"{form}: {[pair for pair in zip(before, after) if pair[0] != pair[1]]}"


def main(program, gold):
    try:
        import bioc  # noqa: F401
    except ModuleNotFoundError:
        print("gold through bioc: SKIPPED, there is no bioc")
        return 0
    bad = 0
    for form, ending in (("bioc-json", "json"), ("bioc-xml", "xml")):
        with tempfile.TemporaryDirectory() as folder:
            found = list(differences(program, gold, pathlib.Path(folder), form, ending))
        for problem in found[:10]:
            print(f"gold as {form}: {problem}", file=sys.stderr)
        print(f"gold as {form}, through bioc and back: {len(documents(program, gold))} documents, {len(found)} problems")
        bad += len(found)
    text = pathlib.Path(__file__).with_name("foreign.json").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        found = list(foreign(program, pathlib.Path(folder), text))
    for problem in found:
        print(f"gold of another maker as {problem}", file=sys.stderr)
    print(f"gold of another maker, before and after: {len(found)} problems")
    # A fault that must be found.
    from bioc import biocjson

    if shown(biocjson.loads(text)) == shown(biocjson.loads(text.replace('"role": "why"', '"role": "who"'))):
        bad += 1
        print("gold of another maker: the comparison does not see a changed role", file=sys.stderr)
    return bad + len(found)


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1], sys.argv[2]) else 0)
