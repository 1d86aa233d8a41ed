/* `cprof doctor`: looks at everything that profiling needs here and says what to do
 * about what is missing.  Changes nothing; what it builds goes to a folder of its
 * own that it removes.
 */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "command.h"
#include "compiler.h"
#include "output.h"
#include "prefix.h"

#define MIB ((uint64_t)1 << 20)

/* What the runtime reserves of addresses without its file, and with a small program's
 * own: below, there is no profile.  And the file's hole (docs/FORMAT.md), which is
 * smaller where it must be. */
#define NEEDED_ADDRESSES (2400 * MIB)
#define NEEDED_FILE_SIZE (512 * MIB)

/* Less than this on tmpfs is a few hundred thousand calling contexts. */
#define NEEDED_MEMORY (64 * MIB)

enum state { STATE_OK, STATE_WARNING, STATE_FAILURE };

struct doctor {
    struct output output;
    int failures, warnings;
};

/* One line: what was looked at and, unless all is well, what to do. */
__attribute__((format(printf, 3, 4))) static void say(struct doctor *doctor, enum state state,
                                                      const char *format, ...)
{
    static const char *const words[] = {"ok", "warning", "failure"};
    static const char *const colours[] = {"\033[32m", "\033[33m", "\033[31m"};
    bool colour = doctor->output.style.colour;
    va_list arguments;
    doctor->failures += state == STATE_FAILURE;
    doctor->warnings += state == STATE_WARNING;
    fprintf(doctor->output.file, "%s%-8s%s", colour ? colours[state] : "", words[state],
            colour ? "\033[0m" : "");
    va_start(arguments, format);
    vfprintf(doctor->output.file, format, arguments);
    va_end(arguments);
    fputc('\n', doctor->output.file);
}

/* The first line of a file, without its end; false if it cannot be read. */
static bool read_line(const char *path, char *line, size_t size)
{
    FILE *file = fopen(path, "re");
    bool read = file && fgets(line, (int)size, file);
    if (file)
        fclose(file);
    if (read)
        line[strcspn(line, "\n")] = '\0';
    return read;
}

/* ---- What is installed ---------------------------------------------------- */

/* The compiler that a file of the folder is the plugin for, "gcc-12". */
static bool is_back_end(const char *file, char name[64])
{
    return sscanf(file, "cprof-%63[a-z0-9-].so", name) == 1 &&
           (strncmp(name, "gcc-", 4) == 0 || strncmp(name, "clang-", 6) == 0);
}

static int choose_back_end(const struct dirent *entry)
{
    char name[64];
    return is_back_end(entry->d_name, name);
}

static void check_installation(struct doctor *doctor)
{
    static const char *const names[] = {"cprof.so", "libcprof-rt.a"};
    char path[PATH_MAX], folder[PATH_MAX], list[512] = "", name[64];
    for (size_t idx = 0; idx < sizeof names / sizeof *names; idx++) {
        prefix_path(names[idx], path);
        if (access(path, R_OK) != 0)
            say(doctor, STATE_FAILURE, "%s is missing; install cprof again, all of it", path);
    }
    prefix_path("", folder);
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, choose_back_end, alphasort);
    for (int idx = 0; idx < count; idx++) {
        if (is_back_end(entries[idx]->d_name, name) &&
            strlen(list) + strlen(name) + 3 < sizeof list) {
            strcat(list, *list ? ", " : "");
            strcat(list, name);
        }
        free(entries[idx]);
    }
    free(entries);
    if (*list)
        say(doctor, STATE_OK, "cprof " CPROF_VERSION " in %s serves %s", folder, list);
    else
        say(doctor, STATE_FAILURE,
            "%s has no plugin for any compiler; build cprof with gcc-12-plugin-dev or "
            "libclang-19-dev installed",
            folder);
}

/* ---- A program, built, run and read --------------------------------------- */

static const char program[] = "#include <stdio.h>\n"
                              "__attribute__((noinline)) static int work(int n)\n"
                              "{ volatile int sum = 0; while (n--) sum += n; return sum; }\n"
                              "int main(void)\n"
                              "{ int sum = 0; for (int i = 0; i < 1000; i++) sum += work(10);\n"
                              "  printf(\"%d\\n\", sum); return 0; }\n";

