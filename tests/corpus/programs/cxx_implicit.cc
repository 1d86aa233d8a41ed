/* options: */
/* Members that stand nowhere in the source: the class's line is theirs. */
#include "corpus.h"

struct part {
    int value;
    KEEP part() : value(1) {}
    KEEP part(const part &other) : value(other.value) {}
    KEEP part &operator=(const part &other)
    {
        value = other.value;
        return *this;
    }
    KEEP virtual ~part()
    {
        sink++;
    }
};

struct in_default_implicit : part {
    part two;
    int number = 3;
};

KEEP int in_default_uses(in_default_implicit object, in_default_implicit *target)
{
    *target = object;
    return target->number;
}

int main()
{
    in_default_implicit object, target;

    return in_default_uses(object, &target) != 3;
}
