/* Files, terminals and the pager; see output.h. */
#include "output.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"

static bool write_file(void *context, const char *bytes, size_t len)
{
    return fwrite(bytes, 1, len, context) == len;
}

/* ---- The terminal --------------------------------------------------------- */

static bool speaks_utf8(void)
{
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (size_t idx = 0; idx < sizeof names / sizeof *names; idx++) {
        const char *value = getenv(names[idx]);
        if (value && *value)
            return strstr(value, "UTF-8") || strstr(value, "utf8") || strstr(value, "UTF8") ||
                   strstr(value, "utf-8");
    }
    return false;
}

static unsigned columns_of(int descriptor)
{
    struct winsize size;
    const char *wanted = getenv("COLUMNS");
    unsigned long columns = wanted ? strtoul(wanted, NULL, 10) : 0;
    if (columns > 0 && columns <= 10000)
        return (unsigned)columns;
    if (isatty(descriptor))
        return ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
    return 0;
}

static struct cprof_style style_of(int descriptor)
{
    const char *off = getenv("NO_COLOR"), *terminal = getenv("TERM");
    return (struct cprof_style){.columns = columns_of(descriptor),
                                .colour = isatty(descriptor) && !(off && *off) &&
                                          !(terminal && strcmp(terminal, "dumb") == 0),
                                .unicode = speaks_utf8()};
}

/* ---- The pager ------------------------------------------------------------ */

/* Starts the pager behind a pipe.  Where that fails there is none. */
static void start_pager(struct output *output)
{
    const char *pager = getenv("PAGER");
    int ends[2];
    if (!pager)
        pager = "less";
    if (!*pager || strcmp(pager, "cat") == 0 || pipe(ends) != 0)
        return;
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[0], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        /* Quit if it fits on one screen, let colours through, leave it there. */
        setenv("LESS", "FRX", 0);
        execl("/bin/sh", "sh", "-c", pager, (char *)NULL);
        _exit(127);
    }
    close(ends[0]);
    FILE *file = child > 0 ? fdopen(ends[1], "w") : NULL;
    if (!file) {
        close(ends[1]);
        return;
    }
    signal(SIGPIPE, SIG_IGN); /* a reader who has seen enough is no error */
    output->file = file;
    output->pager = child;
}

/* Whether there is a program to page with; sh would complain otherwise. */
static bool has_pager(void)
{
    return getenv("PAGER") || access("/usr/bin/less", X_OK) == 0;
}

/* ---- Opening and closing -------------------------------------------------- */

static void set_sink(struct output *output)
{
    output->sink = (struct cprof_sink){.write = write_file, .context = output->file};
}

int output_open(struct output *output, const char *path, bool page)
{
    *output = (struct output){.file = stdout};
    if (path && strcmp(path, "-") != 0) {
        output->path = path;
        output->file = fopen(path, "we");
        if (!output->file) {
            complain("%s: cannot be written (%s); name another place", path, strerror(errno));
            return EXIT_OUTPUT;
        }
    }
    output->style = style_of(fileno(output->file));
    if (page && !output->path && isatty(STDOUT_FILENO) && has_pager())
        start_pager(output);
    set_sink(output);
    return EXIT_DONE;
}

void output_errors(struct output *output)
{
    *output = (struct output){.file = stderr, .style = style_of(STDERR_FILENO)};
    set_sink(output);
}

static int close_pager(struct output *output)
{
    fclose(output->file); /* fails if the reader has left the pager early */
    while (waitpid(output->pager, NULL, 0) < 0 && errno == EINTR)
        ;
    return EXIT_DONE;
}

int output_close(struct output *output, enum cprof_status status, const struct cprof_error *error)
{
    if (output->pager) {
        int closed = close_pager(output);
        if (status == CPROF_OK || status == CPROF_OUTPUT)
            return closed;
    } else {
        errno = 0;
        bool failed = fflush(output->file) != 0 || ferror(output->file);
        if (output->path || output->file == stdout)
            failed = fclose(output->file) != 0 || failed;
        if (failed || status == CPROF_OUTPUT) {
            complain("%s: the output could not be written%s%s%s; make room for it or name another "
                     "place",
                     output->path ? output->path : "standard output", errno ? " (" : "",
                     errno ? strerror(errno) : "", errno ? ")" : "");
            return EXIT_OUTPUT;
        }
    }
    if (status == CPROF_OK)
        return EXIT_DONE;
    complain("%s", error->text);
    return (int)status;
}