/* Runs words with output into `log`; true if the exit status was 0. */
static bool succeeds(char **words, const char *folder, const char *log)
{
    fflush(NULL); /* or the child would write it, too */
    pid_t child = fork();
    int status = -1;
    if (child == 0) {
        if (chdir(folder) != 0 || !freopen("/dev/null", "re", stdin) || !freopen(log, "we", stdout))
            _exit(127);
        dup2(STDOUT_FILENO, STDERR_FILENO);
        unsetenv("CPROF_OUTPUT");
        unsetenv("CPROF_MODE");
        execvp(words[0], words);
        _exit(127);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool compiles(const char *compiler, bool clang, const char *folder)
{
    struct compiler_flags flags;
    char *words[16];
    size_t count = 0;
    if (!compiler_flags_fill(&flags, clang, false))
        return false;
    words[count++] = (char[PATH_MAX]){0};
    snprintf(words[0], PATH_MAX, "%s", compiler);
    for (size_t idx = 0; idx < flags.count; idx++)
        words[count++] = flags.words[idx];
    words[count++] = (char[]){"-O1"};
    words[count++] = (char[]){"probe.c"};
    words[count++] = (char[]){"-o"};
    words[count++] = (char[]){"probe"};
    words[count] = NULL;
    return succeeds(words, folder, "log");
}

/* The 1,000 calls, in the profile of the one program in the folder. */
static bool has_calls(const char *folder)
{
    char path[PATH_MAX];
    struct cprof_error error;
    struct cprof_function function;
    struct cprof_profile *profile = cprof_profile_new();
    bool found = false;
    if (profile && cprof_profile_newest(folder, path, sizeof path, &error) == CPROF_OK &&
        cprof_profile_add_path(profile, path, &error) == CPROF_OK)
        for (size_t idx = 0; cprof_function_at(profile, idx, &function, &error) == CPROF_OK; idx++)
            found = found || (strcmp(function.name, "work") == 0 && function.calls == 1000);
    cprof_profile_free(profile);
    return found;
}

static void try_compiler(struct doctor *doctor, const char *compiler, bool clang,
                         const char *folder)
{
    char log[PATH_MAX], line[256] = "no message";
    char *words[] = {(char[]){"./probe"}, NULL};
    snprintf(log, sizeof log, "%s/log", folder);
    if (!compiles(compiler, clang, folder)) {
        read_line(log, line, sizeof line);
        say(doctor, STATE_FAILURE, "%s cannot build a program for profiling: %s", compiler, line);
    } else if (!succeeds(words, folder, "log")) {
        say(doctor, STATE_FAILURE, "a program that %s built does not run; try it by hand",
            compiler);
    } else if (!has_calls(folder)) {
        say(doctor, STATE_FAILURE,
            "a program that %s built left no profile, or not with its 1,000 calls; look for "
            "failures below",
            compiler);
    } else {
        say(doctor, STATE_OK, "%s: a program was built, run, and its profile read", compiler);
    }
}

static void remove_folder(const char *folder)
{
    char path[PATH_MAX];
    DIR *entries = opendir(folder);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) < (int)sizeof path)
            unlink(path); /* of the folders in it, . and .., it fails */
    if (entries)
        closedir(entries);
    rmdir(folder);
}

/* The kinds by the word that `flags --cc` takes. */
static void check_compilers(struct doctor *doctor)
{
    static const char *const kinds[] = {"gcc", "clang"};
    int tried = 0;
    for (size_t idx = 0; idx < 2; idx++) {
        char folder[] = "/tmp/cprof-doctor-XXXXXX", path[PATH_MAX], source[PATH_MAX],
             named[PATH_MAX];
        bool there = compiler_find(kinds[idx], named);
        /* Says itself why not; of a kind that is not here nothing need be said. */
        if (!there && idx == 1 && !compiler_find("clang-19", named) &&
            !compiler_find("clang-16", named))
            continue;
        if (compiler_choose(kinds[idx], path) != EXIT_DONE || !mkdtemp(folder))
            continue;
        snprintf(source, sizeof source, "%s/probe.c", folder);
        FILE *file = fopen(source, "we");
        if (file && fputs(program, file) >= 0 && fclose(file) == 0)
            try_compiler(doctor, path, idx == 1, folder);
        remove_folder(folder);
        tried++;
    }
    if (!tried)
        say(doctor, STATE_FAILURE,
            "no compiler that cprof serves was found in PATH; install gcc or clang-19");
}

