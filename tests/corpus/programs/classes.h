/* Inline functions and templates of a library, left out by its file's name. */
inline KEEP int out_denylist_inline(int n)
{
    return n;
}

template <class T> struct out_denylist_in_header {
    KEEP T out_denylist_of_template(T x)
    {
        return x;
    }
};

namespace outer {
class out_denylist_plain {
  public:
    KEEP int out_denylist_method(int n) { return n; }
};
} // namespace outer
