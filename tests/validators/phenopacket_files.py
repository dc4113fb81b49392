"""Phenopackets read by GA4GH's own protobuf schema (PyPI phenopackets), validated by phenopacket-toolkit, and checked
for ids and prefixes that lead nowhere, which neither looks for."""

import json

from google.protobuf.json_format import Parse
from phenopacket_toolkit.io.readers import loads
from phenopacket_toolkit.ops.validation import validate
from phenopackets.schema.v2.phenopackets_pb2 import Phenopacket
from sown import edit


def schema(text):
    try:
        Parse(text, Phenopacket())
    except Exception as error:
        yield f"the schema refuses it: {error}"


def toolkit(text):
    try:
        for finding in validate(loads(text)).findings:
            if finding.severity == "error":
                yield f"phenopacket-toolkit: {finding.code}: {finding.message} [{finding.path}]"
    except Exception as error:
        yield f"phenopacket-toolkit: {type(error).__name__}: {error}"


def walk(node):
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def links(text):
    packet = json.loads(text)
    known = {packet["subject"]["id"]} | {sample["id"] for sample in packet.get("biosamples", [])}
    for sample in packet.get("biosamples", []):
        if sample["individualId"] != packet["subject"]["id"]:
            yield f"a biosample of {sample['individualId']}, who is not there"
    prefixes = {resource["namespacePrefix"] for resource in packet["metaData"]["resources"]}
    for node in walk(packet):
        if not isinstance(node, dict):
            continue
        if node.get("subjectOrBiosampleId", packet["subject"]["id"]) not in known:
            yield f"an interpretation of {node['subjectOrBiosampleId']}, which is not there"
        if set(node) == {"id", "label"} and node["id"].split(":")[0] not in prefixes:
            yield f"no resource for {node['id']}"
    for reference in packet["metaData"].get("externalReferences", []):
        place = packet
        for part in reference["description"].split(" ")[0].split("/")[1:]:
            place = place[int(part)] if isinstance(place, list) else place.get(part)
            if place is None:
                yield f"a pointer to nothing: {reference['description']}"
                break


def over(check):
    def of(folder):
        paths = sorted(folder.glob("*.json"))
        if not paths:
            yield "no packets"
        for path in paths:
            for problem in check(path.read_text(encoding="utf-8")):
                yield f"{path.name}: {problem}"

    return of


CHECKS = [
    ("phenopacket", "phenopackets", over(schema), [edit(r'"sex":"[A-Z]+"', '"sex":"MAN"', "a sex that the schema does not know")]),
    ("phenopacket", "phenopacket-toolkit", over(toolkit), [edit(r'"id":"casegrain:', '"id":"case grain:', "an id that is no CURIE")]),
    (
        "phenopacket",
        "its ids",
        over(links),
        [
            edit(r'"individualId":"', '"individualId":"x', "a biosample of nobody"),
            edit(r'"subjectOrBiosampleId":"', '"subjectOrBiosampleId":"x', "a variant of nobody"),
            edit(r'"namespacePrefix":"UCUM"', '"namespacePrefix":"X"', "a prefix without its resource"),
        ],
    ),
]
