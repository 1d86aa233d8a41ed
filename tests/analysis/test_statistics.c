/* Statistics against values that others have published. */
#include <math.h>
#include <stdlib.h>

#include "support.h"

#include "statistics.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SAMPLES(before, after)                                                                     \
    (&(struct statistics_samples){(before), (after), COUNT(before), COUNT(after)})

static struct statistics_shift by_ranks(const struct statistics_samples *samples, double confidence)
{
    struct statistics_ranks ranks;
    struct statistics_shift shift;
    ck_assert(
        statistics_ranks_start(&ranks, samples->before_count, samples->after_count, confidence));
    ck_assert(statistics_rank_shift(samples, &ranks, &shift));
    statistics_ranks_end(&ranks);
    return shift;
}

/* Permeability of membranes (Hollander and Wolfe, Nonparametric Statistical Methods,
 * 1973, p. 69): W = 35, one-sided p = 0.1272, the interval that is exact to 95 % is
 * (-0.15, 0.76) about 0.305. */
static const double at_term[] = {0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46};
static const double early[] = {1.15, 0.88, 0.90, 0.74, 1.21};

START_TEST(test_ranks)
{
    struct statistics_shift shift = by_ranks(SAMPLES(early, at_term), 0.95);
    ck_assert_double_eq_tol(shift.p / 2, 0.1272, 0.00005);
    ck_assert_double_eq_tol(shift.estimate, 0.305, 1e-9);
    ck_assert_double_eq_tol(shift.low, -0.15, 1e-9);
    ck_assert_double_eq_tol(shift.high, 0.76, 1e-9);
    /* The other way round is the same with the sign changed. */
    shift = by_ranks(SAMPLES(at_term, early), 0.95);
    ck_assert_double_eq_tol(shift.p / 2, 0.1272, 0.00005);
    ck_assert_double_eq_tol(shift.high, 0.15, 1e-9);
}
END_TEST

/* Three and three apart: 2 of 20 orders, Mann and Whitney's first table. */
START_TEST(test_ranks_least)
{
    const double low[] = {1, 2, 3}, high[] = {4, 5, 6}, same[] = {7, 7, 7};
    struct statistics_shift shift = by_ranks(SAMPLES(low, high), 0.95);
    ck_assert_double_eq_tol(shift.p, 0.1, 1e-12);
    ck_assert(isinf(shift.low) && isinf(shift.high)); /* too few for 95 % */
    shift = by_ranks(SAMPLES(low, high), 0.9);
    ck_assert_double_eq(shift.low, 1);
    ck_assert_double_eq(shift.high, 5);
    ck_assert_double_eq_tol(statistics_rank_least_p(3, 3), 0.1, 1e-12);
    ck_assert_double_eq_tol(statistics_rank_least_p(10, 10), 2 / 184756.0, 1e-12);
    shift = by_ranks(SAMPLES(same, same), 0.9);
    ck_assert_double_eq(shift.p, 1);
    ck_assert_double_eq(shift.estimate, 0);
}
END_TEST

/* With ties the exact p is a share of the orders, counted by hand: of the 10 ways to
 * take 2 of the ranks 1, 2.5, 2.5, 4.5, 4.5 four have a sum as far from 6 as 9 is. */
START_TEST(test_ranks_ties)
{
    const double before[] = {1, 2, 2}, after[] = {3, 3};
    struct statistics_shift shift = by_ranks(SAMPLES(before, after), 0.95);
    ck_assert_double_eq_tol(shift.p, 0.1, 1e-12);
}
END_TEST

/* The differences of these are all whole numbers from -(count - 1) on, once each, so
 * that the interval tells the critical value of U: 127 for 20 and 20, 317 for 30 and
 * 30 (two-sided, 5 %), as tables have it.  Beyond 30 it is approximated. */
static void expect_critical(size_t count, double least, double most)
{
    double before[40], after[40];
    for (size_t idx = 0; idx < count; idx++) {
        before[idx] = (double)idx;
        after[idx] = (double)(idx * count);
    }
    struct statistics_shift shift =
        by_ranks(&(struct statistics_samples){before, after, count, count}, 0.95);
    double critical = shift.low + (double)(count - 1);
    ck_assert_double_ge(critical, least);
    ck_assert_double_le(critical, most);
}

