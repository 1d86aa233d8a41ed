static inline int from_header(int n)
{
    return outside(n) + outside(n + 1);
}
