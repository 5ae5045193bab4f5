/*
 * Walking over JSON without a tree: members and items as slices of the text. For what Berm wrote
 * itself and reads back in part; brackets and strings are followed, numbers and words are not
 * looked at.
 */
#ifndef BASE_JSON_WALK_H
#define BASE_JSON_WALK_H

#include "text.h"

struct json_walk {
    const char *at, *end;
    char closing;
    bool has_ended; /* the closing bracket was met, and nothing stands behind it */
    bool is_started;
};

/** Begin with an object or array ('{' or '['); false where the value is something else. */
bool json_walk_begin(struct text value, char bracket, struct json_walk *ret_walk);
/** The next member; the key is as it is written, escapes and all. false at the end, then has_ended
 * tells whether it was one. */
bool json_walk_member(struct json_walk *walk, struct text *ret_key, struct text *ret_value);
bool json_walk_item(struct json_walk *walk, struct text *ret_value);

#endif