/* ---- What the machine gives ----------------------------------------------- */

static void check_memory_files(struct doctor *doctor)
{
    struct statfs about;
    struct statvfs space;
    const long tmpfs = 0x01021994;
    if (statfs("/dev/shm", &about) != 0 || about.f_type != tmpfs || access("/dev/shm", W_OK) != 0) {
        say(doctor, STATE_WARNING,
            "/dev/shm is no tmpfs that can be written: profiles go straight to a disk, which may "
            "stall the program; mount a tmpfs there");
        return;
    }
    uint64_t free_bytes =
        statvfs("/dev/shm", &space) == 0 ? (uint64_t)space.f_bavail * space.f_frsize : 0;
    if (free_bytes < NEEDED_MEMORY)
        say(doctor, STATE_WARNING,
            "/dev/shm has %llu MiB left, where profiles grow while programs run; remove files "
            "there or enlarge it: mount -o remount,size=512m /dev/shm",
            (unsigned long long)(free_bytes / MIB));
    else
        say(doctor, STATE_OK, "/dev/shm is in memory, %llu MiB are free",
            (unsigned long long)(free_bytes / MIB));
}

/* The sentence: `subject`, what is needed, `what`. */
static void check_limit(struct doctor *doctor, int which, uint64_t needed, const char *letter,
                        const char *subject, const char *what)
{
    struct rlimit limit;
    if (getrlimit((__rlimit_resource_t)which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= needed)
        return;
    say(doctor, STATE_WARNING,
        "ulimit -%s allows %llu MiB, and %s %llu MiB %s; raise it: ulimit -%s unlimited", letter,
        (unsigned long long)(limit.rlim_cur / MIB), subject, (unsigned long long)(needed / MIB),
        what, letter);
}

static void check_limits(struct doctor *doctor)
{
    int before = doctor->warnings;
    check_limit(doctor, RLIMIT_AS, NEEDED_ADDRESSES, "v", "recording needs",
                "of addresses: programs run, but leave no profile");
    check_limit(doctor, RLIMIT_FSIZE, NEEDED_FILE_SIZE, "f", "large profiles need",
                "of file: they will be cut");
    char overcommit[16] = "";
    if (read_line("/proc/sys/vm/overcommit_memory", overcommit, sizeof overcommit) &&
        strcmp(overcommit, "2") == 0)
        say(doctor, STATE_WARNING,
            "the kernel commits no more memory than there is, which may refuse the runtime its "
            "addresses; sysctl vm.overcommit_memory=0 if programs leave no profile");
    if (doctor->warnings == before)
        say(doctor, STATE_OK, "the limits of memory and file size are wide enough");
}

static void check_clock(struct doctor *doctor)
{
    char source[64] = "unknown";
    read_line("/sys/devices/system/clocksource/clocksource0/current_clocksource", source,
              sizeof source);
    if (strcmp(source, "tsc") == 0 || strcmp(source, "kvm-clock") == 0 ||
        strncmp(source, "hyperv", 6) == 0)
        say(doctor, STATE_OK, "the processor's clock can be read (%s)", source);
    else
        say(doctor, STATE_WARNING,
            "the kernel keeps time by %s, not the processor's counter: timing costs more and "
            "samples are fewer",
            source);
}

static void check_counters(struct doctor *doctor)
{
    char level[16] = "";
    if (!read_line("/proc/sys/kernel/perf_event_paranoid", level, sizeof level))
        say(doctor, STATE_WARNING,
            "this kernel has no perf_event_open; cache misses need it, and times of very short "
            "functions are rougher without its samples");
    else if (atoi(level) > 2 && geteuid() != 0)
        say(doctor, STATE_WARNING,
            "hardware counters and the kernel's samples are for root alone (perf_event_paranoid "
            "%s); for cache misses, and truer times of very short functions: sysctl "
            "kernel.perf_event_paranoid=2",
            level);
    else
        say(doctor, STATE_OK,
            "hardware counters and the kernel's samples are not forbidden (perf_event_paranoid %s)",
            level);
}

/* ---- What was asked ------------------------------------------------------- */

static void check_folder(struct doctor *doctor)
{
    const char *pattern = getenv("CPROF_OUTPUT");
    char folder[PATH_MAX] = ".";
    struct stat about;
    if (pattern && stat(pattern, &about) == 0 && !S_ISREG(about.st_mode) &&
        !S_ISDIR(about.st_mode)) {
        say(doctor, STATE_FAILURE,
            "CPROF_OUTPUT is %s, which is neither a file nor a folder, and programs leave no "
            "profile; name one of these, or unset it",
            pattern);
        return;
    }
    if (pattern && *pattern) {
        snprintf(folder, sizeof folder, "%s", pattern);
        char *slash = strrchr(folder, '/');
        char *percent = strchr(folder, '%');
        if (slash)
            slash[slash == folder] = '\0';
        else
            strcpy(folder, ".");
        while (percent && slash && percent < slash && (slash = strrchr(folder, '/')))
            *slash = '\0'; /* what the runtime will make a name of */
    }
    while (access(folder, F_OK) != 0 && strrchr(folder, '/') > folder)
        *strrchr(folder, '/') = '\0'; /* folders are made */
    if (access(folder, W_OK | X_OK) != 0)
        say(doctor, STATE_FAILURE,
            "profiles cannot be written to %s (%s); go to another folder or set CPROF_OUTPUT",
            folder, strerror(errno));
    else
        say(doctor, STATE_OK, "profiles go to %s",
            pattern && *pattern ? pattern : "cprof.out.PID in the folder of the program's start");
}

static void check_mode(struct doctor *doctor)
{
    static const char *const modes[] = {
#define CPROF_MODE(name, word, meaning) word,
#include <cprof/mode.def>
#undef CPROF_MODE
    };
    const size_t count = sizeof modes / sizeof *modes;
    const char *mode = getenv("CPROF_MODE");
    if (!mode || !*mode)
        return;
    for (size_t idx = 0; idx < count; idx++)
        if (strcmp(mode, modes[idx]) == 0) {
            say(doctor, strcmp(mode, "off") == 0 ? STATE_WARNING : STATE_OK, "CPROF_MODE is %s%s",
                mode, strcmp(mode, "off") == 0 ? ": nothing is recorded; unset CPROF_MODE" : "");
            return;
        }
    const char *near = nearest_word(mode, modes, count);
    say(doctor, STATE_WARNING, "CPROF_MODE=%s is no mode, adaptive is taken; %s%s%s", mode,
        near ? "did you mean " : "see `man cprof`", near ? near : "", near ? "?" : "");
}

/* ---- The command ---------------------------------------------------------- */

int command_doctor(int count, char **words)
{
    static const struct option options[] = {{0}};
    static const struct usage usage = {
        .name = "doctor",
        .arguments = "",
        .summary = "check that profiling works here, and say what to do",
        .description =
            "Looks at what cprof needs: its own files, a compiler (with which it builds, runs\n"
            "and reads a small program), memory for profiles, limits, the clock, hardware\n"
            "counters, the folder that profiles go to and the environment. Changes nothing.\n"
            "\n"
            "The exit status is 1 if something has to be mended first; warnings are not.",
        .examples = "cprof doctor",
        .options = options};
    enum options_result result = options_parse(&usage, &count, words);
    if (result != OPTIONS_OK)
        return options_status(result);
    if (count) {
        complain("doctor takes no %s; see `cprof doctor --help`", words[0]);
        return EXIT_USAGE;
    }
    struct doctor doctor = {.failures = 0};
    int failed = output_open(&doctor.output, NULL, false);
    if (failed)
        return failed;
    check_installation(&doctor);
    check_compilers(&doctor);
    check_memory_files(&doctor);
    check_limits(&doctor);
    check_clock(&doctor);
    check_counters(&doctor);
    check_folder(&doctor);
    check_mode(&doctor);
    failed = output_close(&doctor.output, CPROF_OK, &(struct cprof_error){0});
    return failed ? failed : doctor.failures ? EXIT_GATE : EXIT_DONE;
}
