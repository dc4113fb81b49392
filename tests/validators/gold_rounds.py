"""Gold written as BioC, read and written again by PyPI's bioc, and read back: nothing may have changed.

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
    return bad


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1], sys.argv[2]) else 0)
