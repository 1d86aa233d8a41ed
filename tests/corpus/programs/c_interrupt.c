/* options: -mgeneral-regs-only */
#include "corpus.h"

struct frame;

__attribute__((interrupt, used)) void out_interrupt_plain(struct frame *frame)
{
    (void)frame;
    sink++;
}

__attribute__((interrupt, used)) void out_interrupt_with_code(struct frame *frame, unsigned long code)
{
    (void)frame, (void)code;
    sink++;
}

__attribute__((no_caller_saved_registers, noinline, used)) void out_interrupt_saves_all(void)
{
    sink++;
}

int main(void)
{
    out_interrupt_saves_all();
    return sink != 1;
}
