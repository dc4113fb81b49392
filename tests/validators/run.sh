#!/usr/bin/env bash
# Every export of a folder of reports, held against validators that are not ours.
#
#   tests/validators/run.sh PROGRAM REPORTS...
#
# PROGRAM is a casegrain; build it with `--features parquet`, or Parquet is not checked. The validators come from PyPI
# and npm, at the versions in requirements.txt and package.json, into target/validators. Where they cannot be installed the step says so, and the
# checks that need nothing but Python run all the same. For each validator a fault is sown that it must find.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
shift
venv=$here/../../target/validators
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

python=python3
if { [ -d "$venv" ] || python3 -m venv "$venv"; } >"$out/log" 2>&1 &&
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt" >>"$out/log" 2>&1; then
    python=$venv/bin/python
else
    printf 'validators: SKIPPED what needs PyPI, which cannot be installed: %s\n' "$(tail -n 1 "$out/log")"
fi

npm=$venv/node
mkdir -p "$npm"
cp "$here/package.json" "$npm"
if ! npm install --prefix "$npm" --no-audit --no-fund --ignore-scripts >"$out/log" 2>&1; then
    printf 'validators: SKIPPED those of npm, which cannot be installed: %s\n' "$(tail -n 1 "$out/log")"
fi

"$program" extract "$@" -o "$out/run.jsonl" 2>/dev/null || [ $? -eq 1 ]
for format in csv parquet redcap phenopacket fhir omop brat bioc-json bioc-xml pubannotation webannotation; do
    if ! "$program" convert "$out/run.jsonl" --texts "$@" --format "$format" -o "$out/$format" 2>"$out/log"; then
        if [ "$format" = parquet ] && grep -q 'built without parquet' "$out/log"; then
            echo 'parquet: SKIPPED, this casegrain was built without it'
            continue
        fi
        cat "$out/log" >&2
        exit 1
    fi
done
"$python" "$here/check.py" "$out"
