/* A snapshot as a file: JSON, written by the house's writer and read by jansson.
 * What is read may be anything: every member is checked, unknown ones are skipped
 * and missing ones are unknown values.
 *
 *   {"schema": 1, "kind": "cprof-snapshot", "name": "",
 *    "whole": {"total_time": 0, ...},
 *    "functions": [{"name": "", "file": "", "line": 0, "total_time": 0, ...}],
 *    "tree": [{"parent": 0, "name": "", "file": "", "line": 0, "call_count": 0, ...}]}
 *
 * The nodes of the tree stand in pre-order and are numbered from 1; a parent of 0
 * is none.  A nested tree would be as deep as the profile.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "fault.h"
#include "json.h"
#include "snapshot.h"
#include "store.h"

#define SCHEMA 1
#define KIND "cprof-snapshot"

/* ---- Writing -------------------------------------------------------------- */

static void put_values(struct json *json, const struct cprof_entry *entry)
{
    for (int metric = 0; metric < CPROF_METRIC_COUNT; metric++)
        if (entry->values[metric] != CPROF_UNKNOWN)
            json_whole(json, cprof_metric_word((enum cprof_metric)metric), entry->values[metric]);
}

static void put_entry(struct json *json, const struct cprof_entry *entry)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "name", entry->name);
    json_text(json, "file", entry->file);
    json_whole(json, "line", entry->line);
    put_values(json, entry);
    json_close(json, '}');
}

static void put_node(struct json *json, const struct cprof_tree *tree, uint64_t parent)
{
    struct cprof_tree_node facts = cprof_tree_facts(tree);
    json_line(json);
    json_open(json, NULL, '{');
    json_whole(json, "parent", parent);
    json_text(json, "name", facts.name);
    json_text(json, "file", facts.file);
    json_whole(json, "line", facts.line);
    json_whole(json, cprof_metric_word(CPROF_METRIC_CALLS), facts.calls);
    json_whole(json, cprof_metric_word(CPROF_METRIC_TOTAL_TIME), facts.total_ns);
    json_whole(json, cprof_metric_word(CPROF_METRIC_SELF_TIME), facts.self_ns);
    json_close(json, '}');
}

/* `numbers` are those of the nodes on the way from the root, by depth. */
static bool put_tree(struct json *json, const struct cprof_tree *root)
{
    uint64_t *numbers = array_new(cprof_tree_max_depth(root), sizeof *numbers), number = 0;
    size_t depth = 0;
    if (!root || !numbers) {
        free(numbers);
        return !root;
    }
    json_open(json, "tree", '[');
    for (const struct cprof_tree *tree = root; tree;) {
        put_node(json, tree, depth ? numbers[depth - 1] : 0);
        numbers[depth] = ++number;
        if (cprof_tree_first_child(tree)) {
            tree = cprof_tree_first_child(tree);
            depth++;
            continue;
        }
        for (; tree != root && !cprof_tree_next_sibling(tree); depth--)
            tree = cprof_tree_parent(tree);
        tree = tree == root ? NULL : cprof_tree_next_sibling(tree);
    }
    json_close(json, ']');
    free(numbers);
    return true;
}

enum cprof_status cprof_snapshot_json(const struct cprof_snapshot *snapshot,
                                      const struct cprof_sink *sink, struct cprof_error *error)
{
    struct writer writer;
    struct json json = {.writer = &writer};
    writer_start(&writer, sink);
    json_open(&json, NULL, '{');
    json_whole(&json, "schema", SCHEMA);
    json_text(&json, "kind", KIND);
    json_text(&json, "name", snapshot->name);
    json_open(&json, "whole", '{');
    put_values(&json, &snapshot->whole);
    json_close(&json, '}');
    json_open(&json, "functions", '[');
    for (size_t idx = 0; idx < snapshot->count; idx++)
        put_entry(&json, &snapshot->entries[idx]);
    json_close(&json, ']');
    bool enough = put_tree(&json, snapshot->tree);
    json_close(&json, '}');
    writer_text(&writer, "\n");
    return enough ? writer_finish(&writer, error) : fault_memory(error, snapshot->name);
}

/* A document in memory: what is saved must be whole before the old file goes. */
struct document {
    char *ptr;
    size_t len, capacity;
};

static bool collect(void *context, const char *bytes, size_t len)
{
    struct document *document = context;
    if (!array_reserve(&document->ptr, &document->capacity, document->len + len, 1))
        return false;
    memcpy(document->ptr + document->len, bytes, len);
    document->len += len;
    return true;
}

enum cprof_status cprof_snapshot_save(const struct cprof_snapshot *snapshot, const char *path,
                                      struct cprof_error *error)
{
    struct document document = {0};
    struct cprof_sink sink = {.write = collect, .context = &document};
    enum cprof_status status = cprof_snapshot_json(snapshot, &sink, error);
    if (status == CPROF_OK)
        status = store_write(path, document.ptr, document.len, error);
    else
        status = fault_memory(error, path); /* nothing else refuses */
    free(document.ptr);
    return status;
}

/* ---- Reading -------------------------------------------------------------- */

/* Objects have a member once; a number below 0 or with a fraction is none of ours. */
static bool read_values(const json_t *object, struct cprof_entry *entry)
{
    for (int metric = 0; metric < CPROF_METRIC_COUNT; metric++) {
        const json_t *value = json_object_get(object, cprof_metric_word((enum cprof_metric)metric));
        if (!value || json_is_null(value))
            continue;
        if (!json_is_integer(value) || json_integer_value(value) < 0)
            return false;
        entry->values[metric] = (uint64_t)json_integer_value(value);
    }
    return true;
}

