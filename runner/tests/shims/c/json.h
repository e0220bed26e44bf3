/* JSON, as little as a shim needs: a reader that builds no tree, and a writer into a buffer that grows. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes that grow up to 16 MiB: a line, a reply. A buffer begins as {0} and ends with `drop`. */
typedef struct {
    char *at;
    size_t len, cap;
} buffer;

void reserve(buffer *out, size_t more);
void put(buffer *out, const char *at, size_t len);
void put_text(buffer *out, const char *text);
void put_string(buffer *out, const char *at, size_t len); /* in quotes, with escapes; `at` is UTF-8 */
void put_number(buffer *out, uint64_t number);            /* wrapped as `$int` beyond 2^53-1 */
void drop(buffer *out);

/* A value is the stretch of the line on which it stands, so it lives as long as the line; NULL where there is
   none. */
typedef struct {
    const char *at, *end;
} json;

json json_read(const char *at, size_t len); /* none where the text is not one whole value */
json json_member(json object, const char *key);

/* The next item of an array, or with `key` the next member of an object. `rest` begins as the whole value. */
bool json_next(json *rest, json *key, json *item);

bool json_is(json value, const char *text); /* spelled so: `true`, `"start"` */

/* Decodes a string onto `out`, with a NUL behind its `len` bytes of UTF-8. It takes no more room than the value
   does. NULL where the value is no string. */
const char *json_string(json value, buffer *out, size_t *len);

bool json_unsigned(json value, uint64_t *number); /* plain or as `$int`; false where it does not fit */
bool json_signed(json value, int64_t *number);    /* the same, below 0 too */

#endif
