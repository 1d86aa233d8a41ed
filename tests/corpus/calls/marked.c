/* Callees with attributes of the source's own, and declarations between calls. */
__attribute__((warning("not here"))) int late(int);
int loud(int);
__attribute__((noinline)) int early(int n)
{
    return late(n) + 1;
}
__attribute__((error("never"))) int never(int);
__attribute__((noinline)) int first(int n)
{
    return loud(n);
}
int loud(int);
int late(int);
int loud(int n)
{
    return n;
}
static int hidden(int n)
{
    return n > 3 ? never(1) : early(n);
}
int main(int count, char **words)
{
    (void)words;
    return (count > 5 ? late(count) : (int)sizeof(hidden(count))) + first(count);
}
