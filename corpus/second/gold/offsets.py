"""Quoted words of reports to gold with offsets: quotes/ID.quotes and ../../ID.txt become second.jsonl.

    python3 offsets.py

A line is a type and its quotes, in the order of the report, with " ; " between them. [[ ]] marks the words within more
that only say which ones are meant; "=" gives the value; "~" a status, subject or time. A quote that is not there, or
stands before the one before it, is an error.
"""

import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).parent
ASSERTION = {
    **dict.fromkeys(["absent", "possible", "conditional", "hypothetical"], "status"),
    **dict.fromkeys(["family", "other", "literature"], "subject"),
    **dict.fromkeys(["history", "planned"], "time"),
}
VALUED = {
    "sex": lambda v: {"code": v},
    "outcome": lambda v: {"code": v},
    "ihc": lambda v: {"result": v},
    "msi": lambda v: {"status": v},
    "copy_number": lambda v: {"change": v},
    "fusion": lambda v: dict(zip(("five_prime", "three_prime"), v.split(","))),
    "rearrangement": lambda v: {"translocation" if v.startswith("t(") else "gene": v},
}


def pattern(quote):
    before, rest = quote.split("[[") if "[[" in quote else ("", quote)
    words, after = rest.split("]]") if "]]" in rest else (rest, "")
    spaced = lambda text: r"\s+".join(re.escape(piece) for piece in re.split(r"\s+", text))
    left = r"(?<!\w)" if not before and words[0].isalnum() else ""
    right = r"(?!\w)" if not after and words[-1].isalnum() else ""
    return re.compile(f"{left}{spaced(before)}({spaced(words)}){spaced(after)}{right}")


def entities(text, lines):
    for line in lines:
        kind, _, quotes = line.partition(": ")
        cursor = 0
        for item in quotes.split(" ; "):
            quote, _, flags = item.strip().partition(" ~")
            value = None
            if kind in VALUED and "=" in quote:
                quote, _, value = quote.rpartition("=")
            found = pattern(quote).search(text, cursor)
            if found is None:
                raise ValueError(f"{kind}: `{quote}` does not stand after character {cursor}")
            start, cursor = found.span(1)
            entity = {"type": kind, "start": start, "end": cursor, "text": text[start:cursor]}
            if value:
                entity["value"] = VALUED[kind](value)
            said = {ASSERTION[flag]: flag for flag in flags.split(",") if flag}
            yield {**entity, "assertion": {"status": "present", "subject": "patient", "time": "current", **said}}


def main():
    bad = 0
    out = []
    for path in sorted((HERE / "quotes").glob("*.quotes")):
        text = (HERE / "../.." / f"{path.stem}.txt").read_bytes().decode("utf-8")
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line]
        marks = []
        for line in lines:
            try:
                marks.extend(entities(text, [line]))
            except ValueError as error:
                bad += 1
                print(f"{path.name}: {error}", file=sys.stderr)
        marks.sort(key=lambda mark: (mark["start"], mark["end"]))
        marks = [{"id": f"T{number}", **mark} for number, mark in enumerate(marks, 1)]
        out.append({"id": path.stem, "text": text, "entities": marks})
    (HERE / "second.jsonl").write_text(
        "".join(json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n" for document in out), encoding="utf-8"
    )
    print(sum(len(document["entities"]) for document in out), "entities in", len(out), "documents")
    return bad


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
