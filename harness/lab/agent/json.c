/* JSON: enough to walk a line that a correct writer wrote. A pointer stands at the first character of a value. */
#include "agent.h"
#include <stdlib.h>
#include <string.h>

static const char *blank(const char *s) { return s + strspn(s, " \t\r\n"); }

/* Past the value: at the comma, colon or bracket behind it. */
const char *json_skip(const char *s)
{
    int depth = 0;
    do {
        if (*s == '"')
            for (s++; *s && *s != '"'; s++) s += *s == '\\' && s[1];
        depth += (*s == '[' || *s == '{') - (*s == ']' || *s == '}');
        s += *s != 0;
    } while (*s && (depth > 0 || !strchr(",:]}", *s)));
    return s;
}

/* The value of a key, or NULL where there is no object or no such key. */
const char *json_get(const char *s, const char *key)
{
    size_t length = strlen(key);
    while (s && *s && *(s = blank(s + 1)) == '"') {
        const char *value = blank(json_skip(s) + 1);
        if (!strncmp(s + 1, key, length) && s[length + 1] == '"') return value;
        s = json_skip(value);
    }
    return NULL;
}

/* The first element of an array, or NULL. */
const char *json_first(const char *array)
{
    if (!array || *array != '[') return NULL;
    array = blank(array + 1);
    return *array == ']' || !*array ? NULL : array;
}

const char *json_next(const char *element)
{
    element = json_skip(element);
    return *element == ',' ? blank(element + 1) : NULL;
}

/* A number, or a hex string such as "0xc06". */
uint64_t json_number(const char *object, const char *key, uint64_t absent)
{
    const char *value = json_get(object, key);
    return value ? strtoull(value + (*value == '"'), NULL, 0) : absent;
}

bool json_is(const char *object, const char *key, const char *text)
{
    const char *value = json_get(object, key);
    size_t length = strlen(text);
    return value && *value == '"' && !strncmp(value + 1, text, length) && value[length + 1] == '"';
}

bool json_true(const char *object, const char *key, bool absent)
{
    const char *value = json_get(object, key);
    return value ? *value == 't' : absent;
}

bool json_has_element(const char *array, const char *text)
{
    size_t length = strlen(text);
    for (const char *e = json_first(array); e; e = json_next(e))
        if (!strncmp(e + 1, text, length) && e[length + 1] == '"') return true;
    return false;
}
