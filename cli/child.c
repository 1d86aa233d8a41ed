/* Starting a program; see child.h. */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "options.h"

pid_t child_start(char **words)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN}, interrupt, quit;
    sigaction(SIGINT, &ignore, &interrupt);
    sigaction(SIGQUIT, &ignore, &quit);
    pid_t child = fork();
    if (child == 0) {
        sigaction(SIGINT, &interrupt, NULL);
        sigaction(SIGQUIT, &quit, NULL);
        execvp(words[0], words);
        complain("%s: cannot be run (%s); check the name", words[0], strerror(errno));
        _exit(errno == ENOENT ? 127 : 126);
    }
    if (child < 0)
        complain("%s: cannot be run (%s)", words[0], strerror(errno));
    return child;
}

int child_wait(pid_t child)
{
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return 126;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
