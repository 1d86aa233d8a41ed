{
    /* The body of a function whose name stands in c_header.c. */
    return n;
}
