"""brat, PubAnnotation and Web Annotation: written again from their own descriptions, since no validator is on PyPI."""

import json
import re


def brat(folder):
    configuration = (folder / "annotation.conf").read_text(encoding="utf-8")
    parts = {}
    for line in configuration.splitlines():
        if line.startswith("["):
            section = parts.setdefault(line.strip("[]"), {})
        elif line.strip():
            name, _, rest = line.partition("\t")
            section[name] = rest
    values = {name: set(rest.split("Value:")[1].split("|")) for name, rest in parts["attributes"].items() if "Value:" in rest}
    count = 0
    for path in sorted(folder.glob("*.ann")):
        # As it is: brat counts \r, too.
        text = path.with_suffix(".txt").read_bytes().decode("utf-8")
        kinds, used = {}, set()
        lines = path.read_bytes().decode("utf-8").split("\n")[:-1]
        for line in lines:
            columns = line.split("\t")
            if columns[0] in used:
                yield f"{path.name}: {columns[0]} stands twice"
            used.add(columns[0])
            if line.startswith("T"):
                kind, places = columns[1].split(" ", 1)
                kinds[columns[0]] = kind
                pieces = [text[int(a) : int(b)] for a, b in (place.split(" ") for place in places.split(";"))]
                if any("\n" in piece for piece in pieces):
                    yield f"{path.name}: {columns[0]} reaches over a line"
                if " ".join(pieces).replace("\t", " ").replace("\r", " ") != columns[2]:
                    yield f"{path.name}: {columns[0]} is {columns[2]!r}, but {pieces} stands there"
                if kind not in parts["entities"]:
                    yield f"{path.name}: {kind} is not in annotation.conf"
                count += 1
        for line in lines:
            columns = line.split("\t")
            if line.startswith("A"):
                name, target, value = columns[1].split(" ")
                if target not in kinds or value not in values.get(name, ()):
                    yield f"{path.name}: {line!r} is not in annotation.conf, or of no entity"
            elif line.startswith("R"):
                label, one, other = columns[1].split(" ")
                ends = [end.split(":")[1] for end in (one, other)]
                if any(end not in kinds for end in ends):
                    yield f"{path.name}: {line!r} has an end that is not there"
                    continue
                allowed = [set(end.split(":")[1].split("|")) for end in parts["relations"].get(label, "a:,b:").split(", ")]
                if any(kinds[end] not in kinds_of for end, kinds_of in zip(ends, allowed)):
                    yield f"{path.name}: {line!r} is not in annotation.conf"
            elif line.startswith("#") and columns[1].split(" ")[1] not in kinds:
                yield f"{path.name}: {line!r} is about nothing"
    if not count:
        yield "no entities"


def pubannotation(folder):
    count = 0
    for path in sorted(folder.glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        if not data["sourcedb"] or not data["sourceid"]:
            yield f"{path.name}: no source"
        ids = [thing["id"] for kind in ("denotations", "relations", "attributes") for thing in data[kind]]
        if len(set(ids)) != len(ids):
            yield f"{path.name}: an id stands twice"
        for mark in data["denotations"]:
            begin, end = mark["span"]["begin"], mark["span"]["end"]
            count += 1
            words = data["text"][begin:end]
            if not 0 <= begin < end <= len(data["text"]) or words != words.strip():
                yield f"{path.name}: {mark['id']} marks {words!r}"
        known = {mark["id"] for mark in data["denotations"]}
        for thing in data["relations"]:
            if not {thing["subj"], thing["obj"]} <= known:
                yield f"{path.name}: {thing['id']} has an end that is not there"
        for thing in data["attributes"]:
            if thing["subj"] not in known:
                yield f"{path.name}: {thing['id']} is of nothing"
    if not count:
        yield "no denotations"


IRI = re.compile(r"[A-Za-z0-9:/?#@!$&'()*+,;=._~%-]+\Z")


def webannotation(folder):
    # The texts stand in the PubAnnotation files beside, where they are there; quotations are checked in any case.
    count = 0
    for path in sorted(folder.glob("*.jsonld")):
        page = json.loads(path.read_text(encoding="utf-8"))
        if page["@context"] != "http://www.w3.org/ns/anno.jsonld" or page["type"] != "AnnotationPage":
            yield f"{path.name}: no page of annotations"
        ids = {item["id"] for item in page["items"]}
        if len(ids) != len(page["items"]):
            yield f"{path.name}: an id stands twice"
        for item in page["items"]:
            if item["type"] != "Annotation" or not IRI.match(item["id"]) or "target" not in item:
                yield f"{path.name}: {item['id']} is no annotation"
            if item["motivation"] == "linking":
                if item["target"] not in ids or item["body"][1] not in ids:
                    yield f"{path.name}: {item['id']} has an end that is not there"
                continue
            count += 1
            place, quotation = item["target"]["selector"]
            if not IRI.match(item["target"]["source"]):
                yield f"{path.name}: {item['target']['source']!r} is no IRI"
            if place["end"] - place["start"] != len(quotation["exact"]) or place["start"] < len(quotation["prefix"]):
                yield f"{path.name}: {item['id']} is not as long as its quotation"
            json.loads(item["body"][1]["value"])
    if not count:
        yield "no annotations"


def edit(ending, change, about):
    def fault(folder):
        for path in sorted(folder.glob(f"*{ending}")):
            text = path.read_bytes().decode("utf-8")
            changed = change(text)
            if changed != text:
                path.write_bytes(changed.encode("utf-8"))
                return

    fault.__doc__ = about
    return fault


def later(match):
    return f"{match[1]}{int(match[2]) + 1}"


CHECKS = [
    (
        "brat",
        "its rules",
        brat,
        [
            edit(".ann", lambda t: re.sub(r"(T1\t\w+ )(\d+)", later, t, count=1), "an entity that begins late"),
            edit(".ann", lambda t: re.sub(r"Arg2:T\d+", "Arg2:T99999", t, count=1), "a relation to nothing"),
            edit(".conf", lambda t: t.replace("\ndrug\n", "\n", 1), "a type that brat is not told of"),
        ],
    ),
    (
        "pubannotation",
        "its rules",
        pubannotation,
        [
            edit(".json", lambda t: re.sub(r'("end":)(\d+)', r"\g<1>9999999", t, count=1), "a mark beyond the text"),
            edit(".json", lambda t: re.sub(r'"subj":"T\d+"', '"subj":"T99999"', t, count=1), "a link from nothing"),
        ],
    ),
    (
        "webannotation",
        "its rules",
        webannotation,
        [
            edit(".jsonld", lambda t: re.sub(r'("end":)(\d+)', later, t, count=1), "a mark one character too long"),
            edit(".jsonld", lambda t: t.replace('"motivation":"tagging"', '"motivation":"linking"', 1), "a link to nothing"),
        ],
    ),
]
