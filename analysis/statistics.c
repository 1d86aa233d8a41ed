/* Tests, intervals and corrections; see statistics.h. */
#include "statistics.h"

#include <math.h>
#include <stdlib.h>

#include "array.h"

/* Up to so many pairs the distribution of ranks is counted out; beyond, the normal
 * approximation is closer than anybody can see. */
#define MOST_EXACT_PAIRS 900

uint64_t statistics_random(uint64_t *state)
{
    uint64_t mixed = *state += 0x9e3779b97f4a7c15u;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebu;
    return mixed ^ mixed >> 31;
}

static int compare_numbers(const void *left_ptr, const void *right_ptr)
{
    double left = *(const double *)left_ptr, right = *(const double *)right_ptr;
    return left < right ? -1 : left > right;
}

double statistics_median(double *values, size_t count)
{
    if (count == 0)
        return NAN;
    qsort(values, count, sizeof *values, compare_numbers);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

/* ---- The normal distribution and Student's --------------------------------- */

static double normal_above(double z)
{
    return erfc(z / sqrt(2)) / 2;
}

/* By halving: called a few times a comparison, so simplicity is worth more. */
static double invert(double (*tail)(double, double), double parameter, double probability)
{
    double low = -1e4, high = 1e4;
    for (int step = 0; step < 200; step++) {
        double middle = (low + high) / 2;
        if (tail(middle, parameter) > probability)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

static double normal_tail(double z, double unused)
{
    (void)unused;
    return normal_above(z);
}

double statistics_normal_quantile(double probability)
{
    return invert(normal_tail, 0, 1 - probability);
}

/* The continued fraction of the incomplete beta function (Abramowitz and Stegun
 * 26.5.8), by Lentz's method. */
static double beta_fraction(double x, double a, double b)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m < 1000; m++) {
        double step = 0;
        for (int odd = 0; odd < 2; odd++) {
            double factor = odd ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
                                : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 + factor * d;
            c = 1 + factor / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            step = c * d;
            value *= step;
        }
        if (fabs(step - 1) < 1e-15)
            break;
    }
    return value;
}

static double incomplete_beta(double x, double a, double b)
{
    if (x <= 0 || x >= 1)
        return x <= 0 ? 0 : 1;
    double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
    return x < (a + 1) / (a + b + 2) ? front * beta_fraction(x, a, b) / a
                                     : 1 - front * beta_fraction(1 - x, b, a) / b;
}

double statistics_student_tails(double t, double degrees)
{
    return incomplete_beta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

static double student_tail(double t, double degrees)
{
    double tails = statistics_student_tails(t, degrees);
    return t > 0 ? tails / 2 : 1 - tails / 2;
}

double statistics_student_quantile(double tails, double degrees)
{
    return invert(student_tail, degrees, tails / 2);
}

/* ---- By ranks --------------------------------------------------------------- */

struct ranked {
    double value;
    bool after;
};

static int compare_ranked(const void *left, const void *right)
{
    return compare_numbers(&((const struct ranked *)left)->value,
                           &((const struct ranked *)right)->value);
}

/* Twice the ranks of all values, so that ties, which share the mean of their ranks,
 * have whole ones; returns how much ties take from the variance. */
static double double_ranks(const struct ranked *all, size_t count, unsigned *ranks)
{
    double ties = 0;
    for (size_t idx = 0, end; idx < count; idx = end) {
        for (end = idx; end < count && all[end].value == all[idx].value; end++)
            ;
        double alike = (double)(end - idx);
        ties += alike * alike * alike - alike;
        for (size_t at = idx; at < end; at++)
            ranks[at] = (unsigned)(idx + end + 1);
    }
    return ties;
}

/* ways[k][s]: how many choices of k of the ranks have the sum s.  The caller frees. */
static double *count_sums(const unsigned *ranks, size_t count, size_t chosen, size_t limit)
{
    double *ways = array_new((chosen + 1) * (limit + 1), sizeof *ways);
    if (!ways)
        return NULL;
    ways[0] = 1;
    for (size_t idx = 0; idx < count; idx++)
        for (size_t k = idx < chosen ? idx + 1 : chosen; k > 0; k--) {
            double *to = ways + k * (limit + 1);
            const double *from = to - (limit + 1);
            for (size_t sum = limit; sum >= ranks[idx]; sum--)
                to[sum] += from[sum - ranks[idx]];
        }
    return ways;
}

/* tails[sum]: the share of choices of `chosen` ranks whose sum is as far from the
 * middle as `sum` is.  The caller frees; NULL: no memory. */
static double *count_tails(const unsigned *ranks, size_t count, size_t chosen)
{
    size_t limit = chosen * 2 * count, middle = chosen * (count + 1), reach = limit - middle;
    double *ways = count_sums(ranks, count, chosen, limit);
    double *tails = array_new(limit + 1, sizeof *tails);
    if (!ways || !tails) {
        free(ways);
        free(tails);
        return NULL;
    }
    const double *row = ways + chosen * (limit + 1);
    double beyond = 0, all = 0;
    for (size_t sum = 0; sum <= limit; sum++)
        all += row[sum];
    for (size_t distance = middle > reach ? middle : reach;; distance--) {
        if (distance <= reach)
            beyond += row[middle + distance];
        if (distance && distance <= middle)
            beyond += row[middle - distance];
        if (distance <= reach)
            tails[middle + distance] = beyond / all;
        if (distance <= middle)
            tails[middle - distance] = beyond / all;
        if (!distance)
            break;
    }
    free(ways);
    return tails;
}

/* How many of the least pairwise differences lie below the interval, which the next
 * one begins: U has a chance of at most (1 - confidence) / 2 to be that or less. */
static long pairs_outside(const struct statistics_ranks *ranks, double tail)
{
    size_t pairs = ranks->before_count * ranks->after_count;
    size_t count = ranks->before_count + ranks->after_count;
    size_t least = ranks->after_count * (ranks->after_count + 1); /* twice the least sum */
    if (!ranks->tails) {
        double deviation = sqrt((double)pairs * (double)(count + 1) / 12);
        double at = (double)pairs / 2 - statistics_normal_quantile(1 - tail) * deviation;
        return (long)floor(at - 0.5);
    }
    long outside = -1;
    for (size_t u = 0; 2 * u < pairs; u++) {
        if (ranks->tails[least + 2 * u] / 2 > tail * (1 + 1e-9)) /* 1 - 0.9 is not quite 0.1 */
            break;
        outside = (long)u;
    }
    return outside;
}

bool statistics_ranks_start(struct statistics_ranks *ranks, size_t before_count, size_t after_count,
                            double confidence)
{
    size_t count = before_count + after_count;
    *ranks = (struct statistics_ranks){.before_count = before_count, .after_count = after_count};
    if (before_count * after_count <= MOST_EXACT_PAIRS) {
        unsigned *plain = array_new(count, sizeof *plain);
        for (size_t idx = 0; plain && idx < count; idx++)
            plain[idx] = (unsigned)(2 * (idx + 1));
        ranks->tails = plain ? count_tails(plain, count, after_count) : NULL;
        free(plain);
        if (!ranks->tails)
            return false;
    }
    ranks->outside = pairs_outside(ranks, (1 - confidence) / 2);
    return true;
}

void statistics_ranks_end(struct statistics_ranks *ranks)
{
    free(ranks->tails);
    ranks->tails = NULL;
}

/* With ties the distribution is one of its own. */
static double tied_p(const unsigned *doubled, size_t count, size_t after, size_t sum)
{
    double *tails = count_tails(doubled, count, after);
    double p = tails ? tails[sum] : -1;
    free(tails);
    return p;
}

static double approximate_p(const struct statistics_ranks *ranks, double ties, size_t sum)
{
    double before = (double)ranks->before_count, after = (double)ranks->after_count;
    double n = before + after;
    double deviation = sqrt(before * after / 12 * (n + 1 - ties / (n * (n - 1))));
    double distance = fabs((double)sum - after * (n + 1)) / 2 - 0.5;
    return deviation > 0 ? fmin(1, 2 * normal_above(fmax(distance, 0) / deviation)) : 1;
}

/* Negative: no memory. */
static double rank_p(const struct statistics_samples *samples, const struct statistics_ranks *ranks,
                     struct ranked *all, unsigned *doubled)
{
    size_t before = samples->before_count, count = before + samples->after_count, sum = 0;
    for (size_t idx = 0; idx < count; idx++) {
        bool after = idx >= before;
        double value = after ? samples->after[idx - before] : samples->before[idx];
        all[idx] = (struct ranked){value, after};
    }
    qsort(all, count, sizeof *all, compare_ranked);
    double ties = double_ranks(all, count, doubled);
    for (size_t idx = 0; idx < count; idx++)
        sum += all[idx].after ? doubled[idx] : 0;
    if (!ranks->tails)
        return approximate_p(ranks, ties, sum);
    return ties > 0 ? tied_p(doubled, count, samples->after_count, sum) : ranks->tails[sum];
}

bool statistics_rank_shift(const struct statistics_samples *samples,
                           const struct statistics_ranks *ranks, struct statistics_shift *shift)
{
    size_t before = samples->before_count, after = samples->after_count, pairs = before * after;
    struct ranked *all = array_new(before + after, sizeof *all);
    unsigned *doubled = array_new(before + after, sizeof *doubled);
    double *differences = array_new(pairs, sizeof *differences);
    bool enough = all && doubled && differences;
    if (enough) {
        for (size_t left = 0; left < before; left++)
            for (size_t right = 0; right < after; right++)
                differences[left * after + right] = samples->after[right] - samples->before[left];
        *shift = (struct statistics_shift){.estimate = statistics_median(differences, pairs),
                                           .low = -INFINITY,
                                           .high = INFINITY,
                                           .p = rank_p(samples, ranks, all, doubled)};
        if (ranks->outside >= 0 && pairs) {
            shift->low = differences[ranks->outside];
            shift->high = differences[pairs - 1 - (size_t)ranks->outside];
        }
        enough = shift->p >= 0;
    }
    free(all);
    free(doubled);
    free(differences);
    return enough;
}

double statistics_rank_least_p(size_t before_count, size_t after_count)
{
    double ways = 1;
    for (size_t idx = 1; idx <= after_count; idx++)
        ways = ways * (double)(before_count + idx) / (double)idx;
    return fmin(1, 2 / ways);
}

/* ---- By means ---------------------------------------------------------------- */

struct moments {
    double mean, error; /* squared, of the mean */
};

static struct moments moments_of(const double *values, size_t count)
{
    double sum = 0, squares = 0, mean;
    for (size_t idx = 0; idx < count; idx++)
        sum += values[idx];
    mean = sum / (double)count;
    for (size_t idx = 0; idx < count; idx++)
        squares += (values[idx] - mean) * (values[idx] - mean);
    return (struct moments){mean, squares / (double)(count - 1) / (double)count};
}

struct statistics_shift statistics_mean_shift(const struct statistics_samples *samples,
                                              double confidence)
{
    struct moments before = moments_of(samples->before, samples->before_count);
    struct moments after = moments_of(samples->after, samples->after_count);
    double error = before.error + after.error, estimate = after.mean - before.mean;
    if (!(error > 0))
        return (struct statistics_shift){estimate, estimate, estimate, estimate == 0 ? 1 : 0};
    double degrees = error * error /
                     (before.error * before.error / (double)(samples->before_count - 1) +
                      after.error * after.error / (double)(samples->after_count - 1));
    double reach = statistics_student_quantile(1 - confidence, degrees) * sqrt(error);
    return (struct statistics_shift){estimate, estimate - reach, estimate + reach,
                                     statistics_student_tails(estimate / sqrt(error), degrees)};
}

struct statistics_shift statistics_assumed_shift(double before, double after, double deviation,
                                                 double confidence)
{
    double estimate = after - before, error = deviation * sqrt(2);
    if (!(error > 0))
        return (struct statistics_shift){estimate, estimate, estimate, estimate == 0 ? 1 : 0};
    double reach = statistics_normal_quantile((1 + confidence) / 2) * error;
    return (struct statistics_shift){estimate, estimate - reach, estimate + reach,
                                     2 * normal_above(fabs(estimate) / error)};
}

/* ---- Many tests --------------------------------------------------------------- */

struct tested {
    double p;
    size_t idx;
};

static int compare_tested(const void *left, const void *right)
{
    return compare_numbers(&((const struct tested *)left)->p, &((const struct tested *)right)->p);
}

bool statistics_holm(double *p, size_t count)
{
    struct tested *order = array_new(count, sizeof *order);
    double least = 0;
    if (!order)
        return false;
    for (size_t idx = 0; idx < count; idx++)
        order[idx] = (struct tested){p[idx], idx};
    qsort(order, count, sizeof *order, compare_tested);
    for (size_t rank = 0; rank < count; rank++) {
        double level = fmin(1, order[rank].p * (double)(count - rank));
        least = fmax(least, level);
        p[order[rank].idx] = least;
    }
    free(order);
    return true;
}