static bool read_entry(const json_t *object, struct cprof_entry *entry)
{
    const json_t *name = json_object_get(object, "name"), *file = json_object_get(object, "file");
    const json_t *line = json_object_get(object, "line");
    if (!json_is_string(name) || (file && !json_is_string(file)) ||
        (line && !json_is_integer(line)))
        return false;
    *entry = cprof_entry_unknown(json_string_value(name));
    entry->file = file ? json_string_value(file) : "";
    json_int_t number = line ? json_integer_value(line) : 0;
    if (number < 0 || number > UINT32_MAX)
        return false;
    entry->line = (uint32_t)number;
    return read_values(object, entry);
}

static enum cprof_status read_functions(struct cprof_snapshot *snapshot, const json_t *functions,
                                        const char *name, struct cprof_error *error)
{
    enum cprof_status status = CPROF_OK;
    for (size_t idx = 0; status == CPROF_OK && idx < json_array_size(functions); idx++) {
        struct cprof_entry entry;
        if (!read_entry(json_array_get(functions, idx), &entry))
            return fault_set(error, CPROF_INPUT,
                             "%.600s: function %zu of the snapshot is damaged; save it again", name,
                             idx + 1);
        status = cprof_snapshot_add(snapshot, &entry, error);
    }
    return status;
}

/* Node `idx` below the one that it names; NULL where that makes no sense, or without
 * memory. */
static struct cprof_tree *read_node(const json_t *object, struct cprof_tree **nodes, size_t idx)
{
    struct cprof_entry entry;
    const json_t *parent = json_object_get(object, "parent");
    json_int_t above = json_integer_value(parent);
    if (!json_is_integer(parent) || above < 0 || (size_t)above > idx ||
        (above == 0) != (idx == 0) || !read_entry(object, &entry))
        return NULL;
    struct cprof_tree_node facts = {.name = entry.name, .file = entry.file, .line = entry.line};
    uint64_t *const values[] = {&facts.calls, &facts.total_ns, &facts.self_ns};
    static const enum cprof_metric metrics[] = {CPROF_METRIC_CALLS, CPROF_METRIC_TOTAL_TIME,
                                                CPROF_METRIC_SELF_TIME};
    for (size_t at = 0; at < 3; at++)
        if (entry.values[metrics[at]] != CPROF_UNKNOWN)
            *values[at] = entry.values[metrics[at]];
    return cprof_tree_add_node(above ? nodes[above - 1] : NULL, &facts);
}

static enum cprof_status read_tree(struct cprof_snapshot *snapshot, const json_t *tree,
                                   const char *name, struct cprof_error *error)
{
    size_t count = json_array_size(tree);
    struct cprof_tree **nodes = array_new(count, sizeof(struct cprof_tree *));
    enum cprof_status status = nodes ? CPROF_OK : fault_memory(error, name);
    for (size_t idx = 0; status == CPROF_OK && idx < count; idx++) {
        nodes[idx] = read_node(json_array_get(tree, idx), nodes, idx);
        if (!nodes[idx])
            status =
                fault_set(error, CPROF_INPUT,
                          "%.600s: node %zu of the tree is damaged; save it again", name, idx + 1);
    }
    if (nodes && count)
        snapshot->tree = nodes[0]; /* with all below it, however far reading came */
    free(nodes);
    return status;
}

static bool is_snapshot(const json_t *root)
{
    const char *kind = json_string_value(json_object_get(root, "kind"));
    return kind && strcmp(kind, KIND) == 0 && json_is_integer(json_object_get(root, "schema"));
}

static enum cprof_status read_root(struct cprof_snapshot **snapshot, const json_t *root,
                                   const char *name, struct cprof_error *error)
{
    if (!is_snapshot(root))
        return fault_set(error, CPROF_INPUT,
                         "%.600s: not a snapshot; name a file that cprof_snapshot_save wrote",
                         name);
    if (json_integer_value(json_object_get(root, "schema")) != SCHEMA)
        return fault_set(error, CPROF_INPUT,
                         "%.600s: the snapshot is of a later version of cprof; read it with that",
                         name);
    const char *own_name = json_string_value(json_object_get(root, "name"));
    *snapshot = cprof_snapshot_new(own_name);
    if (!*snapshot)
        return fault_memory(error, name);
    if (!read_values(json_object_get(root, "whole"), &(*snapshot)->whole))
        return fault_set(error, CPROF_INPUT,
                         "%.600s: the values of the whole program are damaged; save it again",
                         name);
    enum cprof_status status =
        read_functions(*snapshot, json_object_get(root, "functions"), name, error);
    return status != CPROF_OK ? status
                              : read_tree(*snapshot, json_object_get(root, "tree"), name, error);
}

enum cprof_status cprof_snapshot_load_bytes(struct cprof_snapshot **snapshot, const char *name,
                                            const void *bytes, size_t len,
                                            struct cprof_error *error)
{
    json_error_t trouble;
    *snapshot = NULL;
    json_t *root = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &trouble);
    if (!root)
        return fault_set(
            error, CPROF_INPUT,
            "%.600s: not a snapshot, or a damaged one (line %d: %.100s); save it again", name,
            trouble.line, trouble.text);
    enum cprof_status status = read_root(snapshot, root, name, error);
    json_decref(root);
    if (status != CPROF_OK) {
        cprof_snapshot_free(*snapshot);
        *snapshot = NULL;
    }
    return status;
}

enum cprof_status cprof_snapshot_load(struct cprof_snapshot **snapshot, const char *path,
                                      struct cprof_error *error)
{
    struct store_bytes bytes;
    *snapshot = NULL;
    enum cprof_status status = store_read(path, &bytes, error);
    if (status != CPROF_OK)
        return status;
    status = cprof_snapshot_load_bytes(snapshot, path, bytes.ptr, bytes.len, error);
    store_release(&bytes);
    return status;
}
