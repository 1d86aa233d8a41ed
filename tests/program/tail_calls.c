/* Functions that end in a call, in all the ways that decide whether a compiler can
 * make it a jump: what is returned, what is passed, what the frame holds.  Compiled
 * and looked at by tail_calls.sh, never run: nothing that is called here exists.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

typedef struct {
    long a, b;
} two;
typedef struct {
    long a, b, c;
} three;
typedef struct {
    double a, b;
} pair;
typedef struct {
    long a;
    double b;
} mixed;
typedef float eight_floats __attribute__((vector_size(32)));

void take_nothing(void), take_pointer(void *), take_two(two), take_three(three);
void die(int) __attribute__((noreturn));
int give_int(int), change(int *), printer(const char *, ...);
int seven(int, int, int, int, int, int, int), eight(int, int, int, int, int, int, int, int);
int wide_last(int, int, int, int, int, __int128);
_Bool give_bool(int);
short give_short(int);
unsigned short give_unsigned_short(int);
signed char give_char(int);
unsigned char give_unsigned_char(int);
long give_long(long);
long double give_long_double(void), change_long_double(long double);
double give_double(double),
    nine(double, double, double, double, double, double, double, double, double);
float give_float(float);
two give_two(int);
three give_three(int);
pair give_pair(double);
mixed give_mixed(int);
__int128 give_wide(__int128);
_Complex double give_complex(_Complex double);
_Complex long double give_long_complex(void);
_Complex float give_short_complex(void);
__attribute__((ms_abi)) int give_foreign(int);
extern jmp_buf place;

/* ---- What is returned ------------------------------------------------------------- */
/* clang-format off */
int same(int x) { return give_int(x + 1); }
void nothing(int x) { if (x) take_nothing(); else take_pointer(&take_two); }
void dropped(int x) { give_int(x); }
void dropped_x87(void) { give_long_double(); }
void dropped_complex_x87(void) { give_long_complex(); }
void dropped_three(void) { give_three(1); }
void dropped_two(void) { give_two(1); }
_Bool bool_of_bool(int x) { return give_bool(x + 1); }
_Bool bool_of_char(int x) { return give_unsigned_char(x + 1); }
short short_of_short(int x) { return give_short(x + 1); }
short short_of_unsigned(int x) { return give_unsigned_short(x + 1); }
unsigned short unsigned_of_short(int x) { return give_short(x + 1); }
int int_of_short(int x) { return give_short(x); }
unsigned int_of_unsigned_short(int x) { return give_unsigned_short(x); }
signed char char_of_char(int x) { return give_char(x + 1); }
unsigned char unsigned_of_char(int x) { return give_char(x + 1); }
int int_of_long(long x) { return give_long(x); }
long long_of_int(int x) { return give_int(x); }
long double x87(void) { return give_long_double(); }
long double x87_of_x87(long double x) { return change_long_double(x); }
long double x87_of_double(double x) { return give_double(x); }
double double_of_double(double x) { return give_double(x * 2); }
double double_of_float(float x) { return give_float(x); }
float float_of_double(double x) { return give_double(x); }
two two_of_two(int x) { return give_two(x + 1); }
two two_turned(int x) { two y = give_two(x); return (two){y.b, y.a}; }
three three_of_three(int x) { return give_three(x + 1); }
void three_into(three *x) { *x = give_three(4); }
pair pair_of_pair(double x) { return give_pair(x * 2); }
mixed mixed_of_mixed(int x) { return give_mixed(x + 3); }
__int128 wide(__int128 x) { return give_wide(x + 1); }
_Complex double complex_of_complex(_Complex double x) { return give_complex(x * 2); }
double real_of_complex(_Complex double x) { return give_complex(x); }
_Complex long double long_complex(void) { return give_long_complex(); }
_Complex float short_complex(void) { return give_short_complex(); }
void *pointer_of_long(int x) { return (void *)give_long(x); }
unsigned masked(unsigned x) { return give_int(x) & 0xff; }
char *first_argument(char *p) { strcpy(p, "some words, not a few of them"); return p; }

