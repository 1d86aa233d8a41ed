/* options: */
#include "corpus.h"

class box {
    int value;

  public:
    KEEP explicit box(int n) : value(n) {}
    KEEP friend int in_default_friend_inside(const box &object)
    {
        return object.value;
    }
    friend int in_default_friend_outside(const box &object);
    friend struct other;
    KEEP friend bool operator==(const box &left, const box &right) { return left.value == right.value; }
};

KEEP int in_default_friend_outside(const box &object)
{
    return object.value;
}

struct other {
    KEEP int in_default_of_friend_class(const box &object) { return object.value; }
};

int main()
{
    box object(sink + 1);

    return in_default_friend_inside(object) + in_default_friend_outside(object) +
               other().in_default_of_friend_class(object) + (object == object) !=
           4;
}
