#!/bin/sh
# Speed of the main job beside sqlite3's own .import, in one run on this machine.
# Usage: bench/run.sh [HOUSEHOLDS]   (default 100000). BERM=path of the program.
# Figures are rows a second, best of three; the ratio is to the peer in the same run.
set -eu
households=${1:-100000}
berm=${BERM:-build/berm}
command -v sqlite3 > /dev/null || { echo "bench/run.sh: install sqlite3 first" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

now() { date +%s.%N; }
# rate ROWS COMMAND...: rows a second of one run
seconds_of() {
    begin=$(now)
    "$@" > /dev/null 2> "$work/errors" || { cat "$work/errors" >&2; exit 1; }
    end=$(now)
    echo "$end $begin" | awk '{print $1 - $2}'
}
best_of_three() {
    prepare=$1
    shift
    for _ in 1 2 3; do
        $prepare
        seconds_of "$@"
    done | sort -n | head -n 1
}
line() { awk -v what="$1" -v rows="$2" -v s="$3" -v peer="${4:-0}" 'BEGIN {
    printf "%-46s %9d rows %8.3f s %10.0f rows/s", what, rows, s, rows / s
    if (peer > 0) printf "   %.2f times the peer", peer / s
    printf "\n" }'; }

echo "Machine: $(nproc) processors, $(awk -F': ' '/model name/ {print $2; exit}' /proc/cpuinfo)"
"$berm" synth --households "$households" --csv "$work/csv" > /dev/null
areas=$work/csv/areas.csv
fresh() {
    rm -f "$work"/r.berm*
    "$berm" init --store "sqlite:$work/r.berm" --pack rural-cn > /dev/null
    "$berm" import --store "sqlite:$work/r.berm" areas "$areas" > /dev/null 2>&1
}
fresh_with_households() {
    fresh
    "$berm" import --store "sqlite:$work/r.berm" households "$work/csv/households.csv" > /dev/null 2>&1
}
fresh_peer() { rm -f "$work"/peer.db*; }

for kind in households persons; do
    rows=$(($(wc -l < "$work/csv/$kind.csv") - 1))
    peer=$(best_of_three fresh_peer sqlite3 "$work/peer.db" ".import --csv $work/csv/$kind.csv t")
    [ "$kind" = households ] && prepare=fresh || prepare=fresh_with_households
    ours=$(best_of_three $prepare "$berm" import --store "sqlite:$work/r.berm" $kind "$work/csv/$kind.csv")
    line "sqlite3 .import of $kind (no checks, no index)" "$rows" "$peer"
    line "berm import $kind" "$rows" "$ours" "$peer"
done

"$berm" import --store "sqlite:$work/r.berm" flows "$work/csv/flows.csv" 2>&1 > /dev/null |
    sed 's/^/berm import flows: /'
"$berm" screen --store "sqlite:$work/r.berm" --month 2020-09 2>&1 > /dev/null |
    sed 's/^/berm screen, store to stored findings: /'
"$berm" screen --store "sqlite:$work/r.berm" --month 2020-09 --measure 2>&1 > /dev/null |
    sed 's/^/interpreter alone, inputs loaded: /'