START_TEST(test_ranks_interval)
{
    expect_critical(20, 127, 127);
    expect_critical(30, 317, 317);
    expect_critical(31, 339, 342);
}
END_TEST

/* Two samples apart: (31 * 31 / 2 - 1 / 2) / sqrt(31 * 31 * 63 / 12) is 6.7577. */
START_TEST(test_ranks_many)
{
    double before[31], after[31];
    for (size_t idx = 0; idx < 31; idx++) {
        before[idx] = (double)idx;
        after[idx] = (double)idx + 100;
    }
    struct statistics_shift shift = by_ranks(SAMPLES(before, after), 0.95);
    ck_assert_double_eq_tol(shift.p, erfc(6.7577 / sqrt(2)), 1e-14);
    ck_assert_double_eq(shift.estimate, 100);
}
END_TEST

/* Rosetta Code's examples of Welch's test, whose p-values are R's. */
START_TEST(test_means)
{
    const double a[] = {19.8, 20.4, 19.6, 17.8, 18.5, 18.9, 18.3, 18.9, 19.5, 22.0};
    const double b[] = {28.2, 26.6, 20.1, 23.3, 25.2, 22.1, 17.7, 27.6, 20.6, 13.7,
                        23.2, 17.5, 20.6, 18.0, 23.9, 21.6, 24.3, 20.4, 24.0, 13.2};
    const double c[] = {3.0, 4.0, 1.0, 2.1}, d[] = {490.2, 340.0, 433.9}, e[] = {5, 5};
    ck_assert_double_eq_tol(statistics_mean_shift(SAMPLES(a, b), 0.95).p, 0.0359722710297968, 1e-9);
    ck_assert_double_eq_tol(statistics_mean_shift(SAMPLES(c, d), 0.95).p, 0.010751561149785, 1e-9);
    ck_assert_double_eq(statistics_mean_shift(SAMPLES(e, e), 0.95).p, 1);
}
END_TEST

/* Tables of the normal and of Student's distribution. */
START_TEST(test_quantiles)
{
    ck_assert_double_eq_tol(statistics_normal_quantile(0.975), 1.959964, 1e-6);
    ck_assert_double_eq_tol(statistics_student_quantile(0.05, 10), 2.228139, 1e-6);
    ck_assert_double_eq_tol(statistics_student_quantile(0.01, 1), 63.656741, 1e-5);
    ck_assert_double_eq_tol(statistics_student_tails(2.228139, 10), 0.05, 1e-7);
    struct statistics_shift shift = statistics_assumed_shift(0, 1.959964 * sqrt(2), 1, 0.95);
    ck_assert_double_eq_tol(shift.p, 0.05, 1e-6);
    ck_assert_double_eq_tol(shift.low, 0, 1e-5);
}
END_TEST

/* The usual example of Holm's procedure: of four tests at 5 % two stand. */
START_TEST(test_holm)
{
    double p[] = {0.01, 0.04, 0.03, 0.005}, none[1];
    const double adjusted[] = {0.03, 0.06, 0.06, 0.02};
    ck_assert(statistics_holm(p, COUNT(p)));
    for (size_t idx = 0; idx < COUNT(p); idx++)
        ck_assert_double_eq_tol(p[idx], adjusted[idx], 1e-12);
    ck_assert(statistics_holm(none, 0));
}
END_TEST

START_TEST(test_median)
{
    double odd[] = {3, 1, 2}, even[] = {4, 1, 3, 2};
    ck_assert_double_eq(statistics_median(odd, 3), 2);
    ck_assert_double_eq(statistics_median(even, 4), 2.5);
    ck_assert(isnan(statistics_median(odd, 0)));
}
END_TEST

Suite *statistics_suite(void)
{
    Suite *suite = suite_create("statistics");
    TCase *tests = tcase_create("statistics");
    tcase_add_test(tests, test_ranks);
    tcase_add_test(tests, test_ranks_least);
    tcase_add_test(tests, test_ranks_ties);
    tcase_add_test(tests, test_ranks_interval);
    tcase_add_test(tests, test_ranks_many);
    tcase_add_test(tests, test_means);
    tcase_add_test(tests, test_quantiles);
    tcase_add_test(tests, test_holm);
    tcase_add_test(tests, test_median);
    suite_add_tcase(suite, tests);
    return suite;
}
