# Two commands matter: `make up` and `make test`.
SHELL := /bin/bash
OVOZ := .venv/bin/ovoz
PY := .venv/bin/python
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help up down status logs doctor call test test-fast test-deep busy-quarter check sbom format generate snapshot bench-calls bench-tenancy bench-access bench-routing bench-routing-soak bench-app-queue clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  \033[1m%-18s\033[0m %s\n", $$1, $$2}'

$(STAMP): pyproject.toml uv.lock
	@bash scripts/install.sh
	@touch $@

up: $(STAMP) ## Start everything and say where it is
	@$(OVOZ) up

down: $(STAMP) ## Stop everything
	@$(OVOZ) down

status: $(STAMP) ## One JSON object: every engine and process
	@$(OVOZ) status

logs: $(STAMP) ## Follow the logs
	@$(OVOZ) logs

doctor: $(STAMP) ## Write one file to send to support
	@$(OVOZ) doctor

call: $(STAMP) ## Place one call: make call TO=+992446000100 FROM=+992900000101
	@$(OVOZ) call --to "$(TO)" --from "$(FROM)"

test: $(STAMP) ## Every test; installs what they need
	@bash scripts/test.sh

test-fast: $(STAMP) ## Tests that need no engine
	@$(PY) -m pytest -q tests/unit tests/architecture tests/data

test-deep: $(STAMP) ## Long runs that look for what nobody thought of: every role, a new seed each day
	@$(PY) -m pytest -q tests/deep/test_explored.py

busy-quarter: $(STAMP) ## 60 callers, 12 agents and faults for 15 minutes, then everybody's records are compared (MINUTES=3 SEED=2)
	@MINUTES=$(or $(MINUTES),15) SEED=$(or $(SEED),1) $(PY) -m pytest -q -s tests/deep/test_busy_quarter.py

check: $(STAMP) ## Format, lint, types, layers, front end, generated files
	@bash scripts/check.sh

sbom: $(STAMP) ## Lists of all components (CycloneDX) into dist/sbom
	@bash scripts/sbom.sh

format: $(STAMP) ## Put the code into its one format
	@.venv/bin/ruff format . && .venv/bin/ruff check --fix .

generate: $(STAMP) ## Write generated files anew
	@$(OVOZ) generate
	@$(PY) -m ovoz.engines.frontend generate

snapshot: $(STAMP) ## Write the tenants' snapshot anew, after a new migration
	@$(OVOZ) snapshot

bench-tenancy: $(STAMP) ## Measure 10, 100 and 1000 tenants (TENANTS=10,100)
	@$(PY) -m tests.bench.tenancy $(TENANTS)

bench-calls: $(STAMP) ## Measure calls against docs: calls/s, first action, ring, take-over
	@$(PY) -m tests.bench.calls

bench-access: $(STAMP) ## Measure rights: a decision, a revocation, agreement with Casbin
	@$(PY) -m tests.bench.access

bench-routing: $(STAMP) ## Measure the choice of calls and agents against others (SEEDS=, LOADS=, HOURS=, MIX=)
	@DRAW=1 $(PY) -m tests.bench.routing

bench-app-queue: $(STAMP) ## Hold the model of app_queue against the real one (MINUTES= SEED=)
	@$(PY) -m tests.bench.app_queue_real

bench-routing-soak: $(STAMP) ## 10^6 random steps of the matcher with kills (STEPS=, SEED=)
	@$(PY) -m tests.bench.routing_soak

clean: down ## Remove what make up and make test have made
	@rm -rf .ovoz .venv frontend/node_modules frontend/dist
