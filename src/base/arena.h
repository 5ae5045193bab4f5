/* An arena with a hard cap: memory for whatever dies together. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "status.h"

struct arena_block;

/** Private to arena.c and to arena_alloc below, which is inline because it is called per value. */
struct arena {
    char *next; /* the first free byte of the current block; next..end is what is left of it */
    char *end;
    struct arena_block *first;
    struct arena_block *current;
    size_t used_before_current_bytes; /* handed out in the blocks before the current one */
    size_t taken_bytes;               /* from the system */
    size_t cap_bytes;
};

/** A place to go back to with arena_rewind. Opaque; copy freely. */
struct arena_mark {
    void *block;
    size_t used;
    size_t total;
};

/**
 * Units   cap_bytes counts what the arena takes from the system, all blocks together.
 * Owner   the caller, who frees it with arena_free.
 * Errors  BERM_NO_MEMORY.
 */
MUST_USE enum berm_status arena_create(size_t cap_bytes, struct arena **ret_arena,
                                       struct berm_error *err);
void arena_free(struct arena *arena); /* NULL is fine */
void arena_freep(struct arena **arena);

/** The way of arena_alloc where the current block is full. */
void *arena_alloc_from_next_block(struct arena *arena, size_t size_bytes);

/**
 * Uninitialised bytes aligned for any type, or NULL when the cap or the machine's memory is
 * reached. size_bytes 0 gives a valid pointer. Not for threads to share.
 */
static inline void *arena_alloc(struct arena *arena, size_t size_bytes)
{
#ifndef BERM_ADDRESS_SANITIZER /* with it every piece gets a guard behind it */
    size_t rounded_bytes = (size_bytes + 15 + (size_bytes == 0)) & ~(size_t)15;

    if (__builtin_expect(rounded_bytes - 1 < (size_t)(arena->end - arena->next), 1)) {
        void *bytes = arena->next;

        arena->next += rounded_bytes;
        return bytes;
    }
#endif
    return arena_alloc_from_next_block(arena, size_bytes);
}

/**
 * An array of count zeroed elements; the pointer is written to *(T **)ret_pointer.
 * Errors  BERM_NO_MEMORY, also where count * size_bytes overflows.
 */
MUST_USE enum berm_status arena_new(struct arena *arena, size_t count, size_t size_bytes,
                                    void *ret_pointer, struct berm_error *err);

/** Bytes handed out since creation or the last reset, each request rounded up to 16. */
size_t arena_used_bytes(const struct arena *arena);

struct arena_mark arena_mark(const struct arena *arena);
/** Give back all that was taken since the mark. Blocks are kept for reuse. */
void arena_rewind(struct arena *arena, struct arena_mark mark);
/** Give back everything; blocks are kept for reuse. */
void arena_reset(struct arena *arena);

#endif
