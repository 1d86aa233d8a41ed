#!/usr/bin/env bash
# run, flags, libs and cc with a prefix of their own: found from where the
# program is, also after it was moved.
# shellcheck source=tests/cli/check.bash
. "$(dirname "$0")/check.bash"
mkdir -p prefix/bin prefix/lib/cprof
cp "$CPROF" prefix/bin/cprof
expect 3 prefix/bin/cprof flags
holds "$err" "is missing"
: >prefix/lib/cprof/cprof.so
: >prefix/lib/cprof/libcprof-rt.a
mv prefix moved
prefix=$(readlink -f moved)
for compiler in "" "--cc gcc" "--cc g++" "--cc /usr/bin/gcc" "--cc cc"; do
    # shellcheck disable=SC2086
    expect 0 moved/bin/cprof flags $compiler
    [ "$out" = "-fplugin=$prefix/lib/cprof/cprof.so -DPROFILING=1" ] || fail "flags: $out"
done
for compiler in /nonexistent/gcc no-such-compiler; do
    expect 3 moved/bin/cprof flags --cc $compiler
    holds "$err" "no such compiler"
    one_sentence
done
# Clang, by its name, by its answer and as make would run it; another GCC.
printf '#!/bin/sh\necho "#define __GNUC__ 4"\necho "#define __clang__ 1"\n' >tcc
printf '#!/bin/sh\necho "#define __GNUC__ 99"\n' >newest
printf '#!/bin/sh\nexit 1\n' >silent
chmod +x tcc newest silent
for command in "flags --cc clang" "flags --cc ./tcc" "libs --cc clang" "cc -- clang x.c"; do
    # shellcheck disable=SC2086
    expect 2 moved/bin/cprof $command
    holds "$err" "serves GCC only"
    one_sentence
    [ -z "$out" ] || fail "$command printed $out"
done
expect 2 env CC="env A=1 ./tcc -m64" moved/bin/cprof flags
holds "$err" "serves GCC only"
expect 0 env CC="env A=1 gcc -m64" moved/bin/cprof flags
expect 2 moved/bin/cprof flags --cc ./newest
holds "$err" "is GCC 99"
expect 0 moved/bin/cprof flags --cc ./silent
expect 0 moved/bin/cprof libs
[ "$out" = "$prefix/lib/cprof/libcprof-rt.a" ] || fail "libs: $out"
printf '#!/bin/sh\nprintf "%%s|" "$@"\nexit 7\n' >compiler
chmod +x compiler
expect 7 moved/bin/cprof cc -- ./compiler -O2 'a b.c' -o x
[ "$out" = "-fplugin=$prefix/lib/cprof/cprof.so|-DPROFILING=1|-O2|a b.c|-o|x|" ] || fail "cc: $out"
expect 127 moved/bin/cprof cc -- ./no-such-compiler

# The program's words are its own, neither more nor fewer.
for run in "run --" "run -o x --" run; do
    # shellcheck disable=SC2086
    expect 0 "$CPROF" $run printf '%s|' a 'b c' ''
    [ "$out" = "a|b c||" ] || fail "$run: the program got $out"
done

# A program that leaves a profile where it is told to.
cat >program <<EOF
#!/bin/sh
printf 'the program speaks\n'
pattern=\${CPROF_OUTPUT:-cprof.out.%p}
"$MAKE_PROFILE" "\$(printf '%s' "\$pattern" | sed "s/%p/\$\$/")"
exit \$1
EOF
chmod +x program
expect 5 "$CPROF" run -- ./program 5
[ "$out" = "the program speaks" ] || fail "its output is not its own: $out"
holds "$err" "work"
holds "$err" "The profile is cprof.out."
expect 0 "$CPROF" run -o 'named.%p' -- ./program 0
holds "$err" "The profile is named."
expect 0 "$CPROF" run -o fixed ./program 0
[ -f fixed ] || fail "-o was not handed on"
expect 0 env CPROF_OUTPUT=asked "$CPROF" run -- ./program 0
[ -f asked ] || fail "CPROF_OUTPUT was not kept"
expect 3 "$CPROF" run -- sh -c 'exit 3'
holds "$err" "left no profile"
one_sentence
expect 143 "$CPROF" run -- sh -c 'kill -TERM $$'
expect 127 "$CPROF" run -- ./no-such-program
one_sentence
expect 126 "$CPROF" run -- ./fixed
finish
