/* The JSON of json.h. What it is given comes from the suite, so it does not tell bad JSON from good in every
   case; but it never reads past the end, and no nesting is too deep, since nothing here calls itself. */
#include "json.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUFFER_MAX = 16 * 1024 * 1024 };
static const uint64_t EXACT_MAX = ((uint64_t)1 << 53) - 1;

/* Writing. */

void reserve(buffer *out, size_t more) {
    if (more <= out->cap - out->len) return;
    size_t cap = more > BUFFER_MAX - out->len ? 0 : 2 * (out->len + more);
    char *grown = cap == 0 ? NULL : realloc(out->at, cap);
    if (grown == NULL) {
        fprintf(stderr, "no room for %zu bytes and %zu more\n", out->len, more);
        exit(EXIT_FAILURE);
    }
    out->at = grown;
    out->cap = cap;
}

void put(buffer *out, const char *at, size_t len) {
    if (len == 0) return;
    reserve(out, len);
    memcpy(out->at + out->len, at, len);
    out->len += len;
}

void put_text(buffer *out, const char *text) { put(out, text, strlen(text)); }

void put_string(buffer *out, const char *at, size_t len) {
    put(out, "\"", 1);
    for (size_t i = 0; i < len; i++) {
        unsigned char byte = (unsigned char)at[i];
        char escape[sizeof "\\u0000"];
        if (byte < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", byte);
            put_text(out, escape);
        } else {
            if (byte == '"' || byte == '\\') put(out, "\\", 1);
            put(out, at + i, 1);
        }
    }
    put(out, "\"", 1);
}

void put_number(buffer *out, uint64_t number) {
    char digits[sizeof "{\"$int\":\"18446744073709551615\"}"];
    snprintf(digits, sizeof digits, number > EXACT_MAX ? "{\"$int\":\"%" PRIu64 "\"}" : "%" PRIu64, number);
    put_text(out, digits);
}

void drop(buffer *out) {
    free(out->at);
    *out = (buffer){0};
}

/* Reading. Each `skip` returns where it stopped, or NULL where the text ended too soon. */

static bool is_one_of(const char *set, char byte) { return memchr(set, byte, strlen(set)) != NULL; }

static const char *skip_space(const char *at, const char *end) {
    while (at < end && is_one_of(" \t\r\n", *at)) at++;
    return at;
}

static const char *skip_string(const char *at, const char *end) {
    for (at++; at < end; at++) {
        if (*at == '"') return at + 1;
        if (*at == '\\' && ++at == end) break;
    }
    return NULL;
}

static const char *skip_value(const char *at, const char *end) {
    size_t depth = 0;
    do {
        at = skip_space(at, end);
        if (at == end) return NULL;
        bool closes = *at == '}' || *at == ']', joins = *at == ',' || *at == ':';
        if ((closes || joins) && depth == 0) return NULL;
        if (*at == '"') {
            at = skip_string(at, end);
            if (at == NULL) return NULL;
        } else if (closes) {
            depth--, at++;
        } else if (*at == '{' || *at == '[') {
            depth++, at++;
        } else if (joins) {
            at++;
        } else {
            while (at < end && !is_one_of("{}[],:\" \t\r\n", *at)) at++;
        }
    } while (depth > 0);
    return at;
}

json json_read(const char *at, size_t len) {
    if (len == 0) return (json){0};
    const char *end = at + len;
    at = skip_space(at, end);
    json value = {at, skip_value(at, end)};
    if (value.end == NULL || skip_space(value.end, end) != end) return (json){0};
    return value;
}

bool json_next(json *rest, json *key, json *item) {
    const char *at = skip_space(rest->at, rest->end);
    if (at == rest->end || *at == '}' || *at == ']') return false;
    at = skip_space(at + 1, rest->end); /* past the bracket or the comma */
    if (key != NULL) {
        *key = (json){at, skip_value(at, rest->end)};
        if (key->end == NULL) return false;
        at = skip_space(key->end, rest->end);
        if (at == rest->end || *at != ':') return false;
        at = skip_space(at + 1, rest->end);
    }
    *item = (json){at, skip_value(at, rest->end)};
    if (item->end == NULL) return false;
    rest->at = item->end;
    return true;
}

