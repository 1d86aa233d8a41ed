/* Damages profiles, an object file or another profiler's text at random, the same
 * ones in every run, and takes each through the reader and all renderers.  Built
 * with sanitizers: silence, within the time ctest allows, is the result.
 * Usage: damage [ROUNDS [SEED [FILE]]]
 */
#include <cprof/cprof.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fabricate.h"

#define LARGEST ((size_t)1 << 20)
#define VARIANTS 3

struct sample {
    unsigned char *bytes;
    size_t len;
};

/* ---- Chance --------------------------------------------------------------- */

static uint64_t next(uint64_t *state) /* xorshift64* */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1du;
}

static size_t below(uint64_t *state, size_t limit)
{
    return limit ? (size_t)(next(state) % limit) : 0;
}

/* ---- Damage --------------------------------------------------------------- */

/* Numbers at which checks go wrong. */
static uint64_t awkward(uint64_t *state, size_t len)
{
    const uint64_t numbers[] = {0,
                                1,
                                2,
                                39,
                                40,
                                127,
                                128,
                                4096,
                                0x7fffffff,
                                0x80000000u,
                                0xffffffffu,
                                INT64_MAX,
                                UINT64_MAX,
                                UINT64_MAX - 7,
                                len,
                                len - 1,
                                len + 1,
                                len / 2,
                                below(state, len),
                                next(state)};
    return numbers[below(state, sizeof numbers / sizeof *numbers)];
}

/* A place where a field begins, more often in what steers the reader.  An object
 * file is smaller than what comes before a profile's extents. */
static size_t field(uint64_t *state, size_t len)
{
    size_t place;
    switch (len < CPROF_DATA_OFFSET ? 3 : below(state, 4)) {
    case 0:
        place = below(state, 192);
        break;
    case 1:
        place = CPROF_TOC_OFFSET + below(state, 8 * CPROF_EXTENT_SIZE);
        break;
    case 2:
        place = CPROF_DATA_OFFSET + below(state, sizeof(struct cprof_module));
        break;
    default:
        place = (len < CPROF_DATA_OFFSET ? 0 : CPROF_DATA_OFFSET) + below(state, len);
    }
    place &= ~(size_t)3;
    return place + 8 <= len ? place : 0;
}

static void overwrite_field(uint64_t *state, struct sample *sample)
{
    uint64_t number = awkward(state, sample->len);
    size_t size = below(state, 2) ? 8 : 4;
    if (sample->len >= 8)
        memcpy(sample->bytes + field(state, sample->len), &number, size);
}

static void flip(uint64_t *state, struct sample *sample)
{
    if (sample->len)
        sample->bytes[below(state, sample->len)] ^= (unsigned char)(1u << below(state, 8));
}

static void splice(uint64_t *state, struct sample *sample)
{
    size_t from = below(state, sample->len), to = below(state, sample->len);
    size_t room = sample->len - (from > to ? from : to);
    memmove(sample->bytes + to, sample->bytes + from, below(state, room < 512 ? room : 512));
}

static void damage(uint64_t *state, struct sample *sample)
{
    for (size_t times = 1 + below(state, 6); times; times--)
        switch (below(state, 12)) {
        case 0:
            if (below(state, 4) == 0)
                sample->len = below(state, sample->len);
            break;
        case 1:
            splice(state, sample);
            break;
        case 2:
        case 3:
        case 4:
            flip(state, sample);
            break;
        default:
            overwrite_field(state, sample);
        }
}

/* Letters that mean something to one of the text formats. */
static void damage_text(uint64_t *state, struct sample *sample)
{
    static const char letters[] = "0123456789;:()=+-*,#[]/ \t\n\n\r\377x'.\\";
    for (size_t times = 1 + below(state, 12); times && sample->len; times--) {
        if (below(state, 8) == 0)
            splice(state, sample);
        else if (below(state, 64) == 0)
            sample->len = below(state, sample->len);
        else
            sample->bytes[below(state, sample->len)] =
                (unsigned char)letters[below(state, sizeof letters - 1)];
    }
}

/* ---- Undamaged profiles --------------------------------------------------- */

