#!/usr/bin/env bash
# Runs the commands of examples/README.md, section by section, and expects the exact
# counts of the program's calls; and builds without profiling where that is offered.
#
# usage: readme.sh BUILD EXAMPLES.  Run by ctest.  Uses an installed copy and works on
# a copy of the examples.
. "$(dirname "$0")/../support/whole.bash"
examples=$(realpath "$2")
prefix=$work/prefix
cmake --install "$build" --prefix "$prefix" >"$work/install.log" 2>&1 || cat "$work/install.log"
cp -r "$examples" "$work/examples"
cprof=$prefix/bin/cprof
export PATH=$prefix/bin:$PATH PKG_CONFIG_PATH=$prefix/lib/pkgconfig XDG_CACHE_HOME=$work/cache
export CC=$cc
unset CFLAGS LDFLAGS MAKEFLAGS

# The code block of a section.
commands_of() {
    awk -v title="## $1" '$0 == title { here = 1; next } /^## / { here = 0 }
        here && /^```/ { code = !code; next } here && code' "$examples/README.md"
}

# The steps of all chains below 30000, and of the best one each time: awk's own count.
steps=$(awk 'function chain(n,  steps) { while (n > 1) { n = n % 2 ? 3 * n + 1 : n / 2; steps++ } return steps + 0 }
    BEGIN { longest = 0
        for (n = 1; n < 30000; n++) { own = chain(n); sum += own + longest; if (own > longest) longest = own }
        print sum + longest }')

library="embed-library own-statistics" # sections about it, below
sections=$(sed -n 's/^## //p' "$examples/README.md")
expect "sections and folders" "$(sort <<<"$sections")" "$(cd "$examples" && ls -d */ | tr -d / | grep -vx -e program -e demo -e ci | sort)"
for section in $sections; do
    case " $library " in *" $section "*) continue ;; esac
    cd "$work/examples/$section" || exit 1
    case_name=$section
    commands=$(commands_of "$section")
    expect "lines with commands" "$([ -n "$commands" ] && echo some)" some
    sh -e -c "$commands" >commands.log 2>&1
    expect "status" $? 0
    expect_calls chain.cprof main 1 chain_length 59999 chain_step "$steps"
    expect "a profile of the build's" "$(find . -name 'cprof.out.*')" ""
done

# The library by itself, from either of its forms.
cd "$work/examples/embed-library" || exit
case_name=embed-library
for kind in libcprof libcprof-static; do
    rm -f words
    sh -e -c "$(commands_of embed-library | sed "s/^make/make LIBRARY=$kind/")" >commands.log 2>&1
    expect "status with $kind" $? 0
    for line in "list: 500 different words" "sorting: 500 different words" "baseline  list" \
        "count_by_list +20000 blocks" "Performance Analysis"; do
        expect "lines with $line" "$(grep -Ec "$line" commands.log)" 1
    done
    xmllint --noout sorting.svg || expect "a picture" no yes
done

# And inside of a program that is profiled: chains below 1000, and their steps.
cd "$work/examples/own-statistics" || exit
case_name=own-statistics
short=$(awk 'BEGIN { for (n = 1; n <= 1000; n++) for (m = n; m > 1; steps++) m = m % 2 ? 3 * m + 1 : m / 2; print steps }')
sh -e -c "$(commands_of own-statistics)" >commands.log 2>&1
expect "status" $? 0
expect "main" "$(grep -Ec '^  main: 1 calls' commands.log)" 1
expect "chains" "$(grep -Ec '^    chain: 1000 calls' commands.log)" 1
expect "steps" "$(grep -Ec "^      step: $short calls" commands.log)" 1
expect_calls chains.cprof chain 1000 step "$short"
make -B >plain.log 2>&1
run 0 ./chains
no_profile

# Without the switch the same files build the plain program.
cd "$work/examples/cmake" && cmake -S . -B plain -DCMAKE_BUILD_TYPE=Release >plain.log 2>&1 &&
    cmake --build plain >plain.log 2>&1
run 0 plain/chain
no_profile
cd "$work/examples/pkg-config" && make -B >plain.log 2>&1
run 0 ./chain
no_profile
cd "$work/examples/meson" && meson setup plain >plain.log 2>&1 && meson compile -C plain >plain.log 2>&1
run 0 plain/chain
no_profile

# Link-time optimisation, where GCC needs the plugin at the link.
cd "$work/examples/cmake" || exit 1
case_name=lto
is_clang || {
    cmake -S . -B lto -DCMAKE_BUILD_TYPE=Release -DPROFILING=ON -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON >lto.log 2>&1 &&
        cmake --build lto >lto.log 2>&1
    run 0 lto/chain
    expect_calls "$(the_profile)" main 1 chain_step "$steps"
    rm -f cprof.out.*
    cd ../pkg-config && make -B PROFILING=1 CFLAGS='-O2 -flto' >lto.log 2>&1
    run 0 ./chain
    expect_calls "$(the_profile)" main 1 chain_step "$steps"
    cd ../meson && meson setup lto -Dprofiling=true -Db_lto=true >lto.log 2>&1 && meson compile -C lto >lto.log 2>&1
    run 0 lto/chain
    expect_calls "$(the_profile)" main 1 chain_step "$steps"
}
finish
