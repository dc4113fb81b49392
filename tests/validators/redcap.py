"""What REDCap demands of an import file and of a data dictionary."""

import csv
import re

COLUMNS = 18
NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def redcap(folder):
    header, *fields = read(folder / "data_dictionary.csv")
    if len(header) != COLUMNS or any(len(field) != COLUMNS for field in fields):
        yield "the data dictionary has not 18 columns"
    kinds = {}
    for field in fields:
        name, form, kind, validation = field[0], field[1], field[3], field[7]
        if not NAME.match(name) or len(name) > 100 or "__" in name:
            yield f"{name} is no name of a field"
        if name in kinds:
            yield f"{name} stands twice"
        if kind not in ("text", "yesno") or validation not in ("", "number", "integer", "date_ymd"):
            yield f"{name} has an unknown type"
        kinds[name] = (form, kind, validation)
    forms = list(dict.fromkeys(form for form, *_ in kinds.values()))
    repeating = {row[0] for row in read(folder / "repeating_instruments.csv")[1:]}
    if fields[0][0] != "record_id" or not repeating < set(forms):
        yield "the first field is not record_id, or a repeating instrument is not in the dictionary"
    names, *records = read(folder / "records.csv")
    if names[:3] != ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]:
        yield f"the first columns are {names[:3]}"
    complete = {f"{form}_complete" for form in forms}
    if len(set(names)) != len(names) or set(names[3:]) - complete != set(kinds) - {"record_id"}:
        yield "the columns of the records are not the fields of the dictionary"
    seen, instances = set(), {}
    for number, record in enumerate(records, 2):
        if len(record) != len(names):
            yield f"line {number} has {len(record)} columns"
            continue
        row = dict(zip(names, record))
        form, instance = row["redcap_repeat_instrument"], row["redcap_repeat_instance"]
        if not row["record_id"] or len(row["record_id"]) > 100:
            yield f"line {number}: record_id is empty or too long"
        if bool(form) != bool(instance) or (form and form not in repeating):
            yield f"line {number}: {form!r} is no repeating instrument with an instance"
        if form:
            last = instances.get((row["record_id"], form), 0)
            if int(instance) != last + 1:
                yield f"line {number}: instance {instance} after {last}"
            instances[row["record_id"], form] = int(instance)
        elif row["record_id"] in seen:
            yield f"line {number}: the record {row['record_id']} stands twice"
        else:
            seen.add(row["record_id"])
        for name, value in list(row.items())[3:]:
            if not value or name in complete:
                continue
            own, kind, validation = kinds[name]
            if own != (form or forms[0]):
                yield f"line {number}: {name} is no field of {form or forms[0]}"
            good = {"number": r"-?\d+(\.\d+)?\Z", "integer": r"-?\d+\Z", "": ".", "date_ymd": r"\d{4}-\d\d-\d\d\Z"}
            if not re.match(good[validation] if kind == "text" else r"[01]\Z", value, re.S):
                yield f"line {number}: {name} is {value!r}"
    if not records:
        yield "no records"


def edit(name, change, about):
    def fault(folder):
        path = folder / name
        path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")

    fault.__doc__ = about
    return fault


CHECKS = [
    (
        "redcap",
        "its rules",
        redcap,
        [
            edit("records.csv", lambda text: text.replace("record_id,", "id,", 1), "another first column"),
            edit("records.csv", lambda text: text.replace(",measurements,1,", ",measurements,2,", 1), "a missing instance"),
            edit("data_dictionary.csv", lambda text: text.replace("\ndx_kind,", "\nDx Kind,"), "a bad name"),
            edit("records.csv", lambda text: text.replace(",findings,", ",symptoms,", 1), "an unknown instrument"),
        ],
    )
]
