/*
 * Looks become entries of the journal. An officer's look at a household is an entry about that
 * household, which --about finds. A page of a list, or a program that reads hundreds of households
 * in a second, is one entry that names them all: an entry each would make the journal, and the
 * time that its seals take from those who write, grow with every page that somebody turns.
 */
#include "service/look/private.h"

#include <stdlib.h>

enum {
    ENTRIES_EACH_MAX = 16,      /* subjects of one actor that get an entry of their own */
    ENTRY_SUBJECTS_MAX = 200,   /* in one entry */
    LINES_ARENA_BYTES = 1 << 20 /* of one answer */
};

static const struct {
    enum look_kind kind;
    const char *name;
} KINDS[] = {
    {LOOK_FACTS, "facts"},     {LOOK_REASONS, "reasons"},     {LOOK_FINDINGS, "findings"},
    {LOOK_NUMBERS, "numbers"}, {LOOK_WARNING, "warning"},     {LOOK_FILTER, "filter"},
    {LOOK_FILES, "files"},     {LOOK_GRIEVANCE, "grievance"},
};

static void write_kinds(int64_t kinds, struct json_writer *json)
{
    json_key(json, "shown");
    json_begin_array(json);
    for (size_t k = 0; k < ARRAY_COUNT(KINDS); k++)
        if (kinds & (int64_t)KINDS[k].kind)
            json_text(json, text_of(KINDS[k].name));
    json_end_array(json);
}

static enum berm_status write_entry(struct store *store, const struct actor *actor,
                                    struct text subject, const struct buffer *details,
                                    struct berm_error *err)
{
    TRY(buffer_status(details, err));
    return journal_write(store,
                         &(struct journal_entry){.actor = *actor,
                                                 .action = TEXT("look"),
                                                 .subject = subject,
                                                 .details = buffer_text(details)},
                         err);
}

/* ---- Lines ----------------------------------------------------------------------------------- */

static int compare_actors(const struct actor *a, const struct actor *b)
{
    int order = text_compare(a->name, b->name);

    if (order == 0)
        order = text_compare(a->via, b->via);
    return order == 0 ? text_compare(a->address, b->address) : order;
}

static int compare_lines(const void *a_given, const void *b_given)
{
    const struct look_line *a = a_given, *b = b_given;
    int order = compare_actors(&a->actor, &b->actor);

    if (order == 0)
        order = text_compare(a->subject, b->subject);
    return order == 0 ? text_compare(a->at, b->at) : order;
}

/* Lines about the same become the first of them; how many are left. */
static size_t merge_lines(struct look_line *lines, size_t count)
{
    size_t kept = 0;

    for (size_t l = 0; l < count; l++)
        if (kept > 0 && text_equal(lines[kept - 1].subject, lines[l].subject) &&
            compare_actors(&lines[kept - 1].actor, &lines[l].actor) == 0)
            lines[kept - 1].kinds |= lines[l].kinds;
        else
            lines[kept++] = lines[l];
    return kept;
}

/* One entry for lines of one actor. */
static enum berm_status journal_together(struct store *store, const struct look_line *lines,
                                         size_t count, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer details = {0};
    struct json_writer json = {.out = &details};
    struct text first = lines[0].at, last = lines[0].at;
    int64_t kinds = 0;

    for (size_t l = 0; l < count; l++) {
        kinds |= lines[l].kinds;
        first = text_compare(lines[l].at, first) < 0 ? lines[l].at : first;
        last = text_compare(lines[l].at, last) > 0 ? lines[l].at : last;
    }
    json_begin_object(&json);
    write_kinds(kinds, &json);
    if (first.length > 0)
        json_key_of_text(&json, "at", first);
    if (count > 1) {
        if (last.length > 0)
            json_key_of_text(&json, "until", last);
        json_key(&json, "subjects");
        json_begin_array(&json);
        for (size_t l = 0; l < count; l++)
            json_text(&json, lines[l].subject);
        json_end_array(&json);
    }
    json_end_object(&json);
    return write_entry(store, &lines[0].actor, count > 1 ? TEXT("several") : lines[0].subject,
                       &details, err);
}

/* Lines of one actor, each about something else. */
static enum berm_status journal_actor(struct store *store, const struct look_line *lines,
                                      size_t count, struct berm_error *err)
{
    size_t together = count <= ENTRIES_EACH_MAX ? 1 : ENTRY_SUBJECTS_MAX;

    for (size_t first = 0; first < count; first += together)
        TRY(journal_together(store, lines + first,
                             count - first < together ? count - first : together, err));
    return BERM_OK;
}

enum berm_status look_lines_journal(struct store *store, struct look_line *lines, size_t count,
                                    struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    size_t end;

    if (count == 0)
        return BERM_OK;
    qsort(lines, count, sizeof *lines, compare_lines);
    count = merge_lines(lines, count);
    TRY(store_begin(store, err));
    transaction = store;
    for (size_t first = 0; first < count; first = end) {
        end = first + 1;
        while (end < count && compare_actors(&lines[first].actor, &lines[end].actor) == 0)
            end++;
        TRY(journal_actor(store, lines + first, end - first, err));
    }
    TRY(store_commit(store, err));
    transaction = NULL;
    return BERM_OK;
}

/* ---- At once --------------------------------------------------------------------------------- */

enum berm_status look_write(struct office *office, const struct look *looks, size_t count,
                            struct berm_error *err)
{
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct look_line *lines;

    if (count == 0)
        return BERM_OK;
    TRY(arena_create(LINES_ARENA_BYTES, &arena, err));
    TRY(arena_new(arena, count, sizeof *lines, &lines, err));
    for (size_t l = 0; l < count; l++) {
        lines[l] = (struct look_line){.actor = office->actor, .kinds = looks[l].kinds};
        TRY(text_format(arena, &lines[l].subject, err, "%s %.*s", looks[l].what,
                        TEXT_ARG(looks[l].code)));
    }
    return look_lines_journal(office->store, lines, count, err);
}

enum berm_status look_write_list(struct office *office, const struct look_list *list,
                                 struct berm_error *err)
{
    CLEANUP(store_rollbackp) struct store *transaction = NULL;
    CLEANUP(buffer_free) struct buffer details = {0};
    struct json_writer json = {.out = &details};

    json_begin_object(&json);
    write_kinds((int64_t)list->kind, &json);
    if (list->area.length > 0)
        json_key_of_text(&json, "area", list->area);
    if (list->finding.length > 0)
        json_key_of_text(&json, "finding", list->finding);
    if (list->month > 0) {
        json_key(&json, "month");
        json_month(&json, list->month);
    }
    json_end_object(&json);
    TRY(store_begin(office->store, err));
    transaction = office->store;
    TRY(write_entry(office->store, &office->actor, text_of(list->what), &details, err));
    TRY(store_commit(office->store, err));
    transaction = NULL;
    return BERM_OK;
}
