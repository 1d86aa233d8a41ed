/* What starting costs: the wall time of an empty program, again and again.
 *
 * usage: start COUNT PROGRAM.  Prints the nanoseconds from fork to the end of the
 * program, one line a run.  Run by bench/run, which compares two programs.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

int main(int count, char **words)
{
    if (count != 3)
        return 2;
    char *arguments[] = {words[2], NULL};
    for (long runs = strtol(words[1], NULL, 10); runs > 0; runs--) {
        pid_t child;
        int status;
        double start = now();
        if (posix_spawn(&child, words[2], NULL, NULL, arguments, environ) != 0)
            return 1;
        if (waitpid(child, &status, 0) != child || status != 0)
            return 1;
        printf("%.0f\n", now() - start);
    }
    return 0;
}
