# shellcheck shell=bash disable=SC2164 # suite.sh stops where a cd fails
# Lua 5.4 has no tests in its source package.  The nearest: two libraries whose own
# suites are Lua programs and which Lua loads as shared objects, LPeg by one of
# Lua's authors, and LuaFileSystem.  Sourced by suite.sh.
packages="lua5.4 lua-lpeg lua-filesystem"
least=2

build() {
    "$@" make -C lua5.4 -j2 linux CC="$CC -std=gnu99"
    "$@" make -C lua-lpeg LUADIR=../lua5.4/src linux CC="$CC"
    "$@" make -C lua-filesystem LUA_INC=-I../lua5.4/src CC="$CC"
}

suite() {
    local lua=$PWD/lua5.4/src/lua
    (cd lua-lpeg && "$lua" test.lua)
    (cd lua-filesystem && LUA_CPATH="src/?.so" "$lua" tests/test.lua)
}

outcome() {
    cat
}

passed() {
    grep -cE '(^OK|Ok!)$'
}