/* ---- What is passed --------------------------------------------------------------- */
void three_on_stack(three x) { take_three(x); }
void three_made(long x) { three y = {x, x, x}; take_three(y); }
void two_in_registers(two x) { take_two(x); }
int stack_same(int a, int b, int c, int d, int e, int f, int g) { return seven(a, b, c, d, e, f, g); }
int stack_changed(int a, int b, int c, int d, int e, int f, int g) { return seven(b, a, c, d, e, f, g + 1); }
int stack_grows(int a, int b) { return seven(b, a, 1, 2, 3, 4, 5); }
int stack_grows_more(int a, int b, int c, int d, int e, int f, int g) { return eight(a, b, c, d, e, f, g, a); }
int stack_shrinks(int a, int b, int c, int d, int e, int f, int g, int h) { return seven(a, b, c, d, e, f, h) + 0 * g; }
int stack_vanishes(int a, int b, int c, int d, int e, int f, int g, int h) { (void)a, (void)b, (void)c, (void)d, (void)e, (void)f; return give_int(h + g); }
int variadic(int x) { return printer("%d", x); }
int variadic_six(int x) { return printer("", x, x, x, x, x); }
int variadic_seven(int x) { return printer("", x, x, x, x, x, x); }
int variadic_double(double x) { return printer("", x, x, 1); }
int from_variadic(const char *words, ...) { va_list list; va_start(list, words); int x = va_arg(list, int); va_end(list); return give_int(x); }
double nine_doubles(double x) { return nine(x, x, x, x, x, x, x, x, x); }
int wide_on_stack(int x) { return wide_last(x, x, x, x, x, x); }
int through_pointer(int (*f)(int, int, int, int, int, int), int x) { return f(x, x, x, x, x, x); }
int pointer_on_stack(int a, int b, int c, int d, int e, int f, int (*g)(int, int, int, int, int, int)) { return g(a, b, c, d, e, f); }
int through_table(int (**f)(int), int x) { return f[x](x); }
int to_foreign(int x) { return give_foreign(x); }
__attribute__((ms_abi)) int foreign(int x) { return give_foreign(x); }
__attribute__((ms_abi)) int from_foreign(int x) { return give_int(x); }
static __attribute__((noinline)) int local(int a, int b) { return give_int(a) * b + give_int(b); }
int to_local(int x) { return local(x, x); }

/* ---- What the frame holds --------------------------------------------------------- */
int small_array(int n) { volatile int b[16]; b[n & 15] = n; return give_int(b[3]); }
int aligned_array(int n) { _Alignas(64) volatile int b[16]; b[n & 15] = n; return give_int(b[3]); }
int variable_array(int n) { volatile int b[n]; b[n - 1] = n; return give_int(b[0]); }
int char_array(int n) { volatile char b[64]; b[n] = n; return give_int(b[3]); }
int escaped(int n) { int b = n; change(&b); return give_int(b); }
int escapes(int n) { int b = n; return change(&b); }
int returns_twice(int n) { if (setjmp(place)) return give_int(n); return give_int(n + 1); }
float one_of_eight(eight_floats *x, int k)
{
    eight_floats y = *x * 3;
    y[k & 7] = 2;
    if (y[(k + 1) & 7] > 3)
        return give_float(y[k * 3 & 7]);
    return give_float(1);
}

/* ---- Where the call stands -------------------------------------------------------- */
int in_switch(int x)
{
    switch (x) {
    case 1: return give_int(1);
    case 2: return give_int(x * 7);
    case 3: return local(x, 2);
    case 4: take_nothing(); return 3;
    case 5: return through_pointer(0, 1);
    case 6: return 9;
    case 7: return give_bool(2);
    default: return give_int(99);
    }
}
int in_chain(int x) { int r; if (x == 1) r = give_int(1); else if (x == 2) r = give_int(2); else if (x == 4) { take_nothing(); r = 4; } else r = give_int(3); return r; }
int in_loop(int n) { for (;;) { if (n & 1) return give_int(n); n = n * 3 / 2; if (n > 99) return (int)give_long(n); take_nothing(); } }
int never(int x) { if (x) die(x); return give_int(x); }
void never_only(int x) { die(x); }
void clear(char *p, long n) { memset(p, 0, n); }
void *copy(char *p, const char *q, long n) { return memcpy(p, q, n); }
int compare(const char *p, const char *q) { return memcmp(p, q, 8) == 0; }
double root(double x) { return __builtin_sqrt(x); }

#ifdef __clang__
__attribute__((preserve_most)) void keep_most(void);
void to_keeping(void) { keep_most(); }
__attribute__((preserve_most)) void keeping(void) { keep_most(); }
__attribute__((preserve_most)) void from_keeping(void) { take_nothing(); }
__attribute__((regcall)) int by_registers(int);
__attribute__((regcall)) int registers(int x) { return by_registers(x); }
int to_registers(int x) { return by_registers(x); }
int must(int a, int b, int c, int d, int e, int f, int g) { __attribute__((musttail)) return seven(b, a, c, d, e, f, g + 1); }
three must_three(int x) { __attribute__((musttail)) return give_three(x + 1); }
#endif
/* clang-format on */

int main(void)
{
    return 0;
}
