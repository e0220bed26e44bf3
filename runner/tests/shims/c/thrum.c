/* The helpers of thrum.h. */
#define _POSIX_C_SOURCE 200809L /* getuid */
#include "thrum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sha256.h"

const char *const thrum_chi[THRUM_CHI_COUNT] = {
    "hello", "prompt", "cancel", "cleanup", "curate", "release-permit", "tendril-result", "tool-result",
    "petal-cell", "breath", "chunk", "finish", "error", "session-ready", "pulse", "permission-ask",
    "tendril-reach", "tool-call", "tool-meta", "tool-info", "echo", "perf-mark", "log", "drone",
    "drone-retrofit", "peer-add", "peer-remove", "attach", "detach", "wane-sync", "gossip-publish",
    "kad-find-node", "kad-find-node-resp",
};

const char *const thrum_pulse[THRUM_PULSE_COUNT] = {
    "cell-spawned", "cell-ready", "cell-idle", "cell-died", "cell-evicted",
};

static void *grown(void *at, size_t size) {
    at = realloc(at, size);
    if (at == NULL) {
        fprintf(stderr, "no memory for %zu bytes\n", size);
        exit(EXIT_FAILURE);
    }
    return at;
}

static bool same(thrum_str one, thrum_str other) {
    return one.len == other.len && memcmp(one.at, other.at, one.len) == 0;
}

bool thrum_is_valid_chi(thrum_str value) {
    for (size_t i = 0; i < THRUM_CHI_COUNT; i++)
        if (same(value, (thrum_str){thrum_chi[i], strlen(thrum_chi[i])})) return true;
    return false;
}

void thrum_sigil(thrum_str sid, thrum_str nest, char sigil[THRUM_SIGIL_LEN + 1]) {
#ifdef SIGIL_HASHES_SID_FIRST /* the classic mistake, for the test that wants to see it found */
    thrum_str swapped = sid;
    sid = nest;
    nest = swapped;
#endif
    uint8_t digest[32];
    char *text = grown(NULL, nest.len + 1 + sid.len);
    memcpy(text, nest.at, nest.len);
    text[nest.len] = ':';
    memcpy(text + nest.len + 1, sid.at, sid.len);
    sha256(text, nest.len + 1 + sid.len, digest);
    free(text);
    for (int i = 0; i < THRUM_SIGIL_LEN / 2; i++) snprintf(sigil + 2 * i, 3, "%02x", digest[i]);
}

static int64_t now_ms(void) {
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static char *base36(uint64_t number, char *end) { /* writes backwards, and returns where it begins */
    do *--end = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36];
    while ((number /= 36) > 0);
    return end;
}

void thrum_rid(char rid[THRUM_RID_MAX]) {
    static uint64_t counter;
    char digits[THRUM_RID_MAX], *end = digits + sizeof digits, *at = end;
    *--at = '\0';
    at = base36(counter++, at);
    *--at = '-';
    at = base36((uint64_t)now_ms(), at);
    memcpy(rid, at, (size_t)(end - at));
}

int64_t thrum_dusk_in(int64_t ms) {
    int64_t now = now_ms();
    return ms > INT64_MAX - now ? INT64_MAX : now + ms;
}

bool thrum_is_dusk(const int64_t *dusk) { return dusk != NULL && now_ms() > *dusk; }

int thrum_socket_path(const char *sock, const char *runtime_dir, char *path, size_t size) {
    if (sock != NULL && *sock != '\0') return snprintf(path, size, "%s", sock);
    if (runtime_dir != NULL && *runtime_dir != '\0') return snprintf(path, size, "%s/hum/thrum.sock", runtime_dir);
    return snprintf(path, size, "/run/user/%ju/hum/thrum.sock", (uintmax_t)getuid());
}

static struct thrum_clock *find(const thrum_wane *wane, thrum_str sigil) {
    for (size_t i = 0; i < wane->count; i++)
        if (same(sigil, wane->clocks[i].sigil)) return &wane->clocks[i];
    return NULL;
}

uint64_t thrum_wane_get(const thrum_wane *wane, thrum_str sigil) {
    const struct thrum_clock *clock = find(wane, sigil);
    return clock == NULL ? 0 : clock->wane;
}

void thrum_wane_set(thrum_wane *wane, thrum_str sigil, uint64_t value) {
    struct thrum_clock *clock = find(wane, sigil);
    if (clock == NULL) {
        wane->clocks = grown(wane->clocks, (wane->count + 1) * sizeof *wane->clocks);
        clock = &wane->clocks[wane->count++];
        clock->sigil = sigil;
    }
    clock->wane = value;
}

bool thrum_wane_tick(thrum_wane *wane, thrum_str sigil, uint64_t *value) {
    uint64_t now = thrum_wane_get(wane, sigil);
    if (now == UINT64_MAX) return false;
    *value = now + 1;
    thrum_wane_set(wane, sigil, *value);
    return true;
}

bool thrum_wane_behind(const thrum_wane *wane, thrum_str sigil, uint64_t remote) {
    return remote > thrum_wane_get(wane, sigil);
}

void thrum_wane_free(thrum_wane *wane) {
    free(wane->clocks);
    *wane = (thrum_wane){0};
}
