#!/usr/bin/env bash
# speedscope's export against the schema that speedscope publishes in its npm package.
# shellcheck source=tests/cli/check.bash
. "$SOURCE/tests/cli/check.bash"
# shellcheck source=tests/export/speedscope.bash
. "$SOURCE/tests/export/speedscope.bash"
cp "$SPEEDSCOPE/dist/release/file-format-schema.json" schema.json || fail "no schema"

for words in "" "hostile levels=300" count contexts=3000; do
    # shellcheck disable=SC2086
    "$MAKE_PROFILE" profile $words
    expect 0 "$CPROF" export --format speedscope profile -o speedscope.json
    /usr/bin/python3 -c 'import json, jsonschema
jsonschema.validate(json.load(open("speedscope.json")), json.load(open("schema.json")))' ||
        fail "of a profile with: $words"
done
finish
