/* Runs the unit tests of profiling by hand; one suite a file. */
#include <check.h>
#include <stdlib.h>

Suite *profiler_suite(void);
Suite *tracker_suite(void);
Suite *call_tree_suite(void);

int main(void)
{
    SRunner *runner = srunner_create(profiler_suite());
    srunner_add_suite(runner, tracker_suite());
    srunner_add_suite(runner, call_tree_suite());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