static void add_children(struct fabricate *profile, const uint32_t *sites, uint32_t parent,
                         unsigned depth)
{
    for (uint32_t idx = 0; depth && idx < 3; idx++) {
        uint32_t node = fabricate_node(profile, parent, sites[(idx + depth) % 6], idx + depth, 10);
        fabricate_durations(profile, sites[idx % 6], (uint32_t)depth, idx % 8, idx);
        struct cprof_node *stored = fabricate_at(profile, node);
        if (idx == 1)
            stored->flags &= ~CPROF_NODE_TIMED;
        if (depth == 1 && idx == 2)
            stored->flags |= CPROF_NODE_OVERFLOW;
        stored->u.call.sample_weights = stored->u.call.sampled_calls = idx;
        stored->u.call.sample_squares = idx << (8 * depth);
        stored->u.call.sample_ticks = 3 * idx;
        add_children(profile, sites, node, depth - 1);
    }
}

static void add_blocks(struct fabricate *profile, uint32_t function, uint32_t parent)
{
    uint32_t site = fabricate_allocation(profile, function, CPROF_KIND_MALLOC, "source.c", 50);
    uint32_t own = fabricate_allocation(profile, function, CPROF_KIND_CUSTOM, "source.c", 51);
    struct cprof_node_alloc alloc = {.count = 9, .bytes = 900, .freed_count = 1, .freed_bytes = 7};
    struct cprof_heap *heap = fabricate_heap(profile);
    uint32_t node = fabricate_blocks(profile, parent, site, &alloc);
    fabricate_blocks(profile, node, site, &alloc);
    fabricate_at(profile, fabricate_blocks(profile, node, site, &alloc))->flags |= CPROF_NODE_LIVES;
    fabricate_blocks(profile, parent, own, &alloc);
    fabricate_place(profile, site, 800);
    heap->sequence = 20;
    heap->peak_number = 3;
    heap->sample_count = 2;
}

static struct fabricate *make(unsigned variant)
{
    struct fabricate *profile = fabricate_new();
    uint32_t sites[6];
    for (uint32_t idx = 0; idx < 6; idx++) {
        static const char *const names[] = {"main",
                                            "_ZN3foo3barISt6vectorIiSaIiEEEEvRKT_i",
                                            "leaf.constprop.0",
                                            "piece.part.0.cold",
                                            "<&>",
                                            "_Z1fN1aE.isra.0"};
        if (idx == 3)
            fabricate_module(profile);
        sites[idx] = fabricate_site(profile, names[idx], "source.c", idx);
    }
    fabricate_call(profile, sites[3], "<&>", "source.c", 7, 2);
    fabricate_call(profile, sites[4], "main", "source.c", 8, 0);
    fabricate_left_out(profile, "out", "source.c", 90, CPROF_REASON_DENYLIST);
    fabricate_line(profile, "lists/deny", 1, "out", CPROF_LINE_MATCHED);
    fabricate_line(profile, "lists/deny", 3, "fun:nobody*", 0);
    fabricate_line(profile, "allow", 3, "fun:nobody*", CPROF_LINE_ALLOW);
    fabricate_header(profile)->mode = variant == 1 ? CPROF_MODE_COUNT : CPROF_MODE_ADAPTIVE;
    fabricate_header(profile)->clock = variant == 2 ? CPROF_CLOCK_TSC : CPROF_CLOCK_FAKE;
    fabricate_header(profile)->state = variant;
    if (variant == 2)
        fabricate_header(profile)->state = CPROF_STATE_RUNNING;
    add_children(profile, sites, fabricate_thread(profile), 3);
    uint32_t second = fabricate_thread(profile);
    add_children(profile, sites, second, 2);
    add_blocks(profile, sites[3], second);
    return profile;
}

/* ---- Reading -------------------------------------------------------------- */

static bool count_bytes(void *context, const char *bytes, size_t len)
{
    (void)bytes;
    *(size_t *)context += len;
    return true;
}

