"""Runs every check on the formats below a folder, first as they are and then with faults sown into a copy.

    check.py FOLDER [pypi] [npm] [mcode]

A check takes the folder of its format and yields what is wrong. A fault changes a folder; a check that then finds
nothing has failed, too. What a registry that is named has installed must be there; what is not named may lack.
"""

import importlib
import pathlib
import shutil
import sys
import tempfile
import time

CHECKS = ["tables", "redcap", "omop", "bioc_files", "marks", "phenopacket_files", "fhir_files"]
# As many files of a format as are looked through for a place to sow a fault in.
FIELD = 400


def sown(place, folder, fault, check):
    """What the check finds in a copy with the fault, or nothing."""
    with tempfile.TemporaryDirectory() as copy:
        copy = pathlib.Path(copy)
        # Checks may look at the tables beside their own.
        for other in {folder, place / "csv"}:
            (copy / other.name).mkdir()
            paths = sorted(other.iterdir())
            for path in paths[:FIELD] + [path for path in paths[FIELD:] if path.suffix == ".conf"]:
                shutil.copy(path, copy / other.name)
        paths = list((copy / folder.name).iterdir())
        before = {path: path.read_bytes() for path in paths}
        fault(copy / folder.name)
        changed = {path: path.read_bytes() for path in paths if path.read_bytes() != before[path]}
        # Of many files those are enough that hold the fault; it must be the fault that is found, not that some lack.
        stems = {path.stem for path in changed}
        if len(paths) > 20 and not any(path.suffix == ".conf" for path in changed):
            for path in paths:
                if path.stem not in stems and path.suffix != ".conf":
                    path.unlink()
            for path in changed:
                path.write_bytes(before[path])
            if list(check(copy / folder.name)):
                return None
            for path, broken in changed.items():
                path.write_bytes(broken)
        try:
            return next(iter(check(copy / folder.name)), None)
        except Exception as error:  # A validator may refuse with whatever it likes.
            return f"{type(error).__name__}: {error}"


def main(place: pathlib.Path, installed: set) -> int:
    bad = 0

    def lacks(name, error):
        registry = next((known for known in ("npm", "mcode") if error.name.endswith(f"({known})")), "pypi")
        missing = registry in installed
        print(f"{name}: {'FAILED' if missing else 'SKIPPED'}, there is no {error.name}")
        return missing

    for module in CHECKS:
        try:
            checks = importlib.import_module(module).CHECKS
        except ModuleNotFoundError as error:
            bad += lacks(module, error)
            continue
        for format, by, check, faults in checks:
            folder, start = place / format, time.monotonic()
            if not folder.exists():
                continue
            try:
                problems = list(check(folder))
            except ModuleNotFoundError as error:
                bad += lacks(f"{format} by {by}", error)
                continue
            for problem in problems[:10]:
                print(f"{format} by {by}: {problem}", file=sys.stderr)
            bad += len(problems)
            # Where something is wrong already, finding it again would say nothing.
            found = 0
            for fault in faults if not problems else []:
                if sown(place, folder, fault, check) is None:
                    print(f"{format} by {by}: not found: {fault.__doc__}", file=sys.stderr)
                    bad += 1
                else:
                    found += 1
            files, seconds = sum(1 for _ in folder.iterdir()), time.monotonic() - start
            print(
                f"{format} by {by}: {files} files, {len(problems)} problems; "
                f"{found} of {len(faults)} sown faults found; {seconds:.1f} s",
                flush=True,
            )
    return bad


if __name__ == "__main__":
    sys.path.insert(0, str(pathlib.Path(__file__).parent))
    sys.exit(1 if main(pathlib.Path(sys.argv[1]), set(sys.argv[2:])) else 0)
