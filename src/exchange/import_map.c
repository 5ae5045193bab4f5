/* Reading the file of --map. What its rows mean for a certain file is import_columns.c's business.
 */
#include "exchange/import_map.h"

#include <string.h>

#include "exchange/input.h"

enum { MAP_FILE_BYTES_MAX = 4 << 20 };

enum { MAP_FIELD, MAP_FROM, MAP_VALUES, MAP_COLUMN_COUNT };

void column_map_close(struct column_map *map)
{
    for (size_t i = 0; i < map->value_map_count; i++)
        map_freep(&map->value_maps[i].positions);
    map->value_map_count = 0;
}

static size_t count_of(struct text text, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < text.length; i++)
        count += text.bytes[i] == c;
    return count;
}

/* The part before the next `separator`; *rest moves behind it. */
static struct text cut(struct text *rest, char separator)
{
    const char *end = rest->length == 0 ? NULL : memchr(rest->bytes, separator, rest->length);
    struct text part = *rest;

    if (end == NULL) {
        *rest = (struct text){0};
        return part;
    }
    part.length = (size_t)(end - rest->bytes);
    *rest = text_from(*rest, part.length + 1);
    return part;
}

static enum berm_status add_replacement(struct value_map *map, struct text *results, int32_t line,
                                        struct text pair, struct berm_error *err)
{
    struct text result = pair;
    struct text value = text_trimmed(cut(&result, '='));
    size_t position = map_count(map->positions);
    int64_t earlier;

    if (count_of(pair, '=') == 0)
        return fail_at(err, BERM_INVALID_INPUT, line, MAP_VALUES + 1,
                       "\"%.*s\" replaces nothing; write values as old=new|old=new",
                       TEXT_ARG(text_trimmed(pair)));
    result = text_trimmed(result);
    if (value.length == 0) {
        map->has_empty = true;
        map->empty = result;
        return BERM_OK;
    }
    if (text_equal(value, TEXT("*"))) {
        map->has_other = true;
        map->other = result;
        return BERM_OK;
    }
    if (map_get(map->positions, value, &earlier))
        return fail_at(err, BERM_INVALID_INPUT, line, MAP_VALUES + 1,
                       "the value \"%.*s\" is replaced twice; keep one", TEXT_ARG(value));
    results[position] = result;
    return map_put(map->positions, value, (int64_t)position, err);
}

static enum berm_status read_values(struct arena *arena, struct column_map *map,
                                    struct map_row *row, struct text values, struct berm_error *err)
{
    struct value_map *value_map = &map->value_maps[map->value_map_count];
    struct text *results = NULL;

    TRY(arena_new(arena, count_of(values, '|') + 1, sizeof *results, &results, err));
    TRY(map_create(0, &value_map->positions, err));
    map->value_map_count++;
    value_map->results = results;
    while (values.length > 0)
        TRY(add_replacement(value_map, results, row->line, cut(&values, '|'), err));
    row->values = value_map;
    return BERM_OK;
}

static enum berm_status read_rows(const struct csv_table *table, struct arena *arena,
                                  struct column_map *map, struct berm_error *err)
{
    TRY(arena_new(arena, table->row_count + 1, sizeof *map->rows, &map->rows, err));
    TRY(arena_new(arena, table->row_count + 1, sizeof *map->value_maps, &map->value_maps, err));
    for (size_t i = 0; i < table->row_count; i++) {
        struct map_row *row = &map->rows[map->row_count++];
        const struct text *fields = table->rows[i].fields;
        struct text values = text_trimmed(fields[MAP_VALUES]);

        row->line = table->rows[i].line;
        row->field = text_trimmed(fields[MAP_FIELD]);
        row->from = text_trimmed(fields[MAP_FROM]);
        if (row->field.length == 0 || row->from.length == 0)
            return fail_at(err, BERM_INVALID_INPUT, row->line, 0,
                           "line %d has no %s; every row names a field of Berm and where it comes "
                           "from",
                           row->line, row->field.length == 0 ? "field" : "from");
        if (values.length > 0)
            TRY(read_values(arena, map, row, values, err));
    }
    return BERM_OK;
}

enum berm_status column_map_read(const char *path, struct arena *arena, struct column_map *ret_map,
                                 struct berm_error *err)
{
    static const struct csv_column columns[MAP_COLUMN_COUNT] = {
        [MAP_FIELD] = {{"field", 5}, true},
        [MAP_FROM] = {{"from", 4}, true},
        [MAP_VALUES] = {{"values", 6}, false},
    };
    CLEANUP(buffer_free) struct buffer content = {0};
    CLEANUP(column_map_close) struct column_map map = {0};
    struct csv_table table;
    enum berm_status status;

    TRY(input_read_whole(path, ENCODING_UNDECIDED, MAP_FILE_BYTES_MAX, &content, err));
    TRY(csv_table_read(arena, buffer_text(&content), path, columns, MAP_COLUMN_COUNT, &table, err));
    status = read_rows(&table, arena, &map, err);
    if (status != BERM_OK)
        return fail_within(err, status, "%s", path);
    *ret_map = map;
    map = (struct column_map){0};
    return BERM_OK;
}

struct text value_map_apply(const struct value_map *map, struct text value)
{
    int64_t position;

    if (value.length == 0)
        return map->has_empty ? map->empty : value;
    if (map_get(map->positions, value, &position))
        return map->results[position];
    return map->has_other ? map->other : value;
}
