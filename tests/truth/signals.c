/* Signals at every instruction of the hooks.
 *
 * The processor's trap flag raises SIGTRAP after each instruction between
 * stepping_on() and stepping_off(), and the handler calls profiled code.  So a
 * handler gets in between any two instructions of the hot path, of the cold entry
 * (first calls make nodes) and of the timed begin and end.  Run by signals.sh.
 *
 * usage: signals every|once return|jump cold N|hot STRIDE|far STRIDE
 *   every, once     the handler calls profiled code at each step, or at one only
 *   return, jump    at step N it returns, or leaves by siglongjmp
 *   cold            N is given, and the stepped call is the program's first
 *   hot, far        N = 1, 1 + STRIDE, ... until the stepped call has no such step;
 *                   hot calls one function, far more than a node has near slots for
 * Prints NAME CALLS SELF, as the program itself counted; SELF is the time on the fake
 * clock, or - where a jump decides it.  And "over" if step N of cold does not exist,
 * and "clock TIME", the sum of all times.
 *
 * Whether a call that a jump left was counted is known by its counting instruction:
 * the stepping sees whether it was executed.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <cprof/abi.h>

#define OWN __attribute__((noipa))
#define APART __attribute__((noipa, no_instrument_function))

/* With -DFAKE_CLOCK time is what is spent here, in one instruction each. */
#ifdef FAKE_CLOCK
volatile unsigned long long cprof_fake_clock;
#define SPEND(amount)                                                                              \
    __asm__ volatile("addq %0, cprof_fake_clock(%%rip)" : : "i"(amount) : "memory")
#else
#define SPEND(amount) __asm__ volatile("" : : "i"(amount) : "memory") /* no tail calls */
#endif

/* ---- What is called ---------------------------------------------------------------- */

enum {
    SPEND_STEPPED = 7,
    SPEND_INNER = 11,
    SPEND_SIBLING = 13,
    SPEND_HANDLER = 3,
    SPEND_DEEPER = 5
};

static volatile long handler_calls, handler_jumps, deeper_calls, step, chosen_step;
static volatile bool reached, was_reached;
static bool every, jumps;
static volatile long counted; /* counting instructions that were stepped over */
static sigjmp_buf place;

static OWN void deeper_in_handler(int depth)
{
    SPEND(SPEND_DEEPER);
    deeper_calls++;
    if (depth > 0)
        deeper_in_handler(depth - 1);
    SPEND(SPEND_DEEPER);
}

static OWN void inner(void)
{
    SPEND(SPEND_INNER);
}

static OWN void stepped(void)
{
    SPEND(SPEND_STEPPED);
    inner();
    SPEND(SPEND_STEPPED);
}

/* More callees of one function than a node has slots. */
#define SIBLING(number)                                                                            \
    static OWN void sibling_##number(void)                                                         \
    {                                                                                              \
        SPEND(SPEND_SIBLING);                                                                      \
    }
#define SIBLINGS(each)                                                                             \
    each(0) each(1) each(2) each(3) each(4) each(5) each(6) each(7) each(8) each(9) each(10)       \
        each(11) each(12) each(13) each(14) each(15) each(16) each(17)
SIBLINGS(SIBLING)
#define COUNT_ONE(number) +1
enum { SIBLING_COUNT = SIBLINGS(COUNT_ONE) };

static OWN void call_siblings(void)
{
#define CALL_SIBLING(number) sibling_##number();
    SIBLINGS(CALL_SIBLING)
    SPEND(SPEND_STEPPED);
}

/* ---- Stepping ------------------------------------------------------------------------ */

static APART uintptr_t register_value(const greg_t *values, int number)
{
    static const int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
                                REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
                                REG_R12, REG_R13, REG_R14, REG_R15};
    return (uintptr_t)values[order[number]];
}

/* Is the next instruction `subl $1, displacement(register)` on a node?  On the hot
 * path the register is a hot pointer, of a leaf the caller's and a second one holds the
 * distance from there; in the runtime it may be the node itself or its hot part. */
static APART bool is_counting(const greg_t *values)
{
    const unsigned char *code = (const unsigned char *)values[REG_RIP];
    int prefix = 0, displacement = 0;
    uintptr_t distance = 0;

    if ((*code & 0xf0) == 0x40)
        prefix = *code++;
    if (code[0] != 0x83 || (code[1] & 0x38) != 0x28 || code[1] >> 6 == 3)
        return false;
    int mode = code[1] >> 6, number = code[1] & 7;
    if (number == 4) { /* a second byte names one register or two */
        int index = (code[2] >> 3 & 7) + 4 * (prefix & 2);
        if (index != 4)
            distance = register_value(values, index) << (code[2] >> 6);
        number = code[2] & 7;
        code++;
    }
    code += 2;
    if (mode == 0 && number == 5)
        return false; /* relative to the instruction */
    if (mode == 1)
        displacement = (signed char)*code++;
    if (mode == 2) {
        memcpy(&displacement, code, sizeof displacement);
        code += sizeof displacement;
    }
    uintptr_t address = register_value(values, number + 8 * (prefix & 1)) + distance +
                        (uintptr_t)(long)displacement;
    return *code == 1 &&
           (displacement == CPROF_LEFT_DISPLACEMENT || displacement == CPROF_ZONE ||
            displacement == 0) &&
           address % CPROF_NODE_STRIDE == 0;
}

