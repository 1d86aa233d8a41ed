/* options: */
#include "corpus.h"

#define FROM_HEADER in_default_from_header
#include "header.h"

KEEP int in_default_body_included(int n)
#include "body.h"

int main(void)
{
    return in_default_from_header(1) + in_default_body_included(1) != 2;
}
