/* A shim of level 1 for the helpers of thrum.h: it answers `start`, `ping`, `call` and `stop`, and opens no client.
   It reads bottom-up, as C does: the functions, the ops, the loop. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "thrum.h"

/* What became of a call, apart from the value that it wrote. */
typedef enum { ANSWERED, UNSUPPORTED, IMPOSSIBLE, FAILED } outcome;

/* The strings of the request in hand. There is room for all that its line can hold, so that none moves. */
static buffer strings;

static bool str(json value, thrum_str *text) {
    text->at = json_string(value, &strings, &text->len);
    return text->at != NULL;
}

static void put_bool(buffer *out, bool value) { put_text(out, value ? "true" : "false"); }

static void put_list(buffer *out, const char *const *items, size_t count) {
    for (size_t i = 0; i < count; i++) {
        put_text(out, i == 0 ? "[" : ",");
        put_string(out, items[i], strlen(items[i]));
    }
    put_text(out, "]");
}

static outcome version(json args, buffer *value) {
    (void)args;
    put_string(value, THRUM_VERSION, strlen(THRUM_VERSION));
    return ANSWERED;
}

static outcome registry(json args, buffer *value) {
    json of = json_member(args, "of");
    if (json_is(of, "\"chi\"")) put_list(value, thrum_chi, THRUM_CHI_COUNT);
    else if (json_is(of, "\"pulse\"")) put_list(value, thrum_pulse, THRUM_PULSE_COUNT);
    else return UNSUPPORTED;
    return ANSWERED;
}

static outcome is_valid_chi(json args, buffer *value) {
    thrum_str chi;
    if (!str(json_member(args, "value"), &chi)) return IMPOSSIBLE;
    put_bool(value, thrum_is_valid_chi(chi));
    return ANSWERED;
}

static outcome sigil(json args, buffer *value) {
    thrum_str sid, nest;
    char digits[THRUM_SIGIL_LEN + 1];
    if (!str(json_member(args, "sid"), &sid) || !str(json_member(args, "nest"), &nest)) return IMPOSSIBLE;
    thrum_sigil(sid, nest, digits);
    put_string(value, digits, THRUM_SIGIL_LEN);
    return ANSWERED;
}

static outcome rid(json args, buffer *value) {
    uint64_t count;
    if (json_member(args, "threads").at != NULL) return UNSUPPORTED; /* `threads` is not claimed */
    if (!json_unsigned(json_member(args, "count"), &count)) return IMPOSSIBLE;
    for (uint64_t i = 0; i < count; i++) {
        char one[THRUM_RID_MAX];
        thrum_rid(one);
        put_text(value, i == 0 ? "[" : ",");
        put_string(value, one, strlen(one));
    }
    put_text(value, "]");
    return ANSWERED;
}

static outcome dusk_in(json args, buffer *value) {
    int64_t ms;
    if (!json_signed(json_member(args, "ms"), &ms)) return IMPOSSIBLE;
    put_number(value, (uint64_t)thrum_dusk_in(ms));
    return ANSWERED;
}

static outcome is_dusk(json args, buffer *value) {
    int64_t dusk;
    bool has = json_signed(json_member(json_member(args, "tone"), "dusk"), &dusk);
    put_bool(value, thrum_is_dusk(has ? &dusk : NULL));
    return ANSWERED;
}

/* Writes the result of one op: null where there is none. A refusal ends the list. */
static outcome wane_op(thrum_wane *tracker, json op, buffer *value) {
    json name, item;
    thrum_str sigil;
    uint64_t number;
    if (!json_next(&op, NULL, &name) || !json_next(&op, NULL, &item) || !str(item, &sigil)) return UNSUPPORTED;
    if (json_is(name, "\"get\"")) {
        put_number(value, thrum_wane_get(tracker, sigil));
    } else if (json_is(name, "\"tick\"")) {
        if (!thrum_wane_tick(tracker, sigil, &number)) return FAILED;
        put_number(value, number);
    } else if (!json_next(&op, NULL, &item) || !json_unsigned(item, &number)) {
        return UNSUPPORTED;
    } else if (json_is(name, "\"set\"")) {
        thrum_wane_set(tracker, sigil, number);
        put_text(value, "null");
    } else if (json_is(name, "\"behind\"")) {
        put_bool(value, thrum_wane_behind(tracker, sigil, number));
    } else {
        return UNSUPPORTED; /* merge and snapshot: `wane.merge` is not claimed */
    }
    return ANSWERED;
}

