"""Bundles validated by the npm packages in package.json, and checked for what they do not look for: references that
lead nowhere, and doses of radiotherapy in another unit than cGy."""

import json
import os
import pathlib
import subprocess

from sown import edit

HERE = pathlib.Path(__file__).parent


def by_npm(name):
    def check(folder):
        if "NODE_PATH" not in os.environ:
            raise ModuleNotFoundError("No npm packages", name=f"{name} (npm)")
        if name == "mcode" and "MCODE" not in os.environ:
            raise ModuleNotFoundError("No profiles", name="hl7.fhir.us.mcode (mcode)")
        command = ["node", str(HERE / "fhir.cjs"), name, str(folder)]
        ran = subprocess.run(command, capture_output=True, text=True)
        yield from ran.stdout.splitlines()
        if ran.returncode:
            yield f"{name} stopped: {ran.stderr.strip()[-500:]}"

    return check


def walk(node):
    yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from walk(child)


def links(folder):
    paths = sorted(folder.glob("*.json"))
    if not paths:
        yield "no bundles"
    for path in paths:
        bundle = json.loads(path.read_text(encoding="utf-8"))
        resources = [entry["resource"] for entry in bundle["entry"]]
        ids = [f"{resource['resourceType']}/{resource['id']}" for resource in resources]
        if len(set(ids)) != len(ids):
            yield f"{path.name}: an id stands twice"
        for entry, id in zip(bundle["entry"], ids):
            if not entry["fullUrl"].endswith("/" + id):
                yield f"{path.name}: {entry['fullUrl']} is not the address of {id}"
        for node in walk(bundle):
            if isinstance(node, dict) and isinstance(node.get("reference"), str) and node["reference"] not in ids:
                yield f"{path.name}: a reference to {node['reference']}, which is not there"
            if isinstance(node, dict) and node.get("url") == "totalDoseDelivered":
                if node["valueQuantity"].get("code") != "cGy":
                    yield f"{path.name}: a radiotherapy dose in {node['valueQuantity'].get('code')}"


CHECKS = [
    ("fhir", "its references", links, [
        edit(r'"reference":"Patient/', '"reference":"Patient/x', "a reference to nobody"),
        edit(r'"code":"cGy"', '"code":"Gy"', "a dose in Gy where cGy is due"),
    ]),
    ("fhir", "medplum", by_npm("medplum"), [
        edit(r'"status":"final",', "", "an observation without its status"),
        edit(r'"gender":"[a-z]+"', '"gender":7', "a gender that is a number"),
    ]),
    ("fhir", "mcode", by_npm("mcode"), [
        edit(r'(mcode-radiotherapy-course-summary.*?)"reasonReference":\[[^\]]*\],?', r"\1", "a course of radiotherapy without its reason"),
        edit(r'("profile":\["[^"]*mcode-primary-cancer-condition"\].*?)"code":\{', r'\1"bodySite":[],"x":{', "a cancer without its code"),
        edit(r"mcode-cancer-patient", "mcode-cancer-person", "a profile that mCODE does not have"),
    ]),
    ("fhir", "fhir", by_npm("fhir"), [edit(r'"gender":"[a-z]+"', '"gender":"man"', "a gender that FHIR does not know")]),
    ("fhir", "asymmetrik", by_npm("asymmetrik"), [edit(r'"type":"collection"', '"type":"heap"', "a type of Bundle that FHIR does not know")]),
    ("fhir", "ucum", by_npm("ucum"), [edit(r'"code":"a"', '"code":"yearz"', "a unit that is not UCUM")]),
]
