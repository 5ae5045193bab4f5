/*
 * Pages of bits, made where a number falls. The ids of a register lie close together, so a bit a
 * record is all that it costs: ten million households are 1.25 MB. Where a file names more than
 * fits, pages that were not used lately wait in a temporary file without a name; a file that is
 * sorted in any way comes back to few pages at a time.
 */
#include "service/import/seen_set.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    PAGE_WORDS = 512,
    PAGE_BYTES = PAGE_WORDS * 8,
    PAGE_BITS = PAGE_BYTES * 8,
    FRAME_COUNT_MAX = 1536, /* 6 MiB */
    NO_FRAME = -1,
};

/* A page in memory. */
struct frame {
    uint64_t *words;
    size_t page; /* its number in order of making, which is also its place in the file */
    bool was_used;
};

struct seen_set {
    struct map *pages;  /* number / PAGE_BITS, as 8 bytes -> page */
    int32_t *frames_of; /* page -> frame, or NO_FRAME */
    size_t page_count;
    size_t page_capacity;
    struct frame frames[FRAME_COUNT_MAX];
    size_t frame_count;
    size_t hand; /* of the clock that chooses which page goes out */
    FILE *file;
    uint64_t last_number; /* number / PAGE_BITS of last_words */
    uint64_t *last_words;
};

enum berm_status seen_set_create(struct seen_set **ret_set, struct berm_error *err)
{
    CLEANUP(seen_set_freep) struct seen_set *set = calloc(1, sizeof *set);

    if (set == NULL)
        return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
    TRY(map_create(0, &set->pages, err));
    *ret_set = set;
    set = NULL;
    return BERM_OK;
}

void seen_set_free(struct seen_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->frame_count; i++)
        free(set->frames[i].words);
    if (set->file != NULL)
        fclose(set->file);
    free(set->frames_of);
    map_free(set->pages);
    free(set);
}

void seen_set_freep(struct seen_set **set)
{
    seen_set_free(*set);
    *set = NULL;
}

static enum berm_status fail_file(struct berm_error *err)
{
    return fail_with(err, BERM_IO,
                     "a temporary file could not be used (%s); make room in %s and run it again",
                     strerror(errno), P_tmpdir);
}

static enum berm_status write_out(struct seen_set *set, struct frame *frame, struct berm_error *err)
{
    if (set->file == NULL)
        set->file = tmpfile();
    if (set->file == NULL)
        return fail_file(err);
    errno = ENOSPC; /* for a write that is cut short */
    if (pwrite(fileno(set->file), frame->words, PAGE_BYTES, (off_t)frame->page * PAGE_BYTES) !=
        PAGE_BYTES)
        return fail_file(err);
    set->frames_of[frame->page] = NO_FRAME;
    return BERM_OK;
}

/* A frame to put a page into: a new one, or that of a page that was not used for a while. */
static enum berm_status free_frame(struct seen_set *set, size_t *ret_frame, struct berm_error *err)
{
    if (set->frame_count < FRAME_COUNT_MAX) {
        uint64_t *words = malloc(PAGE_BYTES);

        if (words == NULL)
            return fail_with(err, BERM_NO_MEMORY, "the machine has no memory left");
        set->frames[set->frame_count].words = words;
        *ret_frame = set->frame_count++;
        return BERM_OK;
    }
    while (set->frames[set->hand].was_used) {
        set->frames[set->hand].was_used = false;
        set->hand = (set->hand + 1) % FRAME_COUNT_MAX;
    }
    TRY(write_out(set, &set->frames[set->hand], err));
    *ret_frame = set->hand;
    return BERM_OK;
}

static enum berm_status new_page(struct seen_set *set, struct text key, size_t *ret_page,
                                 struct berm_error *err)
{
    TRY(rows_grow(&set->frames_of, sizeof *set->frames_of, set->page_count, &set->page_capacity,
                  err));
    TRY(map_put(set->pages, key, (int64_t)set->page_count, err));
    set->frames_of[set->page_count] = NO_FRAME;
    *ret_page = set->page_count++;
    return BERM_OK;
}

/* The words of the page that holds number; NULL where there is none and none is to be made. */
static enum berm_status find_words(struct seen_set *set, uint64_t number, bool is_to_make,
                                   uint64_t **ret_words, struct berm_error *err)
{
    uint64_t page_number = number / PAGE_BITS;
    struct text key = {(const char *)&page_number, sizeof page_number};
    int64_t found = -1;
    size_t page;
    size_t frame;
    bool is_new;

    if (set->last_words != NULL && set->last_number == page_number) {
        *ret_words = set->last_words;
        return BERM_OK;
    }
    is_new = !map_get(set->pages, key, &found);
    page = (size_t)found;
    if (is_new && !is_to_make) {
        *ret_words = NULL;
        return BERM_OK;
    }
    if (is_new)
        TRY(new_page(set, key, &page, err));
    if (set->frames_of[page] == NO_FRAME) {
        TRY(free_frame(set, &frame, err));
        if (is_new)
            memset(set->frames[frame].words, 0, PAGE_BYTES);
        else if (pread(fileno(set->file), set->frames[frame].words, PAGE_BYTES,
                       (off_t)page * PAGE_BYTES) != PAGE_BYTES)
            return fail_file(err);
        set->frames[frame].page = page;
        set->frames_of[page] = (int32_t)frame;
    }
    frame = (size_t)set->frames_of[page];
    set->frames[frame].was_used = true;
    set->last_number = page_number;
    set->last_words = set->frames[frame].words;
    *ret_words = set->last_words;
    return BERM_OK;
}

enum berm_status seen_set_add(struct seen_set *set, uint64_t number, bool *ret_was_there,
                              struct berm_error *err)
{
    uint64_t bit = UINT64_C(1) << (number % 64);
    uint64_t *words = NULL;
    uint64_t *word;

    TRY(find_words(set, number, true, &words, err));
    word = &words[number % PAGE_BITS / 64];
    *ret_was_there = (*word & bit) != 0;
    *word |= bit;
    return BERM_OK;
}

enum berm_status seen_set_has(struct seen_set *set, uint64_t number, bool *ret_is_there,
                              struct berm_error *err)
{
    uint64_t *words = NULL;

    TRY(find_words(set, number, false, &words, err));
    *ret_is_there = words != NULL && (words[number % PAGE_BITS / 64] >> (number % 64) & 1) != 0;
    return BERM_OK;
}
