/* cprof.so: one file name for every compiler.  Finds out which compiler has
 * opened it, in which version, and opens the back end that fits from beside
 * itself: cprof-gcc-12.so, cprof-clang-19.so.
 *
 * Must not need a symbol of either compiler, nor a header of theirs; what it
 * knows of GCC's interface stands in the two structs below.  Where no back end
 * fits, the compilation ends with one sentence: a program that silently has no
 * hooks would show an empty profile.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PUBLIC __attribute__((visibility("default")))

PUBLIC int plugin_is_GPL_compatible;

/* The beginnings of GCC's structs, the same since 4.5 (gcc-plugin.h). */
struct gcc_arguments {
    char *base_name, *full_name;
};
struct gcc_version {
    const char *basever;
};
typedef int gcc_init(struct gcc_arguments *arguments, struct gcc_version *version);
PUBLIC gcc_init plugin_init;

/* What LLVM's llvmGetPassPluginInfo returns, by value and in memory. */
struct pass_plugin {
    unsigned api_version;
    const char *name, *version;
    void (*register_callbacks)(void *builder);
};
typedef struct pass_plugin pass_plugin_info(void);
PUBLIC pass_plugin_info llvmGetPassPluginInfo;

static void *back_end;

static void own_folder(char folder[PATH_MAX])
{
    Dl_info info;
    char path[PATH_MAX];

    if (!dladdr((void *)own_folder, &info) || !realpath(info.dli_fname, path))
        strcpy(path, "./cprof.so");
    strcpy(folder, dirname(path));
}

/* "16, 19": the versions of a compiler that a back end lies here for. */
static void supported(const char *compiler, char *words, size_t size)
{
    char folder[PATH_MAX], pattern[32];
    struct dirent *entry;
    unsigned version;
    int end;

    own_folder(folder);
    words[0] = '\0';
    snprintf(pattern, sizeof pattern, "cprof-%s-%%u.so%%n", compiler);
    DIR *files = opendir(folder);
    for (unsigned wanted = 1; files && wanted < 100; wanted++) {
        rewinddir(files);
        while ((entry = readdir(files))) {
            end = 0;
            /* the pattern is ours */
            if (sscanf(entry->d_name, pattern, &version, &end) == 1 && end && !entry->d_name[end] &&
                version == wanted) {
                size_t len = strlen(words);
                snprintf(words + len, size - len, "%s%u", len ? ", " : "", version);
            }
        }
    }
    if (files)
        closedir(files);
}

static void complain(const char *compiler, const char *name, const char *version)
{
    char versions[128];

    supported(compiler, versions, sizeof versions);
    if (versions[0])
        fprintf(stderr,
                "cprof: error: this compiler is %s %s, and this cprof was built for %s %s; use one "
                "of these or build cprof with yours installed\n",
                name, version, name, versions);
    else
        fprintf(stderr,
                "cprof: error: this compiler is %s %s, and this cprof was built without %s; build "
                "cprof with its development files installed\n",
                name, version, name);
}

static bool back_end_open(const char *compiler, const char *name, unsigned major,
                          const char *version)
{
    char folder[PATH_MAX], path[PATH_MAX + 32];

    own_folder(folder);
    snprintf(path, sizeof path, "%s/cprof-%s-%u.so", folder, compiler, major);
    if (access(path, F_OK) != 0) {
        complain(compiler, name, version);
        return false;
    }
    back_end = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!back_end)
        fprintf(stderr, "cprof: error: %s cannot be opened in this compiler: %s\n", path,
                dlerror());
    return back_end != NULL;
}

int plugin_init(struct gcc_arguments *arguments, struct gcc_version *version)
{
    if (!back_end_open("gcc", "GCC", (unsigned)atoi(version->basever), version->basever))
        return 1;
    gcc_init *init = (gcc_init *)dlsym(back_end, "plugin_init");
    return init ? init(arguments, version) : 1;
}

/* LLVM 16 and later say it; of older ones only the names of their symbols do. */
static unsigned llvm_version(char words[32])
{
    void (*get)(unsigned *, unsigned *, unsigned *) =
        (void (*)(unsigned *, unsigned *, unsigned *))dlsym(RTLD_DEFAULT, "LLVMGetVersion");
    unsigned major = 0, minor = 0, patch = 0;

    if (get) {
        get(&major, &minor, &patch);
        snprintf(words, 32, "%u.%u.%u", major, minor, patch);
        return major;
    }
    for (major = 15; major > 6; major--) {
        char symbols[16];
        snprintf(symbols, sizeof symbols, "LLVM_%u", major);
        if (dlvsym(RTLD_DEFAULT, "LLVMContextCreate", symbols))
            break;
    }
    snprintf(words, 32, major > 6 ? "%u" : "(older than 16)", major);
    return major;
}

/* Clang calls nothing of a plugin's: it looks at what static objects have
 * registered, which the back end's do when it is opened. */
__attribute__((constructor)) static void in_clang(void)
{
    char version[32];

    if (!dlsym(RTLD_DEFAULT, "_ZN5clang16CompilerInstanceD1Ev"))
        return;
    unsigned major = llvm_version(version);
    if (!back_end_open("clang", "Clang", major, version)) {
        fflush(stderr);
        _exit(1);
    }
}

/* For -fpass-plugin. */
struct pass_plugin llvmGetPassPluginInfo(void)
{
    pass_plugin_info *info =
        back_end ? (pass_plugin_info *)dlsym(back_end, "llvmGetPassPluginInfo") : NULL;
    struct pass_plugin none = {0};

    return info ? info() : none;
}
