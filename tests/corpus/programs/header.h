/* Functions that come by #include, as c_header.c and c_denylist_source.c have them. */
KEEP static int FROM_HEADER(int n)
{
    return n;
}

static inline int gone_unused_in_header(int n)
{
    return n;
}
