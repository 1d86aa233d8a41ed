/* What the pages of `cprof tui` share: the profile, where one is, and what a page can
 * do.  tui.c has the keys and the frame around the pages; each page is a file that
 * loads, draws and moves only its own.  Everything comes through cprof.h.
 */
#ifndef CPROF_CLI_TUI_H
#define CPROF_CLI_TUI_H

#include "columns.h"

enum page { PAGE_FUNCTIONS, PAGE_TREE, PAGE_DETAIL };

/* Rows before a table, and behind it. */
#define HEAD_ROWS 3
#define FOOT_ROWS 1

/* Of the page of one function: what stands above its callers. */
#define DETAIL_ROWS 5

/* How many functions one can go back. */
#define LONGEST_WAY 64

struct functions_page {
    struct cprof_function *items;
    size_t count;
    size_t *shown; /* indices of those shown, in order */
    struct screen_list list;
    int order;
};

struct tree_line {
    uint32_t context, depth;
};

struct tree_page {
    bool *open; /* by context */
    struct tree_line *lines;
    size_t line_room;
    struct screen_list list;
};

struct related { /* a caller or callee */
    char *name;  /* its own */
    struct cprof_context context;
};

struct detail_page {
    struct cprof_function function;
    struct related *items; /* callers, then callees */
    size_t callers, count;
    struct screen_list list;
};

struct tui {
    struct screen screen;
    struct cprof_profile *profile;
    struct cprof_run run;
    enum page page;
    bool help;
    double whole; /* what 100 % is */
    char search[64];
    const char *message; /* for the last row, once */
    struct functions_page functions;
    struct tree_page tree;
    struct detail_page detail;
    char *way[LONGEST_WAY]; /* names of functions one came by */
    size_t way_len;
    enum page before; /* where the first of them was chosen */
};

/* An amount as a number; -1 for what is not known. */
double tui_known(uint64_t amount);

/* Its share of `whole`, 0 for what is not known. */
double tui_share(uint64_t amount, double whole);

/* Rows that the page's table has room for, at least one. */
int tui_rows(const struct tui *tui);

/* Each page: false when there is no memory; arrange: brings what is shown up to date. */
bool functions_load(struct tui *tui, struct cprof_error *error);
void functions_arrange(struct tui *tui);
void functions_draw(struct tui *tui);
void functions_free(struct tui *tui);

bool tree_load(struct tui *tui);
void tree_draw(struct tui *tui);
/* Opens, closes, or goes to the caller of what is closed already. */
void tree_fold(struct tui *tui, int key);
/* Goes to the next open line with the text that is searched for. */
void tree_find(struct tui *tui);
void tree_free(struct tui *tui);

/* Opens the page of a function; its name may lie in what is shown now. */
void detail_show(struct tui *tui, const char *name);
/* To the function before, or to the page where the first was chosen. */
void detail_back(struct tui *tui);
void detail_draw(struct tui *tui);
void detail_free(struct tui *tui);

#endif
