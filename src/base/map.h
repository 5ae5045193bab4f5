/* A hash map from text to a number: codes to ids, names to positions. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "text.h"

struct map;

MUST_USE enum berm_status map_create(size_t expected_count, struct map **ret_map,
                                     struct berm_error *err);
void map_free(struct map *map);
void map_freep(struct map **map);
/** Add or replace; the key is copied. */
MUST_USE enum berm_status map_put(struct map *map, struct text key, int64_t value,
                                  struct berm_error *err);
bool map_get(const struct map *map, struct text key, int64_t *ret_value);
size_t map_count(const struct map *map);

#endif
