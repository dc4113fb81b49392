#!/usr/bin/env bash
# What each format of `casegrain extract` costs beside JSON Lines, in processor time of one thread.
#
#   benches/formats.sh [REPORTS.jsonl] [REPORTS]
#
# REPORTS.jsonl: `id` and `text` a line; ../shared/reports/clinical-cases.jsonl if it is there and nothing is named.
# REPORTS: how many of them are read, 1000 without. Each figure is the median of seven runs, in which the formats take
# turns, less the median of the time for one report without facts. The time of the system, which for formats with files
# for each report is mostly that of making them, stands beside it; so does the time to make as many empty files.
set -euo pipefail
cd "$(dirname "$0")/.."

reports=${1:-../shared/reports/clinical-cases.jsonl}
cargo build --release --features parquet --quiet
exec python3 - "${CARGO_TARGET_DIR:-target}/release/casegrain" "$reports" "${2:-1000}" <<'PYTHON'
import itertools, os, resource, statistics, subprocess, sys, tempfile

program, reports, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
RUNS = 7
FORMATS = ["jsonl", "csv", "redcap", "phenopacket", "webannotation", "fhir", "omop", "pubannotation", "bioc-json", "brat",
           "bioc-xml", "parquet"]


def spent(work):
    """Processor time of children, own and of the system."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime


with tempfile.TemporaryDirectory() as folder:
    some, none = os.path.join(folder, "some.jsonl"), os.path.join(folder, "none.jsonl")
    with open(some, "w", encoding="utf-8") as file:
        file.writelines(itertools.islice(open(reports, encoding="utf-8"), count))
    open(none, "w").write('{"id": "a", "text": "Well."}\n')
    # A file system may be slow to use again what was just deleted, so nothing is before the end.
    names = (os.path.join(folder, str(number)) for number in itertools.count())
    times = {}
    for _, form, (what, input) in itertools.product(range(RUNS), FORMATS, [("whole", some), ("start", none)]):
        command = [program, "extract", input, "--threads", "1", "--format", form, "-o", next(names)]
        run = lambda: subprocess.run(command, check=True, stderr=subprocess.DEVNULL)
        times.setdefault((form, what), []).append(spent(run))
    empty = next(names)
    os.mkdir(empty)
    before = os.times()
    for number in range(count):
        os.close(os.open(os.path.join(empty, f"report-{number}.json"), os.O_CREAT | os.O_WRONLY))
    after = os.times()


def median(form, figure):
    whole, start = (statistics.median(map(figure, times[form, what])) for what in ("whole", "start"))
    return whole - start


base = median("jsonl", sum)
print(f"{'jsonl':14} {base:.3f} s for {count} reports")
for form in FORMATS[1:]:
    print(f"{form:14} {median(form, sum) / base - 1:+.0%}, of it system {median(form, lambda t: t[1]) / base:.0%}")
print(f"{count} empty files  {(after.system - before.system) / base:.0%}")
PYTHON
