#!/bin/sh
# Sees to it that there is a Redis for what runs on many machines; each starts and ends a server of its own.
command -v redis-server >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Redis ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq redis-server >/dev/null && exit 0
fi
echo "Please install Redis first: many machines share one (Debian, Ubuntu: sudo apt-get install redis-server)." >&2
exit 1
