/* The file of --map: how the columns of a foreign file become ours. Private to exchange. */
#ifndef EXCHANGE_IMPORT_MAP_H
#define EXCHANGE_IMPORT_MAP_H

#include "base/base.h"

/** `a=b|c=d|*=x|=y`: whole values replaced. */
struct value_map {
    struct map *positions; /* value -> position in results */
    const struct text *results;
    bool has_other; /* "*=x" */
    struct text other;
    bool has_empty; /* "=x" */
    struct text empty;
};

struct map_row {
    int32_t line;
    struct text field;
    struct text from;
    const struct value_map *values; /* NULL: values stay as they are */
};

struct column_map {
    struct map_row *rows;
    size_t row_count;
    struct value_map *value_maps; /* whose tables are freed with the map */
    size_t value_map_count;
};

/** Owner: texts in arena, tables of values by column_map_close. Errors with file, line and column.
 */
MUST_USE enum berm_status column_map_read(const char *path, struct arena *arena,
                                          struct column_map *ret_map, struct berm_error *err);
void column_map_close(struct column_map *map);

/** What a value becomes. */
struct text value_map_apply(const struct value_map *map, struct text value);

#endif
