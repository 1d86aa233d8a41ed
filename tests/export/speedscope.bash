# Sourced: fetches speedscope's npm package, kept in NPM_CACHE, and says in SPEEDSCOPE
# where it lies unpacked.  Ends with 77, not tried, where there is no npm.
SPEEDSCOPE=$NPM_CACHE/speedscope-1.25.0
export SPEEDSCOPE
if [ ! -d "$SPEEDSCOPE" ]; then
    command -v npm >/dev/null || { echo "not tried: no npm here" && exit 77; }
    mkdir -p "$NPM_CACHE"
    unpacking=$(mktemp -d "$NPM_CACHE/unpack.XXXXXX")
    (cd "$unpacking" && npm pack --silent "speedscope@${SPEEDSCOPE##*-}" >/dev/null && tar -xzf ./*.tgz) ||
        { echo "npm could not fetch speedscope; is there a network?" && rm -rf "$unpacking" && exit 1; }
    mv -T "$unpacking/package" "$SPEEDSCOPE" 2>/dev/null || [ -d "$SPEEDSCOPE" ] # another was faster
    rm -rf "$unpacking"
fi
