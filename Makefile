# What one types: `make run` to see it, `make test` to change it. `make help` lists the rest.
PYTHON ?= python3
PORT ?= 8000
SEED ?= 2026
MINUTES ?= 10
BIN := .venv/bin
# Python keeps what it has compiled, wherever the shell says otherwise: the tests start a hundred processes.
unexport PYTHONDONTWRITEBYTECODE
RUN := deploy/requirements.txt
MANY := deploy/requirements-many.txt
DEV := deploy/requirements-dev.txt
TOOLS := deploy/requirements-tools.txt
COMPILE := uv pip compile --quiet --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url \
	--no-emit-find-links

# What `check --deploy` looks at: settings as an operator would choose them, and no secret of anybody's.
SAFE := MENDLINE_DEBUG=0 MENDLINE_SECRET_KEY=only-for-the-check-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH \
	MENDLINE_ALLOWED_HOSTS=mendline.example MENDLINE_SITE_URL=https://mendline.example MENDLINE_SMTP_HOST=mail.example MENDLINE_SMTP_SECURITY=starttls \
	MENDLINE_MASTER_KEY_FILE=/etc/mendline.master-key

# What touches rows, races and verbs: these tests run on PostgreSQL as well.
ROWS := tests/races tests/faults/test_cut_off.py tests/backups/test_backup.py tests/backups/test_restore.py tests/backups/test_killed.py \
	tests/migrations tests/journal tests/alerts tests/api/test_bad_input.py tests/accounts/test_invitations.py \
	tests/accounts/test_operating.py tests/accounts/test_audit.py tests/accounts/test_second_yes.py tests/pages/test_bad_input.py \
	tests/pages/test_statements.py

# A test that hangs fails with what each thread was doing, rather than holding everything up.
NO_HANG := -o faulthandler_timeout=600 -o faulthandler_exit_on_timeout=true

.PHONY: help setup install install-many run run-many many redis test test-sqlite test-postgres cases check check-code check-project docs bench figures load drill upgrade-test faults chance agree fuzz fortnight month simulate screenshots lock sbom audit browser postgres
.DEFAULT_GOAL := help

help:
	@echo "make run          the demo on http://127.0.0.1:$(PORT), set up on the first call (PORT=8001 for another port)"
	@echo "make run-many     the same on many machines: two servers, two Celery workers, beat, PostgreSQL, Redis and an S3 server"
	@echo "make setup        .venv with everything that running, testing and checking need"
	@echo "make install      .venv with what running needs, and nothing else: for production"
	@echo "make install-many the same with what several machines need beside it"
	@echo "make test         make check, then every test, on SQLite and on PostgreSQL; installs what it needs"
	@echo "make cases        judges the case files under tests/cases"
	@echo "make check        style, types, imports, templates, migrations, deployment settings, API schema"
	@echo "make docs         writes docs/clinical.md and docs/hazards.md again from the code"
	@echo "make bench        the figures on both databases, beside a floor and the last run's"
	@echo "make bench BENCH=--reassess   a million stored entries judged again by two processes: seconds and memory"
	@echo "make bench BENCH=--audit   a million rows of who did what: sealed, compared, one changed byte found"
	@echo "make bench BENCH=--keys   50,000 keys of patients wrapped by a new master key: seconds and memory"
	@echo "make bench BENCH=--queue   every list and search of the queue, of 50,000 patients beside 100"
	@echo "make bench BENCH=--alerts   seconds from an entry to its letter at the mail server, also after that was away"
	@echo "make bench BENCH=--live   what fifty open queues cost, and how soon each of fifty emergencies is in sight"
	@echo "make bench BENCH=--pages   every page, of 50,000 patients with a million entries beside 100"
	@echo "make bench BENCH=--beside   an entry, the course and the queue on PostgreSQL beside SQLite, in one run"
	@echo "make bench BENCH=--memory   what two web processes and a worker hold after 20,000 requests, and whether it grows"
	@echo "make figures      a day on a slow phone and a slow line, by keyboard alone, and what Lighthouse says"
	@echo "make load         ten minutes of fifty people with a day and a photo every half a minute, then two hundred at once"
	@echo "make drill        a backup of 10,000 entries and 2,000 photos, made while people log, is put back: is everything equal?"
	@echo "make upgrade-test an older release is updated while people log, and the way back: is an entry lost? (FROM=commit)"
	@echo "make faults       1,000 faults and more on each database, with a report: what was lost, doubled or late? (SEED=7 for others)"
	@echo "make chance       what is drawn or raced, at full count: hours"
	@echo "make many         200 faults on many machines (killed, paused, cut off, Redis emptied): is anything lost? (SEED=7 for others)"
	@echo "make agree        do phone and server agree, on 10,000 people for each criterion that one day can show?"
	@echo "make fuzz         $(MINUTES) minutes each of made-up calls of the API: patient, practice, nobody (MINUTES=1, SEED=7 for others)"
	@echo "make fortnight    14 days of three practices in which much goes wrong: is anybody forgotten, or told twice? (SEED=7 for another)"
	@echo "make month        31 days of reminders of 600 patients in eight zones, with outages: each once, in time, not at night? (SEED=7 for another)"
	@echo "make simulate     how often invented people are alarmed, and how many are told in time, by skin type"
	@echo "make screenshots  the pictures under docs/"
	@echo "make lock         pins the dependencies again, with uv"
	@echo "make sbom         sbom.cdx.json: what production consists of, as CycloneDX"
	@echo "make audit        known holes in what production and tests install, where there is internet"

