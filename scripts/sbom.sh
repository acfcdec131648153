#!/usr/bin/env bash
# Lists of components (CycloneDX 1.5) from the lock files, made by uv and npm themselves; nothing is downloaded.
set -euo pipefail
cd "$(dirname "$0")/.."
into=${1:-dist/sbom}
mkdir -p "$into"
into=$(cd "$into" && pwd)
uv=$(command -v uv || echo .ovoz/tools/bin/uv)
"$uv" export --quiet --frozen --all-groups --format cyclonedx1.5 --preview-features sbom-export >"$into/python.cdx.json"
.venv/bin/python -m ovoz.engines.frontend components >"$into/frontend.cdx.json"
