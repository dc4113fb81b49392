#!/usr/bin/env bash
# Every export of reports, held against validators that are not ours; fails if one finds anything.
#
#   tests/validators/run.sh PROGRAM REPORTS...
#
# PROGRAM is a casegrain; build it with `--features parquet`, or Parquet is not checked. The validators come from PyPI
# and npm, at the versions in requirements.txt, package-lock.json and mcode.sha512, into target/validators or the folder that
# CASEGRAIN_VALIDATORS names; they stay there and are installed again only if those files change. Where a registry
# cannot be reached this says so, and the checks that need nothing of it run all the same. For each validator a fault
# is sown that it must find.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
shift
place=$(realpath -m "${CASEGRAIN_VALIDATORS:-$here/../../target/validators}")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mkdir -p "$place"

# Installs what two files pin into a folder, unless it is there; tells apart a registry that is out of reach, which is
# no fault of the project's, and all else, which is.
installed() {
    local registry=$1 pins=$2 stamp
    stamp=$place/$registry.installed
    [ -f "$stamp" ] && cmp -s "$stamp" "$pins" && return 0
    rm -rf "$stamp" "${place:?}/$registry"
    if "$registry" >"$out/log" 2>&1; then
        cp "$pins" "$stamp"
        return 0
    fi
    if ! command -v "$3" >"$out/which"; then
        printf 'validators: SKIPPED those of %s: there is no %s\n' "$registry" "$3"
    elif grep -qiE 'NewConnectionError|ConnectTimeout|ReadTimeout|Name or service|name resolution|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|network is unreachable|ensurepip' "$out/log"; then
        printf 'validators: SKIPPED those of %s, which cannot be reached: %s\n' "$registry" "$(tail -n 1 "$out/log")"
    else
        tail -n 20 "$out/log" >&2
        printf 'validators: %s does not install what is pinned\n' "$registry" >&2
        exit 1
    fi
    return 1
}

pypi() {
    python3 -m venv "$place/pypi" &&
        "$place/pypi/bin/pip" install --disable-pip-version-check --retries 3 --timeout 30 -r "$here/requirements.txt"
}

npm() {
    mkdir -p "$place/npm" && cp "$here/package.json" "$here/package-lock.json" "$place/npm" &&
        command npm ci --prefix "$place/npm" --no-audit --no-fund --ignore-scripts --fetch-retries 3 --fetch-timeout 60000
}

# A package of definitions, whose own dependencies are on no registry that is asked here.
mcode() (
    mkdir -p "$place/mcode" && cd "$place/mcode" || exit
    name=$(cut -d' ' -f3 "$here/mcode.sha512")
    version=${name##*-}
    command npm pack "hl7.fhir.us.mcode@${version%.tgz}" --fetch-retries 3 --fetch-timeout 60000 &&
        sha512sum -c "$here/mcode.sha512" && tar -xzf "$name"
)

python=python3
needed=()
if installed pypi "$here/requirements.txt" python3; then
    python=$place/pypi/bin/python
    needed+=(pypi)
fi
if installed npm "$here/package-lock.json" npm; then
    export NODE_PATH=$place/npm/node_modules
    needed+=(npm)
    if installed mcode "$here/mcode.sha512" npm; then
        export MCODE=$place/mcode/package
        needed+=(mcode)
    fi
fi

"$program" extract "$@" -o "$out/run.jsonl" 2>"$out/log" || [ $? -eq 1 ] || { cat "$out/log" >&2; exit 1; }
tail -n 1 "$out/log"
mkdir "$out/formats"
for format in csv parquet redcap phenopacket fhir omop brat bioc-json bioc-xml pubannotation webannotation; do
    if ! "$program" convert "$out/run.jsonl" --texts "$@" --format "$format" -o "$out/formats/$format" 2>"$out/log"; then
        if [ "$format" = parquet ] && grep -q 'built without parquet' "$out/log"; then
            echo 'parquet: SKIPPED, this casegrain was built without it'
            continue
        fi
        cat "$out/log" >&2
        exit 1
    fi
done
bad=0
"$python" "$here/check.py" "$out/formats" "${needed[@]}" || bad=1
for reports in "$@"; do
    if [ -d "$reports/gold" ]; then
        "$python" "$here/gold_rounds.py" "$program" "$reports" || bad=1
    fi
done
exit $bad
