/* Opening a store of past runs; see past.h. */
#include "past.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"

static enum cprof_status add(struct cprof_history *history, const char *path,
                             const struct cprof_history_about *about, bool *added,
                             struct cprof_error *error)
{
    struct cprof_profile *profile = cprof_profile_new();
    enum cprof_status status = CPROF_INPUT;
    *added = false;
    if (profile) {
        cprof_profile_settle(path);
        status = cprof_profile_add_path(profile, path, error);
    }
    if (status == CPROF_OK)
        status = cprof_history_add(history, profile, about, added, error);
    cprof_profile_free(profile);
    return status;
}

int past_add(struct cprof_history *history, const char *path,
             const struct cprof_history_about *about, bool *added)
{
    struct cprof_error error = {.text = "not enough memory"};
    enum cprof_status status = add(history, path, about, added, &error);
    if (status != CPROF_OK)
        complain("%s", error.text);
    return (int)status;
}

static int is_file(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && entry->d_type != DT_DIR &&
           !(len > 4 && strcmp(entry->d_name + len - 4, ".old") == 0);
}

/* Adds what is a profile in the folder and passes over what is not. */
static int add_folder(struct cprof_history *history, const char *folder)
{
    struct dirent **files;
    struct cprof_error error;
    bool added;
    int count = scandir(folder, &files, is_file, alphasort);
    if (count < 0) {
        complain("%s: cannot be read; name a folder with profiles, or --store", folder);
        return EXIT_INPUT;
    }
    for (int idx = 0; idx < count; idx++) {
        char path[PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", folder, files[idx]->d_name);
        add(history, path, NULL, &added, &error);
        free(files[idx]);
    }
    free(files);
    return EXIT_DONE;
}

int past_open(struct cprof_history **history, const char *store, const char *folder)
{
    struct cprof_error error;
    const char *usual = getenv("CPROF_STORE");
    if (!store && usual && *usual)
        store = usual;
    if (cprof_history_open(history, store ? store : ":memory:", &error) != CPROF_OK) {
        complain("%s", error.text);
        return (int)error.status;
    }
    int status = store ? EXIT_DONE : add_folder(*history, folder);
    if (status != EXIT_DONE)
        cprof_history_close(*history);
    return status;
}
