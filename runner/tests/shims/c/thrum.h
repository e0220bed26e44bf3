/* The helpers of WIRE.md in C: all that this client has. Strings come with their length, since a NUL is a byte
   like any other. */
#ifndef THRUM_H
#define THRUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THRUM_VERSION "0.7.0"

enum { THRUM_CHI_COUNT = 33, THRUM_PULSE_COUNT = 5, THRUM_SIGIL_LEN = 12, THRUM_RID_MAX = 32 };

extern const char *const thrum_chi[THRUM_CHI_COUNT];
extern const char *const thrum_pulse[THRUM_PULSE_COUNT];

typedef struct {
    const char *at;
    size_t len;
} thrum_str;

bool thrum_is_valid_chi(thrum_str value);

void thrum_sigil(thrum_str sid, thrum_str nest, char sigil[THRUM_SIGIL_LEN + 1]);
void thrum_rid(char rid[THRUM_RID_MAX]);
int64_t thrum_dusk_in(int64_t ms);
bool thrum_is_dusk(const int64_t *dusk); /* NULL: the tone has none */

/* The path of the daemon's socket, from the values of HUM_THRUM_SOCK and XDG_RUNTIME_DIR, NULL where unset.
   Returns the length that it takes, as snprintf does: the path was cut off where that is not below `size`. */
int thrum_socket_path(const char *sock, const char *runtime_dir, char *path, size_t size);

/* A tracker of wane begins as {0}. It keeps no copies of the sigils, which must outlive it. */
typedef struct {
    struct thrum_clock {
        thrum_str sigil;
        uint64_t wane;
    } *clocks;
    size_t count;
} thrum_wane;

uint64_t thrum_wane_get(const thrum_wane *wane, thrum_str sigil);
void thrum_wane_set(thrum_wane *wane, thrum_str sigil, uint64_t value);
bool thrum_wane_tick(thrum_wane *wane, thrum_str sigil, uint64_t *value); /* false at the top, 2^64-1 */
bool thrum_wane_behind(const thrum_wane *wane, thrum_str sigil, uint64_t remote);
void thrum_wane_free(thrum_wane *wane);

#endif
