/*
 * Choice lists. A name is found by a small hash table made once with the list: the register is read
 * back at ten million choices a second, and a list may have two thousand entries.
 */
#include "choices.h"

#include <stdlib.h>
#include <string.h>

#include "table.h"

enum { CHOICE_NAME_BYTES_MAX = 64, LISTS_MAX = 1000 };

enum { COLUMN_LIST, COLUMN_NAME, COLUMN_LABEL_EN, COLUMN_LABEL_ZH };

static const struct csv_column columns[] = {
    [COLUMN_LIST] = TABLE_COLUMN("list", true),
    [COLUMN_NAME] = TABLE_COLUMN("name", true),
    [COLUMN_LABEL_EN] = TABLE_COLUMN("label_en", false),
    [COLUMN_LABEL_ZH] = TABLE_COLUMN("label_zh", false),
};

struct row {
    size_t list;
    struct choice choice;
};

struct reading {
    struct table table;
    struct arena *arena;
    struct map *list_positions; /* name -> position in lists */
    struct map *seen;           /* "list name" -> line */
    struct choice_list lists[LISTS_MAX];
    size_t next[LISTS_MAX]; /* where the list's next choice goes */
    size_t list_count;
    struct row *rows;
    size_t row_count;
};

static void reading_closep(struct reading **reading)
{
    if (*reading == NULL)
        return;
    map_free((*reading)->list_positions);
    map_free((*reading)->seen);
    free(*reading);
}

