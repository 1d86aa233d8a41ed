/* `list`: the profiles of a folder, one line each, newest first.  A file that
 * cannot be read gets its sentence instead of its facts.
 */
#include "fault.h"
#include "number.h"
#include "page.h"
#include "store.h"

static const char *state_of(const struct cprof_run *run)
{
    return run->running ? "running" : run->complete ? "complete" : "killed";
}

static void put_profile(struct writer *writer, const struct cprof_style *style, const char *path)
{
    struct cprof_profile *profile = cprof_profile_new();
    struct cprof_error error = {.text = "not enough memory"};
    struct cprof_run run;
    char text[NUMBER_SIZE];
    writer_screen(writer, path, 0, style);
    if (!profile || cprof_profile_add_path(profile, path, &error) != CPROF_OK ||
        cprof_run_facts(profile, &run, &error) != CPROF_OK) {
        writer_text(writer, "  (");
        writer_screen(writer, error.text, 0, style);
        writer_text(writer, ")\n");
    } else {
        number_moment(text, run.started_ns);
        writer_format(writer, "  %.19sZ  ", text);
        writer_text(writer, number_duration(text, run.wall_ns, style->unicode));
        writer_format(writer, "  %s  ", state_of(&run));
        writer_screen(writer, model_program(profile), 0, style);
        writer_text(writer, "\n");
    }
    cprof_profile_free(profile);
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
    for (size_t idx = 0; idx < found.count; idx++)
        put_profile(&writer, style, found.entries[idx].path);
    if (found.count == 0)
        page_sentence(&writer, style, "No profile in %.600s.", folder);
    store_list_free(&found);
    return writer_finish(&writer, error);
}
