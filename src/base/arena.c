/*
 * The arena: a list of blocks from malloc, filled one after the other. Blocks double up to one
 * mebibyte, so that a small request costs one small block and a large batch few calls of malloc. A
 * block never exceeds what the cap still allows: an arena with room for one more object gives it,
 * which lets tests raise the cap step by step and meet every out-of-memory path. Under the address
 * sanitizer, free space is poisoned and each piece is followed by a guard.
 */
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

#ifdef BERM_ADDRESS_SANITIZER
#include <sanitizer/asan_interface.h>
enum { GUARD_BYTES = 16 };
#else
enum { GUARD_BYTES = 0 };
#define ASAN_POISON_MEMORY_REGION(bytes, length) ((void)(bytes), (void)(length))
#define ASAN_UNPOISON_MEMORY_REGION(bytes, length) ((void)(bytes), (void)(length))
#endif

enum {
    ALIGNMENT = 16,
    BLOCK_BYTES_FIRST = 4096,
    BLOCK_BYTES_MAX = 1 << 20,
};

struct arena_block {
    struct arena_block *next;
    size_t capacity_bytes;
    _Alignas(ALIGNMENT) char bytes[];
};

_Static_assert(_Alignof(max_align_t) <= ALIGNMENT, "pieces are aligned for any type");

enum berm_status arena_create(size_t cap_bytes, struct arena **ret_arena, struct berm_error *err)
{
    struct arena *arena = calloc(1, sizeof *arena);

    if (arena == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    arena->cap_bytes = cap_bytes;
    *ret_arena = arena;
    return BERM_OK;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    for (struct arena_block *block = arena->first, *next; block != NULL; block = next) {
        next = block->next;
        ASAN_UNPOISON_MEMORY_REGION(block->bytes, block->capacity_bytes);
        free(block);
    }
    free(arena);
}

void arena_freep(struct arena **arena)
{
    arena_free(*arena);
    *arena = NULL;
}

static size_t used_in_current_bytes(const struct arena *arena)
{
    return arena->current == NULL ? 0 : (size_t)(arena->next - arena->current->bytes);
}

/* Make block the current one with used_bytes of it handed out. */
static void enter_block(struct arena *arena, struct arena_block *block, size_t used_bytes)
{
    arena->current = block;
    arena->next = block->bytes + used_bytes;
    arena->end = block->bytes + block->capacity_bytes;
    ASAN_POISON_MEMORY_REGION(arena->next, (size_t)(arena->end - arena->next));
}

/* Take a kept block with room for size_bytes out of the list behind the current one, or NULL. */
static struct arena_block *take_kept_block(struct arena *arena, size_t size_bytes)
{
    struct arena_block **link = arena->current == NULL ? &arena->first : &arena->current->next;

    for (; *link != NULL; link = &(*link)->next) {
        struct arena_block *block = *link;

        if (block->capacity_bytes >= size_bytes) {
            *link = block->next;
            return block;
        }
    }
    return NULL;
}

static struct arena_block *new_block(struct arena *arena, size_t size_bytes)
{
    size_t left_bytes = arena->cap_bytes - arena->taken_bytes;
    size_t wanted_bytes = arena->taken_bytes;
    struct arena_block *block;

    if (size_bytes > SIZE_MAX - sizeof *block || size_bytes + sizeof *block > left_bytes)
        return NULL;
    if (wanted_bytes < BLOCK_BYTES_FIRST)
        wanted_bytes = BLOCK_BYTES_FIRST;
    if (wanted_bytes > BLOCK_BYTES_MAX)
        wanted_bytes = BLOCK_BYTES_MAX;
    if (wanted_bytes < size_bytes + sizeof *block)
        wanted_bytes = size_bytes + sizeof *block;
    if (wanted_bytes > left_bytes)
        wanted_bytes = left_bytes;
    wanted_bytes &= ~(size_t)(ALIGNMENT - 1);
    if (wanted_bytes < size_bytes + sizeof *block)
        return NULL;
    block = malloc(wanted_bytes);
    if (block == NULL)
        return NULL;
    block->capacity_bytes = wanted_bytes - sizeof *block;
    arena->taken_bytes += wanted_bytes;
    return block;
}

void *arena_alloc_from_next_block(struct arena *arena, size_t size_bytes)
{
    size_t rounded_bytes = (size_bytes + 15 + (size_bytes == 0)) & ~(size_t)15;
    struct arena_block *block;
    char *bytes;

    if (rounded_bytes < size_bytes || rounded_bytes > SIZE_MAX - GUARD_BYTES)
        return NULL;
    rounded_bytes += GUARD_BYTES;
    if (rounded_bytes > (size_t)(arena->end - arena->next)) {
        block = take_kept_block(arena, rounded_bytes);
        if (block == NULL)
            block = new_block(arena, rounded_bytes);
        if (block == NULL)
            return NULL;
        arena->used_before_current_bytes += used_in_current_bytes(arena);
        if (arena->current == NULL) {
            block->next = arena->first;
            arena->first = block;
        } else {
            block->next = arena->current->next;
            arena->current->next = block;
        }
        enter_block(arena, block, 0);
    }
    bytes = arena->next;
    arena->next += rounded_bytes;
    ASAN_UNPOISON_MEMORY_REGION(bytes, size_bytes);
    return bytes;
}

enum berm_status arena_new(struct arena *arena, size_t count, size_t size_bytes, void *ret_pointer,
                           struct berm_error *err)
{
    size_t total_bytes;
    void *bytes = NULL;

    if (!__builtin_mul_overflow(count, size_bytes, &total_bytes))
        bytes = arena_alloc(arena, total_bytes);
    if (bytes == NULL)
        return fail_with(err, BERM_NO_MEMORY,
                         "this takes more memory than the %zu KiB that it may use; "
                         "give it less at a time",
                         arena->cap_bytes / 1024);
    memset(bytes, 0, total_bytes);
    memcpy(ret_pointer, &bytes,
           sizeof bytes); /* it points to some T *, which may not alias void * */
    return BERM_OK;
}

size_t arena_used_bytes(const struct arena *arena)
{
    return arena->used_before_current_bytes + used_in_current_bytes(arena);
}

struct arena_mark arena_mark(const struct arena *arena)
{
    return (struct arena_mark){
        .block = arena->current,
        .used = used_in_current_bytes(arena),
        .total = arena->used_before_current_bytes,
    };
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
    arena->used_before_current_bytes = mark.total;
    if (mark.block != NULL) {
        enter_block(arena, mark.block, mark.used);
    } else { /* no block is current: the next piece takes whichever fits it */
        arena->current = NULL;
        arena->next = arena->end = NULL;
    }
    if (GUARD_BYTES > 0) {
        struct arena_block *block = arena->current == NULL ? arena->first : arena->current->next;

        for (; block != NULL; block = block->next)
            ASAN_POISON_MEMORY_REGION(block->bytes, block->capacity_bytes);
    }
}

void arena_reset(struct arena *arena)
{
    arena_rewind(arena, (struct arena_mark){0});
}