static outcome wane(json args, buffer *value) {
    thrum_wane tracker = {0};
    json ops = json_member(args, "ops"), op;
    outcome is = ANSWERED;
    for (const char *before = "["; is == ANSWERED && json_next(&ops, NULL, &op); before = ",") {
        put_text(value, before);
        is = wane_op(&tracker, op, value);
    }
    if (is == FAILED) put_text(value, "{\"$raises\":\"at-the-top\"}");
    put_text(value, "]");
    thrum_wane_free(&tracker);
    return is == FAILED ? ANSWERED : is;
}

static outcome socket_path(json args, buffer *value) {
    thrum_str sock = {0}, runtime_dir = {0};
    char path[4096];
    json env = json_member(args, "env");
    str(json_member(env, "HUM_THRUM_SOCK"), &sock); /* null and absent are unset */
    str(json_member(env, "XDG_RUNTIME_DIR"), &runtime_dir);
    int len = thrum_socket_path(sock.at, runtime_dir.at, path, sizeof path);
    if (len < 0 || (size_t)len >= sizeof path) return FAILED;
    put_string(value, path, (size_t)len);
    return ANSWERED;
}

static const struct {
    const char *name;
    outcome (*call)(json args, buffer *value);
} FUNCTIONS[] = {
    {"\"version\"", version}, {"\"registry\"", registry}, {"\"is_valid_chi\"", is_valid_chi},
    {"\"sigil\"", sigil},     {"\"rid\"", rid},           {"\"dusk_in\"", dusk_in},
    {"\"is_dusk\"", is_dusk}, {"\"wane\"", wane},         {"\"socket_path\"", socket_path},
};

static outcome call(json fn, json args, buffer *value) {
    for (size_t i = 0; i < sizeof FUNCTIONS / sizeof *FUNCTIONS; i++)
        if (json_is(fn, FUNCTIONS[i].name)) return FUNCTIONS[i].call(args, value);
    return UNSUPPORTED;
}

static const char *const START =
    "\"ok\":true,\"v\":1,\"impl\":{\"name\":\"thrum-c\",\"version\":\"0.1.0\",\"lang\":\"c11\"},"
    "\"wire\":\"" THRUM_VERSION "\",\"profiles\":[\"document\"],\"caps\":[]}";
static const char *const ANOTHER_VERSION = "\"ok\":false,\"code\":\"version\",\"versions\":[1]}";
static const char *const DONE = "\"ok\":true}";
static const char *const FAILURES[] = {
    [UNSUPPORTED] = "\"ok\":false,\"unsupported\":true}",
    [IMPOSSIBLE] = "\"ok\":false,\"impossible\":true,\"why\":\"an argument is not of the function's type\"}",
    [FAILED] = "\"ok\":false,\"code\":\"failed\"}",
};

static void answer(json request, buffer *reply) {
    json op = json_member(request, "op"), id = json_member(request, "id");
    put_text(reply, "{\"id\":");
    put(reply, id.at, (size_t)(id.end - id.at));
    put_text(reply, ",");
    if (json_is(op, "\"start\"")) {
        put_text(reply, json_is(json_member(request, "v"), "1") ? START : ANOTHER_VERSION);
    } else if (json_is(op, "\"ping\"") || json_is(op, "\"stop\"")) {
        put_text(reply, DONE);
    } else if (json_is(op, "\"call\"")) {
        size_t start = reply->len;
        put_text(reply, "\"ok\":true,\"value\":");
        outcome is = call(json_member(request, "fn"), json_member(request, "args"), reply);
        if (is != ANSWERED) reply->len = start; /* whatever it wrote of a value */
        put_text(reply, is == ANSWERED ? "}" : FAILURES[is]);
    } else {
        put_text(reply, FAILURES[UNSUPPORTED]);
    }
}

static bool read_line(buffer *line) {
    int byte;
    for (line->len = 0; (byte = getchar()) != EOF && byte != '\n';) put(line, &(char){(char)byte}, 1);
    return byte != EOF;
}

int main(void) {
    buffer line = {0}, reply = {0};
    bool stopped = false;
    while (!stopped && read_line(&line)) {
        json request = json_read(line.at, line.len);
        strings.len = reply.len = 0;
        reserve(&strings, line.len);
        if (json_member(request, "id").at != NULL) answer(request, &reply);
        else put_text(&reply, "{\"ev\":\"shim-error\",\"message\":\"a line that is no request\"}");
        put_text(&reply, "\n");
        fwrite(reply.at, 1, reply.len, stdout);
        fflush(stdout);
        stopped = json_is(json_member(request, "op"), "\"stop\"");
    }
    drop(&line);
    drop(&strings);
    drop(&reply);
}
