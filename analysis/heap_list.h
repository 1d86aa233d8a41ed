/* The rows of a listing of the heap, for its text and its JSON.  See cprof/heap.h for
 * the views; a row is a site or a calling context of one.
 */
#ifndef CPROF_ANALYSIS_HEAP_LIST_H
#define CPROF_ANALYSIS_HEAP_LIST_H

#include <cprof/cprof.h>

struct heap_row {
    uint32_t site;    /* of heap_sites; views of sites */
    uint32_t context; /* views of contexts */
    uint64_t bytes, count;
    uint64_t age; /* allocations since the oldest live block; 0: unknown */
};

struct heap_list {
    struct heap_row *rows;
    size_t count;
    uint64_t bytes, blocks; /* of all rows */
    size_t suppressed;      /* rows that are left out for a pattern */
    uint64_t suppressed_bytes;
    size_t idle_patterns; /* that suppressed nothing */
};

/* Whether rows are calling contexts. */
bool heap_list_of_contexts(enum cprof_heap_view view);

/* Makes the rows, largest first; heap_list_free frees them. */
enum cprof_status heap_list_make(struct heap_list *list, struct cprof_profile *profile,
                                 const struct cprof_heap_options *options,
                                 struct cprof_error *error);
void heap_list_free(struct heap_list *list);

#endif