bool name_is_plain(struct text name)
{
    if (name.length == 0 || name.length > VARIABLE_NAME_MAX || name.bytes[0] < 'a' ||
        name.bytes[0] > 'z')
        return false;
    for (size_t i = 1; i < name.length; i++) {
        char c = name.bytes[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    return true;
}

/* Any visible characters but blanks: blanks part the choices of a SELECT_MULTIPLE. */
static bool is_choice_name(struct text name)
{
    if (name.length == 0 || name.length > CHOICE_NAME_BYTES_MAX)
        return false;
    for (size_t i = 0; i < name.length; i++)
        if ((unsigned char)name.bytes[i] <= ' ' || name.bytes[i] == 0x7F)
            return false;
    return true;
}

/* The position of the row's list; a new name makes a new list. */
static enum berm_status find_list(struct reading *reading, size_t *ret_list, struct berm_error *err)
{
    struct text name = table_field(&reading->table, COLUMN_LIST);
    int64_t position = 0;

    if (!map_get(reading->list_positions, name, &position)) {
        if (!name_is_plain(name))
            return table_fail(&reading->table, COLUMN_LIST, err,
                              "'%.*s' is no name of a list; use at most %d small letters, digits "
                              "and _, a letter first",
                              TEXT_ARG(shown(name)), VARIABLE_NAME_MAX);
        if (reading->list_count == LISTS_MAX)
            return fail_with(err, BERM_LIMIT, "choices.csv has more than %d lists", LISTS_MAX);
        position = (int64_t)reading->list_count;
        TRY(map_put(reading->list_positions, name, position, err));
        reading->lists[position].name = name;
        reading->list_count++;
    }
    *ret_list = (size_t)position;
    return BERM_OK;
}

static enum berm_status check_choice(struct reading *reading, const struct choice_list *list,
                                     struct text name, struct berm_error *err)
{
    char key[VARIABLE_NAME_MAX + CHOICE_NAME_BYTES_MAX + 1];
    struct text key_text = {key, list->name.length + 1 + name.length};
    int64_t line = 0;

    if (!is_choice_name(name))
        return table_fail(&reading->table, COLUMN_NAME, err,
                          "'%.*s' is no name of a choice; use 1 to %d bytes without blanks",
                          TEXT_ARG(shown(name)), CHOICE_NAME_BYTES_MAX);
    memcpy(key, list->name.bytes, list->name.length);
    key[list->name.length] = ' ';
    memcpy(key + list->name.length + 1, name.bytes, name.length);
    if (map_get(reading->seen, key_text, &line))
        return table_fail(&reading->table, COLUMN_NAME, err,
                          "list %.*s has the choice '%.*s' already, in line %lld; remove one",
                          TEXT_ARG(list->name), TEXT_ARG(name), (long long)line);
    if (list->choice_count == DICTIONARY_CHOICES_MAX)
        return fail_with(err, BERM_LIMIT, "choices.csv: list %.*s has more than %d choices",
                         TEXT_ARG(list->name), DICTIONARY_CHOICES_MAX);
    return map_put(reading->seen, key_text, reading->table.row->line, err);
}

static enum berm_status add_row(struct reading *reading, struct berm_error *err)
{
    struct row row = {0};
    struct text name = table_field(&reading->table, COLUMN_NAME);

    TRY(find_list(reading, &row.list, err));
    TRY(check_choice(reading, &reading->lists[row.list], name, err));
    row.choice.name = name;
    row.choice.label_en = table_field(&reading->table, COLUMN_LABEL_EN);
    row.choice.label_zh = table_field(&reading->table, COLUMN_LABEL_ZH);
    reading->rows[reading->row_count++] = row;
    reading->lists[row.list].choice_count++;
    return BERM_OK;
}

/* ---- The lists' tables ----------------------------------------------------------------------- */

/* The length and five bytes: choice names are short words that differ there, and hashing all of a
 * name would cost more than comparing it with the one candidate. */
static inline size_t hash_of(struct text name)
{
    const unsigned char *bytes = (const unsigned char *)name.bytes;
    uint32_t hash = (uint32_t)name.length;

    if (name.length == 0)
        return 0;
    hash |= (uint32_t)bytes[0] << 8 | (uint32_t)bytes[name.length / 2] << 16 |
            (uint32_t)bytes[name.length - 1] << 24;
    hash ^= (uint32_t)bytes[name.length - 1 - name.length / 4] * 0x9E37U;
    return (hash * UINT32_C(0x9E3779B1)) >> 15;
}

/* At least twice as many slots as choices, so that a search meets a free one. */
static enum berm_status index_list(struct arena *arena, struct choice_list *list,
                                   struct berm_error *err)
{
    size_t slot_count = 8;
    uint16_t *slots = NULL;

    while (slot_count < 2 * list->choice_count)
        slot_count *= 2;
    TRY(arena_new(arena, slot_count, sizeof *slots, &slots, err));
    for (size_t i = 0; i < list->choice_count; i++) {
        size_t slot = hash_of(list->choices[i].name) & (slot_count - 1);

        while (slots[slot] != 0)
            slot = (slot + 1) & (slot_count - 1);
        slots[slot] = (uint16_t)(i + 1);
    }
    list->slots = slots;
    list->slot_mask = slot_count - 1;
    return BERM_OK;
}

int choice_position(const struct choice_list *list, struct text name)
{
    if (list->slots == NULL) {
        for (size_t i = 0; i < list->choice_count; i++)
            if (text_equal(list->choices[i].name, name))
                return (int)i;
        return -1;
    }
    for (size_t slot = hash_of(name) & list->slot_mask;; slot = (slot + 1) & list->slot_mask) {
        int position = list->slots[slot] - 1;

        if (position < 0)
            return -1;
        struct text candidate = list->choices[position].name;
        if (candidate.length == name.length &&
            memcmp(candidate.bytes, name.bytes, name.length) == 0)
            return position;
    }
}

/* Put the rows, which may be in any order of lists, behind each other list by list. */
static enum berm_status fill_lists(struct reading *reading, struct choice_list *lists,
                                   struct berm_error *err)
{
    struct choice *choices = NULL;
    size_t start = 0;

    TRY(arena_new(reading->arena, reading->row_count, sizeof *choices, &choices, err));
    for (size_t i = 0; i < reading->list_count; i++) {
        lists[i] = reading->lists[i];
        lists[i].choices = choices + start;
        reading->next[i] = start;
        start += lists[i].choice_count;
    }
    for (size_t i = 0; i < reading->row_count; i++)
        choices[reading->next[reading->rows[i].list]++] = reading->rows[i].choice;
    for (size_t i = 0; i < reading->list_count; i++)
        TRY(index_list(reading->arena, &lists[i], err));
    return BERM_OK;
}

enum berm_status choices_read(struct arena *arena, struct text choices_csv,
                              const struct choice_list **ret_lists, size_t *ret_list_count,
                              struct berm_error *err)
{
    CLEANUP(reading_closep) struct reading *reading = calloc(1, sizeof *reading);
    struct choice_list *lists = NULL;

    if (reading == NULL)
        return fail_with(err, BERM_NO_MEMORY, "there is no memory left for choices.csv");
    reading->arena = arena;
    TRY(table_open(&reading->table, arena, choices_csv, "choices.csv", columns,
                   ARRAY_COUNT(columns), err));
    TRY(arena_new(arena, reading->table.rows.row_count, sizeof *reading->rows, &reading->rows,
                  err));
    TRY(map_create(64, &reading->list_positions, err));
    TRY(map_create(256, &reading->seen, err));
    while (table_next(&reading->table))
        TRY(add_row(reading, err));
    TRY(arena_new(arena, reading->list_count, sizeof *lists, &lists, err));
    TRY(fill_lists(reading, lists, err));
    *ret_lists = lists;
    *ret_list_count = reading->list_count;
    return BERM_OK;
}
