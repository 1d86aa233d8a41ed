/* What a call of a leaf costs when nothing hides it: a loop around one.
 *
 * usage: loop ROUNDS.  Prints a checksum.  Built by bench/compare.
 */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static unsigned long step(unsigned long n)
{
    return n * 6364136223846793005u + 1442695040888963407u;
}

int main(int count, char **words)
{
    unsigned long rounds = count > 1 ? strtoul(words[1], NULL, 10) : 1000;
    unsigned long sum = 1;

    for (unsigned long round = 0; round < rounds; round++)
        sum = step(sum);
    printf("%lu\n", sum);
    return 0;
}