json json_member(json object, const char *name) {
    json key, item;
    if (object.at == NULL || *object.at != '{') return (json){0};
    while (json_next(&object, &key, &item)) {
        size_t len = strlen(name);
        if ((size_t)(key.end - key.at) == len + 2 && memcmp(key.at + 1, name, len) == 0) return item;
    }
    return (json){0};
}

bool json_is(json value, const char *text) {
    return value.at != NULL && (size_t)(value.end - value.at) == strlen(text) &&
           memcmp(value.at, text, strlen(text)) == 0;
}

static bool hex4(const char *at, const char *end, uint32_t *unit) {
    char digits[5] = {0};
    if (end - at < 4) return false;
    for (int i = 0; i < 4; i++) {
        if (!isxdigit((unsigned char)at[i])) return false;
        digits[i] = at[i];
    }
    *unit = (uint32_t)strtoul(digits, NULL, 16);
    return true;
}

static void put_utf8(buffer *out, uint32_t point) {
    char bytes[4];
    size_t tail = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    for (size_t i = tail; i > 0; i--, point >>= 6) bytes[i] = (char)(0x80 | (point & 0x3f));
    bytes[0] = (char)(tail == 0 ? point : (0xf0u << (3 - tail) & 0xffu) | point);
    put(out, bytes, tail + 1);
}

/* The `\u` at the start of the text, or the pair of them; half a pair is no text. Gives what comes after. */
static const char *put_code(buffer *out, const char *at, const char *end) {
    uint32_t point, low;
    if (!hex4(at + 2, end, &point)) return NULL;
    at += 6;
    if (point >= 0xd800 && point < 0xe000) {
        if (point >= 0xdc00 || end - at < 6 || memcmp(at, "\\u", 2) != 0) return NULL;
        if (!hex4(at + 2, end, &low) || low < 0xdc00 || low >= 0xe000) return NULL;
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
        at += 6;
    }
    put_utf8(out, point);
    return at;
}

const char *json_string(json value, buffer *out, size_t *len) {
    if (value.at == NULL || *value.at != '"') return NULL;
    const char *at = value.at + 1, *end = value.end - 1;
    size_t start = out->len;
    while (at < end) {
        if (*at != '\\') {
            put(out, at++, 1);
        } else if (at[1] == 'u') {
            at = put_code(out, at, end);
            if (at == NULL) return NULL;
        } else {
            const char *names = "\"\\/bfnrt", *name = memchr(names, at[1], strlen(names));
            if (name == NULL) return NULL;
            put(out, &"\"\\/\b\f\n\r\t"[name - names], 1);
            at += 2;
        }
    }
    *len = out->len - start;
    put(out, "", 1);
    return out->at + start;
}

static json unwrapped(json value) {
    json digits = json_member(value, "$int");
    if (digits.at == NULL || *digits.at != '"') return value;
    return (json){digits.at + 1, digits.end - 1};
}

static bool decimal(const char *at, const char *end, uint64_t *number) {
    if (at == end) return false;
    for (*number = 0; at < end; at++) {
        if (!isdigit((unsigned char)*at)) return false;
        uint64_t digit = (uint64_t)(*at - '0');
        if (*number > (UINT64_MAX - digit) / 10) return false;
        *number = 10 * *number + digit;
    }
    return true;
}

bool json_unsigned(json value, uint64_t *number) {
    value = unwrapped(value);
    return decimal(value.at, value.end, number);
}

bool json_signed(json value, int64_t *number) {
    value = unwrapped(value);
    bool below = value.at < value.end && *value.at == '-';
    uint64_t size;
    if (!decimal(value.at + below, value.end, &size) || size > INT64_MAX) return false;
    *number = below ? -(int64_t)size : (int64_t)size;
    return true;
}
