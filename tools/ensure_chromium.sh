#!/bin/sh
# Make sure that a Chromium is there for the browser tests: the system's if it has one,
# else Debian's package where we may install it, else the one Playwright brings.
# usage: ensure_chromium.sh BIN   (the bin folder of the virtual environment)
set -eu
bin=${1:-.venv/bin}

for name in chromium chromium-browser google-chrome; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done

if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" = 0 ]; then
        apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium && exit 0
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends chromium && exit 0
    fi
fi

exec "$bin/playwright" install chromium
