/* Runs the unit tests of analysis; one suite a file. */
#include <check.h>
#include <stdlib.h>

Suite *binary_suite(void);
Suite *reader_suite(void);
Suite *model_suite(void);
Suite *render_suite(void);
Suite *life_suite(void);
Suite *names_suite(void);
Suite *snapshot_suite(void);
Suite *budget_suite(void);
Suite *diff_suite(void);
Suite *statistics_suite(void);
Suite *advice_suite(void);
Suite *heap_suite(void);
Suite *inlining_suite(void);
Suite *samples_suite(void);

int main(void)
{
    SRunner *runner = srunner_create(reader_suite());
    srunner_add_suite(runner, binary_suite());
    srunner_add_suite(runner, model_suite());
    srunner_add_suite(runner, render_suite());
    srunner_add_suite(runner, life_suite());
    srunner_add_suite(runner, names_suite());
    srunner_add_suite(runner, snapshot_suite());
    srunner_add_suite(runner, budget_suite());
    srunner_add_suite(runner, diff_suite());
    srunner_add_suite(runner, statistics_suite());
    srunner_add_suite(runner, advice_suite());
    srunner_add_suite(runner, heap_suite());
    srunner_add_suite(runner, inlining_suite());
    srunner_add_suite(runner, samples_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
