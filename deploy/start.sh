#!/bin/sh
# Starts one of the two processes, `start.sh web` or `start.sh worker`; on several machines `start.sh celery` and
# `start.sh beat` are the worker. `start.sh prepare` brings tables and static files up to date before, and ends.
set -e
cd "$(dirname "$0")/.."
# Else each thread has a heap of its own, which keeps what it once needed: 10 to 20 MB a process more.
export MALLOC_ARENA_MAX="${MALLOC_ARENA_MAX:-1}"
case "$1" in
    web) exec .venv/bin/python -m gunicorn --config deploy/gunicorn.conf.py ;;
    worker) exec .venv/bin/python manage.py run_worker ;;
    celery) exec .venv/bin/python -m celery --app tracker.celery --quiet worker --loglevel INFO \
        --hostname "${WORKER_NAME:-worker}@%h" --without-gossip --without-mingle --without-heartbeat ;;
    beat) exec .venv/bin/python -m celery --app tracker.celery --quiet beat --loglevel WARNING --pidfile= ;;
    prepare)
        .venv/bin/python manage.py migrate --noinput
        .venv/bin/python manage.py createcachetable
        exec .venv/bin/python manage.py collectstatic --noinput
        ;;
    *) echo "usage: $0 web|worker|celery|beat|prepare" >&2; exit 2 ;;
esac
