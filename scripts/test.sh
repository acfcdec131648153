#!/usr/bin/env bash
# Every test, the cheap ones first; each part says how long it took.
set -euo pipefail
cd "$(dirname "$0")/.."
run() {
  echo "== $1"
  local began=$SECONDS state=0
  "${@:2}" || state=$?
  echo "== $1: $((SECONDS - began)) s"
  return "$state"
}
tests() {
  run "$*" .venv/bin/python -m pytest -q "${@/#/tests/}"
}

# One of two lanes, with engines of its own: what is done to them is nothing to the other one. What it says comes when
# it has ended.
base=${OVOZ_TEST_PORT_BASE:-27000}
if [[ ${1-} == lane ]]; then
  said=$(mktemp)
  export OVOZ_TEST_PORT_BASE=$((base - 5000 * LANE))
  state=0
  # shellcheck disable=SC2086
  tests $2 >"$said" 2>&1 || state=$?
  cat "$said"
  rm "$said"
  exit "$state"
fi
lanes() {
  xargs -I{} -P 2 --process-slot-var=LANE bash scripts/test.sh lane {}
}

.venv/bin/ovoz engines test-tools
run "desk unit" .venv/bin/python -m ovoz.engines.frontend test
tests unit architecture data
integration() {
  # A folder each. The long ones first, so that neither lane waits for the other at the end.
  {
    printf 'integration/%s\n' api engines tenancy tenancy_life
    for folder in tests/integration/[a-z]*/; do echo "integration/$(basename "$folder")"; done |
      grep -vxE 'integration/(api|engines|tenancy|tenancy_life)'
  } | lanes
}
telephony() {
  # Calls take the time they take, most of it waiting: every other file, by size, in each lane.
  ls -S tests/telephony/test_*.py | sed 's#^tests/##' | awk '{ half[NR % 2] = half[NR % 2] " " $0 } END { print half[0]; print half[1] }' | lanes
}
run integration integration
tests contract
run telephony telephony
tests e2e
