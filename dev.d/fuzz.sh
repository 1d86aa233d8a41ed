# shellcheck shell=bash
# fuzz [ROUNDS [SEED]]: read ROUNDS (1000000) randomly damaged files under the sanitizers
#
# The tests do the same with a fixed seed and fewer rounds; without a SEED this
# takes one from the clock, and prints it so that a finding can be had again.
# Sourced by ./dev.

rounds=${1:-1000000}
seed=${2:-$(date +%s%N)}
build_preset dev
say "damages $rounds profiles with seed $seed"
build/dev/tests/analysis/damage "$rounds" "$seed"
say "damages an object file as often"
build/dev/tests/analysis/damage "$rounds" "$seed" "$(find build/dev/tests/analysis -name 'sample.S.o')"
