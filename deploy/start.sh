#!/bin/sh
# Starts one of the two processes: `start.sh web` or `start.sh worker`.
set -e
cd "$(dirname "$0")/.."
case "$1" in
    web) exec .venv/bin/python -m gunicorn --config deploy/gunicorn.conf.py ;;
    worker) exec .venv/bin/python manage.py run_worker ;;
    *) echo "usage: $0 web|worker" >&2; exit 2 ;;
esac