static void render(struct cprof_profile *profile)
{
    size_t written = 0;
    struct cprof_sink sink = {.write = count_bytes, .context = &written};
    struct cprof_style style = {.columns = 80, .unicode = true};
    struct cprof_report_options report = {.style = style};
    struct cprof_tree_options tree = {.style = style};
    struct cprof_flame_options flame = {.metric = CPROF_FLAME_PEAK_BYTES};
    for (int view = CPROF_HEAP_ALLOCS; view <= CPROF_HEAP_TEMPORARY; view++) {
        struct cprof_heap_options heap = {
            .view = (enum cprof_heap_view)view, .suppressions = "fun:*leaf*\nmain", .style = style};
        cprof_heap_text(profile, &heap, &sink, NULL);
        cprof_heap_json(profile, &heap, &sink, NULL);
    }
    cprof_report_json(profile, &report, &sink, NULL);
    cprof_report_text(profile, &report, &sink, NULL);
    cprof_tree_json(profile, &tree, &sink, NULL);
    cprof_tree_text(profile, &tree, &sink, NULL);
    cprof_flame_svg(profile, &flame, &sink, NULL);
    cprof_info_text(profile, &style, &sink, NULL);
    cprof_info_json(profile, &sink, NULL);
    cprof_sites_json(profile, &sink, NULL);
    cprof_lists_text(profile, &style, &sink, NULL);
    cprof_lists_json(profile, &sink, NULL);
    struct cprof_analyzer *analyzer = cprof_analyzer_of_profile(profile, NULL);
    cprof_analyzer_json(analyzer, &sink, NULL);
    cprof_analyzer_free(analyzer);
    struct cprof_annotate_options annotate = {.what = "main", .style = style};
    cprof_annotate_text(profile, &annotate, &sink, NULL);
    cprof_annotate_json(profile, &annotate, &sink, NULL);
    /* One a sample, whichever comes: all of them would take most of the time. */
    cprof_export(
        profile,
        &(struct cprof_export_options){.format = (enum cprof_export)(written % CPROF_EXPORT_COUNT)},
        &sink, NULL);
}

static enum cprof_status add_bytes(struct cprof_profile *profile, const struct sample *sample,
                                   struct cprof_error *error)
{
    /* Of exactly the size, so that one byte beyond is seen. */
    unsigned char *exact = malloc(sample->len ? sample->len : 1);
    if (!exact)
        abort();
    memcpy(exact, sample->bytes, sample->len);
    enum cprof_status status =
        cprof_profile_add_bytes(profile, "damaged", exact, sample->len, error);
    free(exact);
    return status;
}

static enum cprof_status add_binary(struct cprof_profile *profile, const struct sample *sample,
                                    struct cprof_error *error)
{
    char path[] = "/tmp/cprof-damaged-XXXXXX";
    int descriptor = mkstemp(path);
    if (descriptor < 0 || write(descriptor, sample->bytes, sample->len) != (ssize_t)sample->len)
        abort();
    close(descriptor);
    enum cprof_status status = cprof_profile_add_binary(profile, path, error);
    unlink(path);
    return status;
}

/* Whether the sample was accepted. */
static bool take(const struct sample *sample, bool is_binary)
{
    struct cprof_error error = {.text = ""};
    struct cprof_profile *profile = cprof_profile_new();
    if (!profile)
        abort();
    bool accepted = (is_binary ? add_binary : add_bytes)(profile, sample, &error) == CPROF_OK;
    if (accepted)
        render(profile);
    else if (!error.text[0] || error.status != CPROF_INPUT)
        abort();
    cprof_profile_free(profile);
    return accepted;
}

static void make_profile(struct sample *sample, unsigned variant)
{
    struct fabricate *profile = make(variant);
    const unsigned char *bytes = fabricate_bytes(profile, &sample->len);
    memcpy(sample->bytes, bytes, sample->len);
    fabricate_free(profile);
}

static void read_object(struct sample *sample, const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        abort();
    sample->len = fread(sample->bytes, 1, LARGEST, file);
    fclose(file);
}

int main(int count, char **words)
{
    unsigned long rounds = count > 1 ? strtoul(words[1], NULL, 10) : 10000, accepted = 0;
    uint64_t state = count > 2 ? strtoull(words[2], NULL, 10) : 88172645463325252u;
    const char *object = count > 3 ? words[3] : NULL;
    struct sample sample = {.bytes = malloc(LARGEST)};
    bool text = false;
    for (unsigned long round = 0; sample.bytes && round < rounds; round++) {
        if (object)
            read_object(&sample, object);
        else
            make_profile(&sample, (unsigned)(round % VARIANTS));
        text = object && sample.len && isprint(sample.bytes[0]) && sample.bytes[0] != '!';
        (text ? damage_text : damage)(&state, &sample);
        accepted += take(&sample, object && !text);
    }
    free(sample.bytes);
    printf("%lu damaged, %lu of them still readable\n", rounds, accepted);
    /* A test of nothing but refusals, or of nothing refused, would be none. */
    return rounds >= 1000 && (accepted < rounds / 20 || (!text && accepted > rounds * 19 / 20));
}
