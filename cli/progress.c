/* A timer that writes; see progress.h.  What the handler does is safe in a
 * handler: it formats by hand and calls write.
 */
#include "progress.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

static char line[128];
static volatile sig_atomic_t seconds;
static bool begun;

static void put(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        return; /* a terminal that is gone needs no progress */
}

static void tick(int signal_number)
{
    char digits[16];
    size_t idx = sizeof digits - 1;
    (void)signal_number;
    digits[idx] = '\0';
    seconds++;
    for (int rest = seconds; rest && idx; rest /= 10)
        digits[--idx] = (char)('0' + rest % 10);
    put("\r");
    put(line);
    put(digits + idx);
    put(" s");
}

static void set_timer(long interval)
{
    struct itimerval timer = {.it_value = {.tv_sec = interval},
                              .it_interval = {.tv_sec = interval}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

void progress_begin(const char *what)
{
    const char *terminal = getenv("TERM");
    struct sigaction action = {.sa_handler = tick, .sa_flags = SA_RESTART};
    if (!isatty(STDERR_FILENO) || (terminal && strcmp(terminal, "dumb") == 0))
        return;
    snprintf(line, sizeof line, "cprof: %.60s, ", what);
    seconds = 0;
    begun = sigaction(SIGALRM, &action, NULL) == 0;
    if (begun)
        set_timer(1);
}

void progress_end(void)
{
    if (!begun)
        return;
    set_timer(0);
    begun = false;
    if (seconds)
        put("\r\033[K");
}