$(BIN)/python:
	@sh deploy/make-venv.sh $(PYTHON)

.venv/.run: $(RUN) $(BIN)/python
	@sh deploy/install.sh $(RUN) && touch $@

# Both stand on servers of their own, which are gone at the end.
many: setup postgres redis
	@$(BIN)/python -m tests.many --faults $(or $(FAULTS),200) --seed $(SEED) --report many-machines-faults.txt

run-many: setup postgres redis
	@$(BIN)/python -m tests.many --run --port $(PORT)

redis:
	@sh deploy/redis.sh

.venv/.many: $(MANY) $(BIN)/python
	@sh deploy/install.sh $(MANY) && touch $@

.venv/.dev: $(DEV) $(BIN)/python
	@sh deploy/install.sh $(DEV) && touch $@ .venv/.run

setup: .venv/.dev

install: .venv/.run

install-many: .venv/.many

run: .venv/.run
	@PORT=$(PORT) $(BIN)/python deploy/run.py

browser:
	@sh deploy/browser.sh

postgres:
	@sh deploy/postgres.sh

# All side by side, on two cores: a fifth of the time, tests wait for a browser, a clock or another process. What needs
# Redis is skipped, and says so, where none can be installed.
test: setup browser postgres
	-@sh deploy/redis.sh
	@$(MAKE) --no-print-directory -j4 --output-sync check-code check-project test-sqlite test-postgres

test-sqlite:
	MENDLINE_DEBUG=1 $(BIN)/python -m pytest -n 3 --max-worker-restart 0 --dist loadfile $(NO_HANG)

test-postgres:
	MENDLINE_DEBUG=1 $(BIN)/python -m tests.postgres $(BIN)/python -m pytest $(NO_HANG) $(ROWS)

# ONLY="-k killed" brings about a part of them.
faults: setup postgres
	@MENDLINE_TEST_SEED=$(SEED) $(BIN)/python -m tests.faults $(ONLY)
	@MENDLINE_TEST_SEED=$(SEED) $(BIN)/python -m tests.postgres $(BIN)/python -m tests.faults $(ONLY)

chance: setup browser postgres
	MENDLINE_DEBUG=1 MENDLINE_TEST_FAULTS=all $(BIN)/python -m pytest -m chance
	MENDLINE_DEBUG=1 MENDLINE_TEST_FAULTS=all $(BIN)/python -m tests.postgres $(BIN)/python -m pytest -m chance $(ROWS)

