/* What a live block takes: live COUNT makes so many of 24 bytes and prints how many bytes
 * of memory the process has more for each, its own included.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long anonymous_kb(void)
{
    char text[4096];
    FILE *file = fopen("/proc/self/smaps_rollup", "r");
    size_t len = file ? fread(text, 1, sizeof text - 1, file) : 0;

    text[len] = '\0';
    if (file)
        fclose(file);
    const char *line = strstr(text, "\nAnonymous:");
    return line ? atol(line + strlen("\nAnonymous:")) : 0;
}

int main(int count, char **words)
{
    long blocks = count > 1 ? atol(words[1]) : 1000000;
    void **all = malloc((size_t)blocks * sizeof *all);

    if (!all)
        return 1;
    memset(all, 1, (size_t)blocks * sizeof *all);
    all[0] = malloc(24);
    long before = anonymous_kb();
    for (long idx = 1; idx < blocks; idx++)
        all[idx] = malloc(24);
    long after = anonymous_kb();
    printf("%.1f\n", (double)(after - before) * 1024 / (double)blocks);
    for (long idx = 0; idx < blocks; idx++)
        free(all[idx]);
    free(all);
    return 0;
}
