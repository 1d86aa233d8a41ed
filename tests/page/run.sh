#!/usr/bin/env bash
# Runs a browser test: run.sh NAME.mjs.  Fetches playwright-core, kept in NPM_CACHE,
# which drives Debian's Chromium.  Exits with 77, not tried, where node, npm or
# Chromium is missing; ./dev test installs them.
set -euo pipefail
version=1.52.0 # the last to run on Debian 12's Node.js
here=$(dirname "$(readlink -f "$0")")

for program in node npm chromium; do
    command -v $program >/dev/null || { echo "not tried: no $program here" && exit 77; }
done
export PLAYWRIGHT=$NPM_CACHE/playwright-core-$version
if [ ! -d "$PLAYWRIGHT" ]; then
    mkdir -p "$NPM_CACHE"
    work=$(mktemp -d "$NPM_CACHE/unpack.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && npm pack --silent playwright-core@$version >/dev/null && tar -xzf ./*.tgz) ||
        { echo "npm could not fetch playwright-core $version; is there a network?" && exit 1; }
    mv -T "$work/package" "$PLAYWRIGHT" 2>/dev/null || [ -d "$PLAYWRIGHT" ] # another was faster
    rm -rf "$work"
    trap - EXIT
fi
exec node "$here/$1"
