/* `list`: the profiles of a folder, one line each, newest first.  A file that
 * cannot be read gets its sentence instead of its facts.
 */
#include "fault.h"
#include "json.h"
#include "number.h"
#include "page.h"
#include "store.h"

/* What is said of one file. */
struct entry {
    const char *path;
    struct cprof_profile *profile; /* NULL: see error */
    struct cprof_run run;
    struct cprof_error error;
};

static void entry_open(struct entry *entry, const char *path)
{
    *entry = (struct entry){.path = path, .error = {.text = "not enough memory"}};
    entry->profile = cprof_profile_new();
    if (!entry->profile ||
        cprof_profile_add_path(entry->profile, path, &entry->error) != CPROF_OK ||
        cprof_run_facts(entry->profile, &entry->run, &entry->error) != CPROF_OK) {
        cprof_profile_free(entry->profile);
        entry->profile = NULL;
    }
}

static const char *state_of(const struct cprof_run *run)
{
    return run->running ? "running" : run->complete ? "complete" : "killed";
}

static void put_text(struct writer *writer, const struct cprof_style *style,
                     const struct entry *entry)
{
    char text[NUMBER_SIZE];
    writer_screen(writer, entry->path, 0, style);
    if (!entry->profile) {
        writer_text(writer, "  (");
        writer_screen(writer, entry->error.text, 0, style);
        writer_text(writer, ")\n");
        return;
    }
    number_moment(text, entry->run.started_ns);
    writer_format(writer, "  %.19sZ  ", text);
    writer_text(writer, number_duration(text, entry->run.wall_ns, style->unicode));
    writer_format(writer, "  %s  ", state_of(&entry->run));
    writer_screen(writer, model_program(entry->profile), 0, style);
    writer_text(writer, "\n");
}

static void put_json(struct json *json, const struct entry *entry)
{
    json_line(json);
    json_open(json, NULL, '{');
    json_text(json, "path", entry->path);
    if (entry->profile) {
        json_text(json, "program", entry->run.program);
        json_whole(json, "pid", entry->run.pid);
        json_moment(json, "started", entry->run.started_ns);
        json_whole(json, "wall_ns", entry->run.wall_ns);
        json_text(json, "state", state_of(&entry->run));
    } else {
        json_text(json, "error", entry->error.text);
    }
    json_close(json, '}');
}

enum cprof_status cprof_list_text(const char *folder, const struct cprof_style *style,
                                  const struct cprof_sink *sink, struct cprof_error *error)
{
    struct store_folder found;
    struct writer writer;
    enum cprof_status status = store_list(folder, "", &found, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    for (size_t idx = 0; idx < found.count; idx++) {
        struct entry entry;
        entry_open(&entry, found.entries[idx].path);
        put_text(&writer, style, &entry);
        cprof_profile_free(entry.profile);
    }
    if (found.count == 0)
        page_sentence(&writer, style, "No profile in %.600s.", folder);
    store_list_free(&found);
    return writer_finish(&writer, error);
}

enum cprof_status cprof_list_json(const char *folder, const struct cprof_sink *sink,
                                  struct cprof_error *error)
{
    struct store_folder found;
    struct writer writer;
    struct json json = {.writer = &writer};
    enum cprof_status status = store_list(folder, "", &found, error);
    if (status != CPROF_OK)
        return status;
    writer_start(&writer, sink);
    json_open(&json, NULL, '[');
    for (size_t idx = 0; idx < found.count; idx++) {
        struct entry entry;
        entry_open(&entry, found.entries[idx].path);
        put_json(&json, &entry);
        cprof_profile_free(entry.profile);
    }
    json_close(&json, ']');
    writer_text(&writer, "\n");
    store_list_free(&found);
    return writer_finish(&writer, error);
}
