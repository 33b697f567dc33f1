#include <setjmp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static _Thread_local jmp_buf back;
static _Thread_local int depth;
static atomic_int jumps;

static void deeper(int levels) {
    depth++;
    if (levels == 0) {
        atomic_fetch_add(&jumps, 1);
        longjmp(back, depth);
    }
    deeper(levels - 1);
}

/* How deep it came before it jumped back. */
int dive(int levels) {
    depth = 0;
    int came = setjmp(back);
    if (came == 0) {
        deeper(levels);
        return -1;
    }
    return came;
}

int jumped(void) {
    return atomic_load(&jumps);
}

int format(char *text, size_t room, double number, long long wide) {
    return snprintf(text, room, "%.3f %lld %s", number, wide, strstr("a long word", "long"));
}