agree: setup browser
	MENDLINE_DEBUG=1 MENDLINE_TEST_FAULTS=all $(BIN)/python -m pytest -n 2 tests/browser/test_red_flags.py

fuzz: setup
	@$(BIN)/python -m tests.fuzz --minutes $(MINUTES) --seed $(SEED)

fortnight: setup
	MENDLINE_DEBUG=1 MENDLINE_TEST_FAULTS=all MENDLINE_TEST_SEED=$(SEED) $(BIN)/python -m pytest -s tests/fortnight

month: setup
	MENDLINE_DEBUG=1 MENDLINE_TEST_FAULTS=all MENDLINE_TEST_SEED=$(SEED) $(BIN)/python -m pytest -s tests/month

simulate: setup
	@MENDLINE_DEBUG=1 DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.simulator $(SIMULATE)

cases: .venv/.run
	@MENDLINE_DEBUG=1 $(BIN)/python manage.py assess_cases tests/cases

check: setup
	@$(MAKE) --no-print-directory -j2 --output-sync check-code check-project

check-code:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint --quiet --lint templates
	MENDLINE_DEBUG=1 $(BIN)/lint-imports --no-logo
	MENDLINE_DEBUG=1 $(BIN)/mypy tracker accounts symptoms

check-project:
	MENDLINE_DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run
	$(SAFE) $(BIN)/python manage.py check --deploy --fail-level WARNING
	MENDLINE_DEBUG=1 $(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null

docs: .venv/.run
	$(BIN)/python -m symptoms.recovery.clinical_table > docs/clinical.md
	$(BIN)/python -m symptoms.recovery.hazard_log > docs/hazards.md

bench: setup postgres
	@$(BIN)/python -m tests.bench $(BENCH)
	@$(BIN)/python -m tests.postgres --durable $(BIN)/python -m tests.bench $(BENCH)

# Everything but Lighthouse works without Node.js.
figures: setup browser
	@command -v npm >/dev/null || { echo "Lighthouse needs Node.js 20 and npm: install them first" >&2; exit 1; }
	@cd tests/figures && npm ci --silent --no-audit --no-fund
	@MENDLINE_DEBUG=1 $(BIN)/python -m tests.figures

# Some 15 minutes at most, with 10,000 entries and 2,000 photos.
drill: setup postgres
	@$(BIN)/python -m tests.drill $(DRILL)
	@$(BIN)/python -m tests.postgres --durable $(BIN)/python -m tests.drill $(DRILL)

# FROM=abc1234 names the older release.
upgrade-test: setup postgres
	@$(BIN)/python -m tests.upgrade $(FROM)
	@$(BIN)/python -m tests.postgres --durable $(BIN)/python -m tests.upgrade $(FROM)

load: setup postgres
	@$(BIN)/python -m tests.load $(LOAD)
	@$(BIN)/python -m tests.postgres --durable $(BIN)/python -m tests.load $(LOAD)

screenshots: setup browser
	@$(BIN)/python deploy/screenshots.py

lock:
	$(COMPILE) pyproject.toml --extra postgres --extra heic --extra metrics -o $(RUN)
	$(COMPILE) pyproject.toml --extra postgres --extra heic --extra metrics --extra celery --extra s3 -o $(MANY)
	$(COMPILE) pyproject.toml --extra dev -o $(DEV)
	$(COMPILE) --group tools -o $(TOOLS)

.venv/.tools: $(TOOLS) $(BIN)/python
	@sh deploy/tools.sh $(TOOLS) && touch $@

sbom: .venv/.tools
	@.venv-tools/bin/cyclonedx-py requirements $(RUN) --pyproject pyproject.toml --mc-type application --of JSON -o sbom.cdx.json
	@echo "sbom.cdx.json lists what production consists of."

audit: .venv/.tools
	@sh deploy/audit.sh $(RUN) $(DEV)
