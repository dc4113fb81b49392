#!/usr/bin/env bash
# How fast casegrain is beside `wc -w` on the same bytes, on one thread and on two; its peak memory and start-up time.
#
#   benches/ratio.sh [REPORTS.jsonl] [MEGABYTES]
#
# REPORTS: JSON Lines with `id` and `text`. Without it ../shared/reports/clinical-cases.jsonl if it is there, else
# the reports of corpus/. They are repeated to about 100 MB (MEGABYTES) in a temporary file. Each figure is the least
# of five runs, and the programs take turns, so that a busy moment does not fall on one of them.
set -euo pipefail
cd "$(dirname "$0")/.."

reports=${1:-}
if [ -z "$reports" ] && [ -f ../shared/reports/clinical-cases.jsonl ]; then
    reports=../shared/reports/clinical-cases.jsonl
fi
cargo build --release --quiet
exec python3 - "${CARGO_TARGET_DIR:-target}/release/casegrain" "${2:-100}" "$reports" <<'PYTHON'
import json, os, pathlib, platform, re, resource, subprocess, sys, tempfile, time

program, megabytes, reports = sys.argv[1], float(sys.argv[2]), sys.argv[3]
RUNS = 5
STARTS = 20


def corpus():
    """The reports of corpus/ as JSON Lines."""
    lines = []
    for path in sorted(pathlib.Path("corpus").glob("*.txt")):
        data = path.read_bytes()
        for encoding in ("utf-16", "utf-8-sig", "cp1252") if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252"):
            try:
                text = data.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        lines.append(json.dumps({"id": path.stem, "text": text}, ensure_ascii=False))
    return ("\n".join(lines) + "\n").encode()


def run(command, output=subprocess.DEVNULL):
    """Seconds by the clock and of processor time, and peak memory in MB, of one run."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE)
    said = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {child.returncode}: {said.decode(errors='replace')}")
    scale = 1 if sys.platform == "darwin" else 1024
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1e6


def processor():
    try:
        return re.search(r"model name\s*:\s*(.+)", open("/proc/cpuinfo").read())[1]
    except (OSError, TypeError):
        return platform.processor() or platform.machine()


with tempfile.TemporaryDirectory() as folder:
    once = open(reports, "rb").read() if reports else corpus()
    if not once.endswith(b"\n"):
        once += b"\n"
    big, one = os.path.join(folder, "big.jsonl"), os.path.join(folder, "one.txt")
    times = max(1, round(megabytes * 1e6 / len(once)))
    with open(big, "wb") as file:
        for _ in range(times):
            file.write(once)
    open(one, "w").write("A 76-year-old man presented with cough for 3 weeks.\n")
    size = times * len(once)

    # The answer is checked before anything is timed: one record a line, with facts, whatever the number of threads.
    few = os.path.join(folder, "few.jsonl")
    open(few, "wb").write(b"".join(once.splitlines(keepends=True)[:200]))
    answers = [subprocess.run([program, "extract", few, "--threads", n], capture_output=True, check=True).stdout for n in "12"]
    facts = sum(len(json.loads(line)["entities"]) for line in answers[0].splitlines())
    if answers[0] != answers[1] or len(answers[0].splitlines()) != len(open(few, "rb").readlines()) or facts == 0:
        sys.exit("the answer is wrong: records are missing, empty, or differ between one thread and two")

    extract = [program, "extract", big, "--threads"]
    commands = {"wc -w": ["wc", "-w", big], "1 thread": extract + ["1"], "2 threads": extract + ["2"]}
    runs = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            runs[name].append(run(command))
    starts = [run([program, "extract", one, "--threads", "1"])[0] for _ in range(STARTS)]

least = {name: [min(column) for column in zip(*all)] for name, all in runs.items()}
wall = {name: figures[0] for name, figures in least.items()}
memory = {name: max(figures[2] for figures in all) for name, all in runs.items()}
print(f"machine          {processor()}, {os.cpu_count()} cores, {platform.system()}")
print(f"input            {size / 1e6:.1f} MB: {reports or 'corpus/'}, {times} times")
print(f"locale of wc     {os.environ.get('LC_ALL') or os.environ.get('LC_CTYPE') or os.environ.get('LANG') or 'C'}")
for name, (seconds, busy, _) in least.items():
    print(f"{name:16} {seconds:.3f} s, {size / 1e6 / seconds:.0f} MB/s, processor time {busy:.3f} s")
print(f"ratio to wc -w   {wall['1 thread'] / wall['wc -w']:.2f} with 1 thread, {wall['2 threads'] / wall['wc -w']:.2f} with 2")
print(f"speed-up         {wall['1 thread'] / wall['2 threads']:.2f} from 1 thread to 2")
print(f"peak memory      {memory['1 thread']:.0f} MB with 1 thread, {memory['2 threads']:.0f} MB with 2")
print(f"start-up         {1000 * min(starts):.0f} ms for a report of one line")
PYTHON
