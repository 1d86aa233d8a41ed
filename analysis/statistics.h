/* Statistics of two samples, as pure functions of numbers: no profile, no state.
 *
 *   Mann and Whitney's test, exact         On a Test of Whether one of Two Random
 *     (given the ties) for small samples     Variables is Stochastically Larger, 1947
 *   Hodges and Lehmann's shift, with the   Estimates of Location Based on Rank
 *     interval that belongs to that test     Tests, 1963
 *   Welch's test for very few values       The Generalization of Student's Problem, 1947
 *   Holm's correction for many tests       A Simple Sequentially Rejective Procedure, 1979
 *
 * Called by diff.c and budget.c; docs/adr/0030 says why these.
 */
#ifndef CPROF_ANALYSIS_STATISTICS_H
#define CPROF_ANALYSIS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Finite numbers, in any order. */
struct statistics_samples {
    const double *before, *after;
    size_t before_count, after_count;
};

/* How much larger `after` is than `before`: an estimate of the difference and an
 * interval that holds it with the confidence that was asked for. */
struct statistics_shift {
    double estimate, low, high;
    double p; /* two-sided, of no difference */
};

/* The middle value; the mean of the two middle ones.  NAN of nothing.  Sorts. */
double statistics_median(double *values, size_t count);

/* What is the same for all samples of two sizes: counting orders out takes longer
 * than everything else. */
struct statistics_ranks {
    size_t before_count, after_count;
    long outside;  /* pairwise differences below the interval; negative: no interval */
    double *tails; /* p by twice the sum of the ranks, without ties; NULL: approximated */
};

/* False: no memory. */
bool statistics_ranks_start(struct statistics_ranks *ranks, size_t before_count, size_t after_count,
                            double confidence);
void statistics_ranks_end(struct statistics_ranks *ranks);

/* By ranks, of samples of the sizes that `ranks` is for.  What is asked of small
 * samples may be more than they can answer: the interval then is infinite.  False:
 * no memory. */
bool statistics_rank_shift(const struct statistics_samples *samples,
                           const struct statistics_ranks *ranks, struct statistics_shift *shift);

/* The least p that samples of these sizes can have by ranks. */
double statistics_rank_least_p(size_t before_count, size_t after_count);

/* By means, for values that are about normally distributed; at least two a side. */
struct statistics_shift statistics_mean_shift(const struct statistics_samples *samples,
                                              double confidence);

/* Of two values that are known to vary with this standard deviation each. */
struct statistics_shift statistics_assumed_shift(double before, double after, double deviation,
                                                 double confidence);

/* Replaces each p by the least level at which Holm's procedure over all of them
 * would call its test significant.  False: no memory. */
bool statistics_holm(double *p, size_t count);

/* The value below which a standard normal variable is with `probability`. */
double statistics_normal_quantile(double probability);

/* The probability of a larger |t|, and the t that has it. */
double statistics_student_tails(double t, double degrees);
double statistics_student_quantile(double tails, double degrees);

/* The next of a stream of random numbers (SplitMix64); any seed will do. */
uint64_t statistics_random(uint64_t *state);

#endif
