/* Profiling by hand with libcprof, without any plugin: a small word counter measures
 * its own phases and allocations, compares two ways of counting, and writes a flame
 * graph and a snapshot.  Uses nothing but the installed library.
 */
#include <cprof/cprof.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 20000
#define DIFFERENT 500

struct word {
    char *text;
    unsigned count;
};

static bool write_file(void *file, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, file) == len;
}

static struct cprof_sink to_screen(void)
{
    return (struct cprof_sink){.write = write_file, .context = stdout};
}

/* ---- What is measured ----------------------------------------------------- */

/* A copy of each word is kept, as careless programs do. */
static size_t count_by_list(struct word *words, const char *const *input)
{
    CPROF_PROFILER_SCOPE(cprof_profiler_of_thread(), "count_by_list");
    CPROF_TRACK_ALLOCATIONS("count_by_list");
    size_t known = 0;
    for (size_t idx = 0; idx < WORDS; idx++) {
        char *copy = cprof_malloc(strlen(input[idx]) + 1);
        size_t at = 0;
        if (!copy)
            break;
        strcpy(copy, input[idx]);
        while (at < known && strcmp(words[at].text, copy) != 0)
            at++;
        if (at == known)
            words[known++] = (struct word){.text = copy};
        else
            cprof_free(copy);
        words[at].count++;
    }
    return known;
}

static int compare_texts(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static size_t count_by_sorting(struct word *words, const char *const *input)
{
    CPROF_PROFILER_SCOPE(cprof_profiler_of_thread(), "count_by_sorting");
    CPROF_TRACK_ALLOCATIONS("count_by_sorting");
    const char **sorted = cprof_malloc(WORDS * sizeof *sorted);
    size_t known = 0;
    if (!sorted)
        return 0;
    memcpy(sorted, input, WORDS * sizeof *sorted);
    {
        CPROF_PROFILER_SCOPE(cprof_profiler_of_thread(), "sort");
        qsort(sorted, WORDS, sizeof *sorted, compare_texts);
    }
    for (size_t idx = 0; idx < WORDS; idx++) {
        if (idx && strcmp(sorted[idx], sorted[idx - 1]) == 0) {
            words[known - 1].count++;
            continue;
        }
        char *copy = cprof_malloc(strlen(sorted[idx]) + 1);
        if (!copy)
            break;
        strcpy(copy, sorted[idx]);
        words[known++] = (struct word){.text = copy, .count = 1};
    }
    cprof_free(sorted);
    return known;
}

/* One way in a session of its own; what it measured is the result. */
static struct cprof_snapshot *measure(const char *name,
                                      size_t (*count)(struct word *, const char *const *),
                                      const char *const *input)
{
    static struct word words[DIFFERENT];
    cprof_profiler_reset(cprof_profiler_of_thread());
    memset(words, 0, sizeof words);
    size_t known;
    {
        CPROF_PROFILER_SCOPE(cprof_profiler_of_thread(), "count");
        known = count(words, input);
    }
    printf("%s: %zu different words\n", name, known);
    for (size_t idx = 0; idx < known; idx++)
        cprof_free(words[idx].text);
    return cprof_snapshot_capture(name);
}

/* ---- What is told --------------------------------------------------------- */

static void print_functions(void)
{
    size_t count;
    const struct cprof_function *stats = cprof_profiler_stats(cprof_profiler_of_thread(), &count);
    for (size_t idx = 0; idx < count; idx++)
        printf("%-18s %6llu calls, total %9.3f ms, self %9.3f ms\n", stats[idx].name,
               (unsigned long long)stats[idx].calls, (double)stats[idx].total_ns / 1e6,
               (double)stats[idx].self_ns / 1e6);
}

static void print_allocations(void)
{
    size_t count;
    const struct cprof_hotspot *hotspots =
        cprof_tracker_hotspots(cprof_tracker_of_thread(), &count);
    for (size_t idx = 0; idx < count; idx++)
        printf("%-18s %6llu blocks, %llu bytes, %llu at most at a time\n", hotspots[idx].function,
               (unsigned long long)hotspots[idx].count,
               (unsigned long long)hotspots[idx].total_bytes,
               (unsigned long long)hotspots[idx].peak_bytes);
}

static bool write_flamegraph(const struct cprof_snapshot *snapshot, const char *path)
{
    FILE *file = fopen(path, "w");
    struct cprof_sink sink = {.write = write_file, .context = file};
    struct cprof_flame_options options = {.title = "counting words"};
    struct cprof_error error;
    if (!file)
        return false;
    enum cprof_status status =
        cprof_flamegraph_svg(cprof_snapshot_tree(snapshot), &options, &sink, &error);
    if (status != CPROF_OK)
        fprintf(stderr, "%s\n", error.text);
    return fclose(file) == 0 && status == CPROF_OK;
}

static bool print_advice(void)
{
    size_t functions, places;
    struct cprof_sink sink = to_screen();
    struct cprof_style style = {.columns = 80};
    const struct cprof_function *stats =
        cprof_profiler_stats(cprof_profiler_of_thread(), &functions);
    const struct cprof_hotspot *hotspots =
        cprof_tracker_hotspots(cprof_tracker_of_thread(), &places);
    struct cprof_analyzer *analyzer = cprof_analyzer_new(stats, functions, hotspots, places);
    bool done = analyzer && cprof_analyzer_report(analyzer, &style, &sink, NULL) == CPROF_OK;
    cprof_analyzer_free(analyzer);
    return done;
}

static bool print_comparison(const struct cprof_snapshot *before,
                             const struct cprof_snapshot *after)
{
    struct cprof_sink sink = to_screen();
    struct cprof_style style = {.columns = 0};
    struct cprof_comparison *comparison = cprof_comparison_new(before, after);
    bool done = comparison && cprof_comparison_report(comparison, &style, &sink, NULL) == CPROF_OK;
    cprof_comparison_free(comparison);
    return done;
}

int main(void)
{
    static char texts[DIFFERENT][8];
    static const char *input[WORDS];
    for (size_t idx = 0; idx < DIFFERENT; idx++)
        snprintf(texts[idx], sizeof texts[idx], "w%zu", idx);
    for (size_t idx = 0; idx < WORDS; idx++)
        input[idx] = texts[idx * 7919 % DIFFERENT];

    struct cprof_snapshot *before = measure("list", count_by_list, input);
    print_functions();
    struct cprof_snapshot *after = measure("sorting", count_by_sorting, input);
    print_functions();
    print_allocations();

    struct cprof_error error;
    struct cprof_snapshot *kept = NULL;
    bool done =
        before && after && cprof_snapshot_save(before, "list.snapshot", &error) == CPROF_OK &&
        cprof_snapshot_load(&kept, "list.snapshot", &error) == CPROF_OK &&
        print_comparison(kept, after) && write_flamegraph(after, "sorting.svg") && print_advice();
    cprof_snapshot_free(before);
    cprof_snapshot_free(after);
    cprof_snapshot_free(kept);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