/* A trap comes after its instruction. */
static APART void note_step(const ucontext_t *state)
{
    static bool next_counts;

    if (step == 0) /* after stepping_on's last instruction */
        counted = 0;
    else
        counted += next_counts;
    next_counts = is_counting(state->uc_mcontext.gregs);
    step++;
}

/* What a program's handler does: calls, and maybe leaves. */
static OWN void on_step(void)
{
    SPEND(SPEND_HANDLER);
    handler_calls++;
    deeper_in_handler(1);
    if (reached && jumps) {
        handler_jumps++;
        siglongjmp(place, 1);
    }
    SPEND(SPEND_HANDLER);
}

static APART void on_trap(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    note_step(context);
    reached = step == chosen_step;
    was_reached |= reached;
    if (every || reached)
        on_step();
}

static inline __attribute__((always_inline)) void stepping_on(void)
{
    step = 0;
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\tpushfq\n\torl $0x100, (%%rsp)\n\tpopfq\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     :
                     :
                     : "memory", "cc");
}

static inline __attribute__((always_inline)) void stepping_off(void)
{
    __asm__ volatile("leaq -128(%%rsp), %%rsp\n\tpushfq\n\tandl $~0x100, (%%rsp)\n\tpopfq\n\t"
                     "leaq 128(%%rsp), %%rsp"
                     :
                     :
                     : "memory", "cc");
}

/* Calls `function` step by step, from this context.  False: left by a jump. */
static OWN bool step_through(void (*function)(void))
{
    if (sigsetjmp(place, 1) != 0) {
        SPEND(SPEND_STEPPED);
        return false;
    }
    stepping_on();
    function();
    stepping_off();
    SPEND(SPEND_STEPPED);
    return true;
}

/* ---- The runs -------------------------------------------------------------------------- */

static long through_calls;

/* True: the step existed. */
static APART bool step_through_once(void (*function)(void), long at)
{
    chosen_step = at;
    was_reached = false;
    through_calls++;
    step_through(function);
    return was_reached;
}

/* `time` is what one call spends, if all calls run to their end. */
static APART void print_calls(const char *name, long calls, int time)
{
#ifdef FAKE_CLOCK
    if (!jumps) {
        printf("%s %ld %ld\n", name, calls, calls * time);
        return;
    }
#endif
    (void)time;
    printf("%s %ld -\n", name, calls);
}

static APART void print_common(void)
{
    print_calls("on_step", handler_calls, 2 * SPEND_HANDLER);
    print_calls("deeper_in_handler", deeper_calls, 2 * SPEND_DEEPER);
    print_calls("step_through", through_calls, SPEND_STEPPED);
    print_calls("main", 1, 0);
#ifdef FAKE_CLOCK
    printf("clock %llu\n", cprof_fake_clock);
#endif
}

/* The very first calls, then some more that nothing disturbs. */
static APART void run_cold(long at)
{
    enum { CALLS_AFTER = 3 };

    if (!step_through_once(stepped, at))
        printf("over\n");
    const bool left = jumps && was_reached;
    const long own = CALLS_AFTER + (!left || counted > 0),
               callee = CALLS_AFTER + (!left || counted > 1);
    for (int round = 0; round < CALLS_AFTER; round++)
        stepped();
    print_calls("stepped", own, 2 * SPEND_STEPPED);
    print_calls("inner", callee, SPEND_INNER);
}

/* Known contexts, at every step.  Where the handler jumps, the counting instructions
 * that were passed tell the calls: first the function's own, then its callees'. */
static APART void run_warm(void (*function)(void), const char *name, int callees, long stride)
{
    long own = 2, callee[SIBLING_COUNT];
    bool more = true;

    step_through_once(function, 0);
    step_through_once(function, 0);
    for (int idx = 0; idx < callees; idx++)
        callee[idx] = 2;
    for (long at = 1; more; at += stride) {
        more = step_through_once(function, at);
        own += !jumps || counted > 0;
        for (int idx = 0; idx < callees; idx++)
            callee[idx] += !jumps || counted > idx + 1;
    }
    print_calls(name, own, callees == 1 ? 2 * SPEND_STEPPED : SPEND_STEPPED);
    for (int idx = 0; idx < callees; idx++) {
        char sibling[32];
        snprintf(sibling, sizeof sibling, "sibling_%d", idx);
        print_calls(callees == 1 ? "inner" : sibling, callee[idx],
                    callees == 1 ? SPEND_INNER : SPEND_SIBLING);
    }
}

int main(int count, char **words)
{
    struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};

    sigaction(SIGTRAP, &action, NULL);
    if (count != 5)
        return 2;
    every = strcmp(words[1], "every") == 0;
    jumps = strcmp(words[2], "jump") == 0;
    if (strcmp(words[3], "cold") == 0)
        run_cold(atol(words[4]));
    else if (strcmp(words[3], "hot") == 0)
        run_warm(stepped, "stepped", 1, atol(words[4]));
    else if (strcmp(words[3], "far") == 0)
        run_warm(call_siblings, "call_siblings", SIBLING_COUNT, atol(words[4]));
    else
        return 2;
    print_common();
    return 0;
}
