#!/bin/sh
# Sees to it that there is a PostgreSQL for the tests that run on one; they start and end a server of their own.
if command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing PostgreSQL for the tests ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null && exit 0
fi
echo "Please install PostgreSQL 15 or newer first: the tests need it (Debian, Ubuntu: sudo apt-get install postgresql)." >&2
exit 1
