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

# A folder of tests/integration, with engines of its own: what one does to them is nothing to the next. What it says
# comes when it has ended, because two run side by side.
base=${OVOZ_TEST_PORT_BASE:-27000}
if [[ ${1-} == folder ]]; then
  said=$(mktemp)
  export OVOZ_TEST_PORT_BASE=$((base - 5000 * LANE))
  state=0
  tests "integration/$2" >"$said" 2>&1 || state=$?
  cat "$said"
  rm "$said"
  exit "$state"
fi

.venv/bin/ovoz engines test-tools
run "desk unit" .venv/bin/python -m ovoz.engines.frontend test
tests unit architecture data
folders() {
  # The long ones first, so that neither lane waits for the other at the end.
  printf '%s\n' api engines tenancy tenancy_life
  for folder in tests/integration/[a-z]*/; do basename "$folder"; done | grep -vxE 'api|engines|tenancy|tenancy_life'
}
integration() {
  folders | xargs -I{} -P 2 --process-slot-var=LANE bash scripts/test.sh folder {}
}
run integration integration
tests contract
tests telephony
tests e2e
