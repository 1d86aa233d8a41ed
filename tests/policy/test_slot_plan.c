/* Which slots callees get: apart where a caller of the unit, or likely one of another,
 * calls both.  Speaks to slot_plan.h alone.  Run by ctest; needs no compiler.
 */
#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <cprof/abi.h>

#include "slot_plan.h"

START_TEST(callees_of_one_caller_have_slots_of_their_own)
{
    struct cprof_slot_plan *plan = cprof_slot_plan_new(CPROF_SLOT_COUNT + 1);
    bool taken[CPROF_SLOT_COUNT] = {false};

    for (size_t callee = 1; callee <= CPROF_SLOT_COUNT; callee++)
        cprof_slot_plan_call(plan, 0, callee, 1);
    cprof_slot_plan_solve(plan);
    for (size_t callee = 1; callee <= CPROF_SLOT_COUNT; callee++) {
        unsigned slot = cprof_slot_plan_slot(plan, callee);
        ck_assert_uint_lt(slot, CPROF_SLOT_COUNT);
        ck_assert(!taken[slot]);
        taken[slot] = true;
    }
    cprof_slot_plan_free(plan);
}
END_TEST

/* 0 calls 1 and 2; 1 may jump to 3, which may jump to 4: all are seen below 0. */
START_TEST(what_a_callee_jumps_to_has_a_slot_of_its_own)
{
    struct cprof_slot_plan *plan = cprof_slot_plan_new(5);

    cprof_slot_plan_call(plan, 0, 1, 1);
    cprof_slot_plan_call(plan, 0, 2, 1);
    cprof_slot_plan_call(plan, 1, 3, 1);
    cprof_slot_plan_tail_call(plan, 1, 3);
    cprof_slot_plan_call(plan, 3, 4, 1);
    cprof_slot_plan_tail_call(plan, 3, 4);
    cprof_slot_plan_solve(plan);
    for (size_t callee = 1; callee < 5; callee++)
        for (size_t other = 1; other < callee; other++)
            ck_assert_uint_ne(cprof_slot_plan_slot(plan, callee),
                              cprof_slot_plan_slot(plan, other));
    cprof_slot_plan_free(plan);
}
END_TEST

/* What a public function jumps to is called by other units, as that one is: not from
 * among the numbers of each unit's own functions. */
START_TEST(what_a_public_function_jumps_to_is_public)
{
    struct cprof_slot_plan *plan = cprof_slot_plan_new(2);

    cprof_slot_plan_public(plan, 0, "jv_free");
    cprof_slot_plan_call(plan, 0, 1, 1);
    cprof_slot_plan_tail_call(plan, 0, 1);
    cprof_slot_plan_solve(plan);
    ck_assert_uint_ge(cprof_slot_plan_slot(plan, 0), 8);
    ck_assert_uint_ge(cprof_slot_plan_slot(plan, 1), 8);
    cprof_slot_plan_free(plan);
}
END_TEST

/* Other units call neighbours together, whatever their names' numbers are. */
START_TEST(public_neighbours_keep_away_from_each_other)
{
    enum { COUNT = 200, APART = 8 };
    struct cprof_slot_plan *plan = cprof_slot_plan_new(COUNT);

    for (size_t function = 0; function < COUNT; function++)
        cprof_slot_plan_public(plan, function, "the same name, as hashes may be");
    cprof_slot_plan_solve(plan);
    for (size_t function = APART; function < COUNT; function++)
        for (size_t apart = 1; apart <= APART; apart++)
            ck_assert_uint_ne(cprof_slot_plan_slot(plan, function),
                              cprof_slot_plan_slot(plan, function - apart));
    cprof_slot_plan_free(plan);
}
END_TEST

/* A public function that many call here is called by many elsewhere: one that has to give
 * way to a neighbour does not take its number. */
START_TEST(public_functions_keep_away_from_popular_ones)
{
    enum { POPULAR = 0, CALLERS = 20, FIRST = 40, SECOND = 41, COUNT = 42 };
    struct cprof_slot_plan *plan = cprof_slot_plan_new(COUNT);
    char name[8] = "a";

    cprof_slot_plan_public(plan, FIRST, name);
    cprof_slot_plan_public(plan, SECOND, name);
    unsigned next = cprof_slot_of_name(name) + 1;
    do
        snprintf(name, sizeof name, "%d", rand());
    while (cprof_slot_of_name(name) != next % CPROF_SLOT_COUNT);
    cprof_slot_plan_public(plan, POPULAR, name);
    for (size_t caller = 1; caller <= CALLERS; caller++)
        cprof_slot_plan_call(plan, caller, POPULAR, 1);
    cprof_slot_plan_solve(plan);
    ck_assert_uint_ne(cprof_slot_plan_slot(plan, FIRST), cprof_slot_plan_slot(plan, SECOND));
    ck_assert_uint_ne(cprof_slot_plan_slot(plan, POPULAR), cprof_slot_plan_slot(plan, FIRST));
    ck_assert_uint_ne(cprof_slot_plan_slot(plan, POPULAR), cprof_slot_plan_slot(plan, SECOND));
    cprof_slot_plan_free(plan);
}
END_TEST

/* What follows the last number is not one of those for units' own functions. */
START_TEST(what_the_last_number_jumps_to_is_public_as_well)
{
    char name[8] = "0";

    while (cprof_slot_of_name(name) != CPROF_SLOT_COUNT - 1)
        snprintf(name, sizeof name, "%d", rand());
    struct cprof_slot_plan *plan = cprof_slot_plan_new(2);
    cprof_slot_plan_public(plan, 0, name);
    cprof_slot_plan_call(plan, 0, 1, 1);
    cprof_slot_plan_tail_call(plan, 0, 1);
    cprof_slot_plan_solve(plan);
    ck_assert_uint_ge(cprof_slot_plan_slot(plan, 1), 8);
    cprof_slot_plan_free(plan);
}
END_TEST

static Suite *slot_suite(void)
{
    Suite *suite = suite_create("slots");
    TCase *slots = tcase_create("plan");

    tcase_add_test(slots, callees_of_one_caller_have_slots_of_their_own);
    tcase_add_test(slots, what_a_callee_jumps_to_has_a_slot_of_its_own);
    tcase_add_test(slots, what_a_public_function_jumps_to_is_public);
    tcase_add_test(slots, what_the_last_number_jumps_to_is_public_as_well);
    tcase_add_test(slots, public_neighbours_keep_away_from_each_other);
    tcase_add_test(slots, public_functions_keep_away_from_popular_ones);
    suite_add_tcase(suite, slots);
    return suite;
}

int main(void)
{
    SRunner *runner = srunner_create(slot_suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
