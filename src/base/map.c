/*
 * Text to number: open addressing with linear probing over slots of 32 bytes. The hash is stored,
 * so that growing never reads a key and a probe compares bytes only where the hashes agree; keys of
 * up to 16 bytes (most official codes) lie in the slot, so that a look-up touches one cache line.
 * Codes come from files of strangers: each map draws a seed, and nobody can prepare keys that
 * collide.
 */
#include "base/map.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum {
    SLOT_COUNT_MIN = 16,
    KEY_IN_SLOT_MAX = 16,
    KEY_BLOCK_BYTES = 65536,
};

struct slot {
    uint32_t hash; /* 0: the slot is free */
    uint32_t key_length;
    int64_t value;
    union {
        char bytes[KEY_IN_SLOT_MAX];
        const char *pointer; /* where the key is longer */
    } key;
};

/* Long keys, packed one after the other. */
struct key_block {
    struct key_block *next;
    size_t used_bytes;
    size_t capacity_bytes;
    char bytes[];
};

struct map {
    struct slot *slots;
    size_t slot_mask; /* the number of slots, a power of two, less one */
    size_t count;
    uint64_t seed;
    struct key_block *key_blocks;
};

static enum berm_status fail_without_memory(struct berm_error *err)
{
    return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left for a table of names");
}

enum berm_status map_create(size_t expected_count, struct map **ret_map, struct berm_error *err)
{
    CLEANUP(map_freep) struct map *map = NULL;
    size_t slot_count = SLOT_COUNT_MIN;

    while (slot_count / 4 * 3 < expected_count && slot_count <= SIZE_MAX / sizeof(struct slot) / 4)
        slot_count *= 2;
    map = calloc(1, sizeof *map);
    if (map == NULL)
        return fail_without_memory(err);
    if (getrandom(&map->seed, sizeof map->seed, GRND_NONBLOCK) != (ssize_t)sizeof map->seed)
        map->seed = (uint64_t)(uintptr_t)map; /* early in a machine's start: the address will do */
    map->slots = calloc(slot_count, sizeof *map->slots);
    if (map->slots == NULL)
        return fail_without_memory(err);
    map->slot_mask = slot_count - 1;
    *ret_map = map;
    map = NULL;
    return BERM_OK;
}

void map_free(struct map *map)
{
    if (map == NULL)
        return;
    for (struct key_block *block = map->key_blocks, *next; block != NULL; block = next) {
        next = block->next;
        free(block);
    }
    free(map->slots);
    free(map);
}

void map_freep(struct map **map)
{
    map_free(*map);
    *map = NULL;
}

static uint32_t hash_of_key(const struct map *map, struct text key)
{
    uint32_t hash = (uint32_t)(text_hash_seeded(key, map->seed) >> 32);

    return hash == 0 ? 1 : hash;
}

static bool slot_has_key(const struct slot *slot, uint32_t hash, struct text key)
{
    const char *bytes = slot->key_length <= KEY_IN_SLOT_MAX ? slot->key.bytes : slot->key.pointer;

    return slot->hash == hash && slot->key_length == key.length &&
           (key.length == 0 || memcmp(bytes, key.bytes, key.length) == 0);
}

/* The key's slot, or the free one where it belongs. There is always a free one. */
static struct slot *find_slot(const struct map *map, uint32_t hash, struct text key)
{
    size_t i = hash & map->slot_mask;

    while (map->slots[i].hash != 0 && !slot_has_key(&map->slots[i], hash, key))
        i = (i + 1) & map->slot_mask;
    return &map->slots[i];
}

bool map_get(const struct map *map, struct text key, int64_t *ret_value)
{
    const struct slot *slot = find_slot(map, hash_of_key(map, key), key);

    if (slot->hash == 0)
        return false;
    *ret_value = slot->value;
    return true;
}

static enum berm_status map_grow(struct map *map, struct berm_error *err)
{
    size_t old_count = map->slot_mask + 1;
    size_t new_mask = old_count * 2 - 1;
    struct slot *slots = calloc(old_count, 2 * sizeof *slots);

    if (slots == NULL)
        return fail_without_memory(err);
    for (size_t i = 0; i < old_count; i++) {
        size_t target = map->slots[i].hash & new_mask;

        if (map->slots[i].hash == 0)
            continue;
        while (slots[target].hash != 0)
            target = (target + 1) & new_mask;
        slots[target] = map->slots[i];
    }
    free(map->slots);
    map->slots = slots;
    map->slot_mask = new_mask;
    return BERM_OK;
}

/* A copy of a key that is too long for its slot. */
static enum berm_status keep_key(struct map *map, struct text key, const char **ret_bytes,
                                 struct berm_error *err)
{
    struct key_block *block = map->key_blocks;
    char *bytes;

    if (block == NULL || block->capacity_bytes - block->used_bytes < key.length) {
        size_t capacity_bytes = key.length > KEY_BLOCK_BYTES ? key.length : KEY_BLOCK_BYTES;

        block = malloc(sizeof *block + capacity_bytes);
        if (block == NULL)
            return fail_without_memory(err);
        *block = (struct key_block){.next = map->key_blocks, .capacity_bytes = capacity_bytes};
        map->key_blocks = block;
    }
    bytes = block->bytes + block->used_bytes;
    memcpy(bytes, key.bytes, key.length);
    block->used_bytes += key.length;
    *ret_bytes = bytes;
    return BERM_OK;
}

enum berm_status map_put(struct map *map, struct text key, int64_t value, struct berm_error *err)
{
    uint32_t hash = hash_of_key(map, key);
    struct slot *slot = find_slot(map, hash, key);

    if (slot->hash != 0) {
        slot->value = value;
        return BERM_OK;
    }
    if (key.length > UINT32_MAX || map->count >= UINT32_MAX)
        return fail_with(err, BERM_LIMIT, "a table of names takes 4 billion names of 4 GiB each");
    if (map->count + 1 > (map->slot_mask + 1) / 4 * 3) {
        TRY(map_grow(map, err));
        slot = find_slot(map, hash, key);
    }
    if (key.length <= KEY_IN_SLOT_MAX) {
        if (key.length > 0)
            memcpy(slot->key.bytes, key.bytes, key.length);
    } else {
        TRY(keep_key(map, key, &slot->key.pointer, err));
    }
    slot->hash = hash;
    slot->key_length = (uint32_t)key.length;
    slot->value = value;
    map->count++;
    return BERM_OK;
}

size_t map_count(const struct map *map)
{
    return map->count;
}
