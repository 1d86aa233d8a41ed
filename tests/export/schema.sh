#!/usr/bin/env bash
# speedscope's export against the schema that speedscope publishes, in its npm
# package, kept in NPM_CACHE.  Exits with 77, not tried, where there is no npm.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
package=$NPM_CACHE/speedscope-1.25.0.tgz
if [ ! -s "$package" ]; then
    command -v npm >/dev/null || { echo "not tried: no npm here" && exit 77; }
    mkdir -p "$NPM_CACHE"
    (cd "$NPM_CACHE" && npm pack --silent speedscope@1.25.0 >/dev/null) || fail "npm has no speedscope"
fi
tar -xOzf "$package" package/dist/release/file-format-schema.json >schema.json || fail "no schema"

for words in "" "hostile levels=300" count contexts=3000; do
    # shellcheck disable=SC2086
    "$MAKE_PROFILE" profile $words
    expect 0 "$CPROF" export --format speedscope profile -o speedscope.json
    /usr/bin/python3 -c 'import json, jsonschema
jsonschema.validate(json.load(open("speedscope.json")), json.load(open("schema.json")))' ||
        fail "of a profile with: $words"
done
finish
