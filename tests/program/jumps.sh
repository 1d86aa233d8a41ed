#!/usr/bin/env bash
# In a linked program: is every jump from one profiled function to another behind an
# exit, and no call behind one?  Else a callee is shown beside its caller, or below
# a function that was left.
#
# usage: jumps.sh PROGRAM.  Called by the scripts here that build one; the machine
# code is read, nothing runs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
objdump -d --no-show-raw-insn "$1" | awk -f "$here/jumps.awk"
