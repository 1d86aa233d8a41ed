# Configuring and building: build_preset NAME [CMAKE ARGUMENT...] builds below
# build/NAME; install_preset NAME PREFIX installs it.
#
# Quiet unless something fails.  Sourced by ./dev.

quietly() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 || { cat "$log" >&2 && stop "failed: $*"; }
}

build_preset() {
    local preset=$1
    shift
    need_packages build test
    mkdir -p "build/$preset"
    say "builds build/$preset"
    quietly "build/$preset/configure.log" cmake --preset "$preset" "$@"
    quietly "build/$preset/build.log" cmake --build "build/$preset"
}

install_preset() {
    quietly "build/$1/install.log" cmake --install "build/$1" --prefix "$2"
}
