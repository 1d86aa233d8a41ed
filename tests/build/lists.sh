#!/usr/bin/env bash
# Allowlists and denylists under every compiler that there is: lines that name
# nothing (no object alone decides, all of them do), and names as people write
# them, which name the same functions whoever compiled.
#
# usage: lists.sh BUILD.  Run by ctest.
# shellcheck source=tests/support/whole.bash
. "$(dirname "$0")/../support/whole.bash"

sources_here() {
    mkdir -p sub
    cat >main.cc <<'C'
#define KEPT __attribute__((noinline))
namespace ns { int used_here(int); int used_there(int); }
namespace { KEPT int hidden(int x) { return x + 1; } }
KEPT int ns::used_here(int x) { return hidden(x) * 3; }
static inline __attribute__((always_inline)) int inlined(int x) { return x / 7; }
int main(int count, char **) { return inlined(ns::used_here(count) + ns::used_there(count)) & 0; }
C
    cat >sub/there.cc <<'C'
namespace ns { int used_there(int x); }
int ns::used_there(int x) { return x * 5; }
C
    cat >deny <<'L'
# a comment
ns::used_here      # in one unit
ns::used_there
fun:(anonymous namespace)::*
src:sub/*.cc
nobody
inlined
fun:ns::nothing*
L
}

# idle BINARY: the texts of the idle lines.
idle() {
    "$cprof" sites --lists --format json "$1" | jq -r '[.[] | select(.matched | not) | .text] | join(" ")'
}

# in_report FILTER: the texts of the idle lines in the report of the one profile.
in_report() {
    fact "$(the_profile)" "[.idle_list_lines[] | $1 | .text] | join(\" \")"
}

# said COMMAND...: how many lines of its output say that something is idle
said() {
    "$@" 2>&1 | grep -c 'deny:[0-9]*: ".*" names no function'
}

# The list is the same file, however each unit's folder leads to it.
case_units() {
    local rest="src:sub/*.cc nobody inlined fun:ns::nothing*"
    compile main.o -c main.cc -fplugin-arg-cprof-denylist=deny
    cd sub || return
    CC=${2:-$CC} flags=$("$cprof" flags --cc "${2:-$CC}") compile ../there.o -c there.cc -fplugin-arg-cprof-denylist=../deny
    cd ..
    expect "idle lines of one object" "$(idle main.o)" "ns::used_there $rest"
    "$CC" main.o there.o -o program
    expect "idle lines of the program" "$(idle program)" "$rest"
    "$CC" -c -x c++ /dev/null -o nothing.o
    ar rc both.a nothing.o main.o there.o
    ld -r main.o there.o -o both.o
    expect "idle lines of an archive" "$(idle both.a)" "$rest"
    expect "idle lines of a relocatable object" "$(idle both.o)" "$rest"
    expect "sites of an archive" "$("$cprof" sites both.a)" "$("$cprof" sites program)"
    expect "sites of a relocatable object" "$("$cprof" sites both.o)" "$("$cprof" sites program)"
    run 0 ./program
    expect "idle lines in the report" "$(in_report .)" "$rest"
    expect "lines of the report that say so" "$(said "$cprof" report "$(the_profile)")" 4
    expect "lines that cprof run says" "$(said "$cprof" run -o again -- ./program)" 4
}

case_allowlist() {
    printf 'main\nfun:*::used_here\nothers\n' >allow
    compile program main.cc sub/there.cc -fplugin-arg-cprof-allowlist=allow -fplugin-arg-cprof-denylist=deny
    run 0 ./program
    expect "lines of the allowlist" "$("$cprof" sites --lists --format json program |
        jq -r '[.[] | select(.list == "allowlist") | .matched] | join(" ")')" "true true false"
    expect "idle ones in the report" "$(in_report 'select(.list == "allowlist")')" others
    expect_calls "$(the_profile)" main 1 "ns::used_here(int)" 0
}

# A library's lists count as the program's do, once it is loaded.
case_library() {
    compile libthere.so -shared -fPIC sub/there.cc -fplugin-arg-cprof-denylist=deny
    compile program main.cc -L. -lthere "-Wl,-rpath,$PWD" -fplugin-arg-cprof-denylist=deny
    run 0 ./program
    expect "idle lines of the library" "$(idle libthere.so)" \
        "ns::used_here fun:(anonymous namespace)::* nobody inlined fun:ns::nothing*"
    expect "idle lines in the report" "$(in_report .)" "nobody inlined fun:ns::nothing*"
}

case_link_time() {
    compile program -flto -fuse-ld="$2" main.cc sub/there.cc -fplugin-arg-cprof-denylist=deny
    checks=$((checks + 1))
    [[ $(idle program) == *"nobody inlined fun:ns::nothing*" ]] || broken "idle lines are $(idle program)"
}

# Whoever has no lists has nothing of them.
case_without() {
    compile program main.cc sub/there.cc
    expect "sections for lines" "$(readelf -SW program | grep -c cprof_line)" 0
    run 0 ./program
    expect "idle lines" "$(in_report .)" ""
    expect "words about lists" "$(said "$cprof" report "$(the_profile)")" 0
}

names_here() {
    cat >names.cc <<'C'
#include <string>
#include <vector>
#define KEPT __attribute__((noinline, used))
volatile int sink;
namespace ns {
template <class T> struct Box {
    T value;
    KEPT Box() : value() { sink = 1; }
    KEPT ~Box() noexcept(true) { sink = 2; }
    template <class U> KEPT U get(U x) { sink = 3; return x; }
    KEPT bool operator<(const Box &) const { return sink == 4; }
    KEPT int operator()(int x) { return sink = x; }
    KEPT operator bool() const { return sink == 5; }
};
template <class T> KEPT auto dec(T x) -> decltype(x + 1) { sink = 6; return x; }
template <class T> KEPT int nobody(T x) { return sink = x; }
KEPT int text(const std::string &, std::vector<std::vector<const char *>>) { return sink; }
}
namespace { KEPT int hidden(int x) { return sink = x; } }
struct { KEPT int method() { return sink; } } unnamed;
auto everywhere = [](char x) KEPT { sink = x; };
KEPT int work(int x)
{
    struct Local { KEPT static int run() { return sink; } };
    auto lambda = [](int y) KEPT { return sink = y; };
    return lambda(x) + Local::run();
}
KEPT int by_label() __asm__("other_label");
int by_label() { return sink; }
int main()
{
    ns::Box<int> box, other;
    everywhere('c');
    return (box.get('c') + (box < other) + box(1) + (bool)box + ns::dec(1) + ns::text("", {}) + hidden(1) + ns::nobody(1) +
            unnamed.method() + work(1) + by_label()) & 0;
}
C
}

# Every line of the list names something, under each compiler, and together they name
# all but one function.  That each names its own and no other, tests/policy knows.
case_spellings() {
    names_here
    cat >lines <<'L'
ns::Box<int>::Box
Box::~Box()
Box::get
ns::Box<int>::get<char>(char)
fun:char ns::Box<*
Box<>::get<>
Box::operator<
operator<(const ns::Box<int> &) const
Box::operator()
operator bool
ns::dec
dec<int>(int)
text(const std::string &, std::vector<std::vector<const char *>>)
hidden
(anonymous namespace)::hidden(int)
{anonymous}::hidden
{unnamed}::method
{lambda}::operator()(char) const
work(int)
work::{lambda}::operator()
work(int)::{lambda}::operator()(int) const
fun:work(int)::{lambda*
work::Local::run
other_label
by_label
::main
L
    compile names -std=c++17 names.cc -fplugin-arg-cprof-allowlist=lines
    expect "idle lines" "$(idle names)" ""
    expect "functions of the source file that are out" "$("$cprof" sites --format json names |
        jq -r '[.[] | select(.file == "names.cc" and (.instrumented | not)) | .name] | join(" ")')" "int ns::nobody<int>(int)"
    echo 'src:./names.cc' >lines
    compile names -std=c++17 names.cc -fplugin-arg-cprof-denylist=lines
    expect "idle lines of paths" "$(idle names)" ""
    expect "functions of the source file that are in" "$("$cprof" sites --format json names |
        jq -r '[.[] | select(.file == "names.cc" and .instrumented) | .name] | join(" ")')" ""
}

# Names as reports show them, in full and where there is little room, may be copied
# into a list.
case_shown() {
    names_here
    compile names -std=c++17 names.cc
    "$cprof" sites --format json names | jq -r '.[].name' >shown
    COLUMNS=45 "$cprof" sites names | sed -n 's/^in   //p; s/^out  //p' | sed 's/  [^ ]*:[0-9]*$//' | grep -v '…' >>shown
    expect_between "names that are shown" "$(wc -l <shown)" 30 1000
    compile names -std=c++17 names.cc -fplugin-arg-cprof-denylist=shown
    expect "idle lines" "$(idle names)" ""
}

try() {
    begin "$1.$CC"
    sources_here
    "case_$1" "$@"
}

for CC in g++ clang++-19 clang++-16; do
    if ! command -v "$CC" >/dev/null || ! flags=$("$cprof" flags --cc "$CC" 2>&1); then
        skip "there is no $CC, or it was not built for: $flags"
        continue
    fi
    try units
    try allowlist
    try library
    case $CC in
        g++) try link_time bfd ;;
        *-16) ;; # what is called lld here may be older than its bitcode
        *) try link_time lld ;;
    esac
    try without
    try spellings
    try shown
done
if command -v clang++-19 >/dev/null && flags=$("$cprof" flags --cc clang++-19 2>&1); then
    CC=g++
    flags=$("$cprof" flags --cc g++)
    begin mixed
    sources_here
    case_units mixed clang++-19
fi
finish
