"""Runs every check on the formats below a folder, first as they are and then with faults sown into a copy.

    check.py FOLDER

A check takes the folder of its format and yields what is wrong. A fault changes a folder; a check that then finds
nothing has failed, too.
"""

import importlib
import pathlib
import shutil
import sys
import tempfile

CHECKS = ["tables", "redcap", "omop", "bioc_files", "marks", "phenopacket_files", "fhir_files"]


def main(place: pathlib.Path) -> int:
    bad = 0
    for module in CHECKS:
        try:
            checks = importlib.import_module(module).CHECKS
        except ModuleNotFoundError as error:
            print(f"{module}: SKIPPED, there is no {error.name}")
            continue
        for name, check, faults in checks:
            folder = place / name
            if not folder.exists():
                continue
            try:
                problems = list(check(folder))
            except ModuleNotFoundError as error:
                print(f"{name}: SKIPPED, there is no {error.name}")
                continue
            for problem in problems[:10]:
                print(f"{name}: {problem}", file=sys.stderr)
            found = 0
            for fault in faults:
                with tempfile.TemporaryDirectory() as copy:
                    # Checks may look at the formats beside their own.
                    for other in place.iterdir():
                        if other.is_dir() and (other == folder or other.name in ("csv",)):
                            shutil.copytree(other, pathlib.Path(copy) / other.name)
                    sown = pathlib.Path(copy) / name
                    fault(sown)
                    try:
                        caught = next(iter(check(sown)), None)
                    except Exception as error:  # A validator may refuse with whatever it likes.
                        caught = f"{type(error).__name__}: {error}"
                if caught is None:
                    print(f"{name}: the fault was not found: {fault.__doc__}", file=sys.stderr)
                    bad += 1
                else:
                    found += 1
            bad += len(problems)
            files = sum(1 for _ in folder.iterdir())
            print(f"{name}: {files} files, {len(problems)} problems; {found} of {len(faults)} sown faults found")
    return bad


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    sys.exit(1 if main(pathlib.Path(sys.argv[1])) else 0)
