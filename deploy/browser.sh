#!/bin/sh
# Sees to it that there is a browser for the tests that need one: Debian's own Chromium.
if command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..."
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium fonts-dejavu-core >/dev/null && exit 0
fi
echo "Please install Chromium first: the browser tests need it (Debian, Ubuntu: sudo apt-get install chromium)." >&2
exit 1
