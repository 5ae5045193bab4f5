#!/bin/sh
# The walk over the survey of Pakistan (docs/guide/survey.md): import, screen, measure.
# Usage: walk_pslm.sh DATA   (the folder that holds pslm_pakistan/). The last line is FGT0 FGT1 FGT2.
set -eu
data=${1:?say the folder of the data, for example: make walk-pslm DATA=../shared/data}/pslm_pakistan
berm=${BERM:-build/berm}
maps=$(dirname "$0")/../packs/pakistan-pslm/import
[ -f "$data/households.csv" ] || {
    echo "walk_pslm.sh: there is no $data/households.csv; say DATA=folder that holds pslm_pakistan" >&2
    exit 1
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export BERM_STORE="sqlite:$work/survey.berm"

"$berm" init --pack pakistan-pslm
awk -F, -f "$maps/areas.awk" "$data/households.csv" > "$work/areas.csv"
"$berm" import areas "$work/areas.csv"
"$berm" import households "$data/households.csv" --map "$maps/map-households.csv"
"$berm" import persons "$data/persons.csv" --map "$maps/map-persons.csv"
"$berm" screen --month 2016-06
"$berm" stats --month 2016-06
"$berm" findings --month 2016-06 --limit 3
household=$("$berm" findings --month 2016-06 --limit 1 --format csv | awk -F, 'NR == 2 {print $1}')
"$berm" explain "$household" --month 2016-06
"$berm" stats --month 2016-06 --format csv | awk -F, '
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
    $1 == "total" { print $at["headcount"], $at["gap"], $at["squared_gap"] }'
