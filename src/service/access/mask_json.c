/*
 * Hiding values in JSON that is stored: evidence and changes. It is copied piece by piece, with the
 * hidden values replaced; what does not read as it should is hidden as a whole.
 */
#include "service/access/mask.h"

#define HIDDEN_JSON TEXT("\"" HIDDEN_VALUE "\"")

static void begin_member(struct buffer *out, struct text key, bool *is_first)
{
    if (!*is_first)
        buffer_append_char(out, ',');
    *is_first = false;
    buffer_append_char(out, '"');
    buffer_append_text(out, key);
    buffer_append_text(out, TEXT("\":"));
}

/* ---- Evidence -------------------------------------------------------------------------------- */

/* The member of an object, or empty. false where it is no object. */
static bool find_member(struct text object, const char *key, struct text *ret_value)
{
    struct json_walk walk;
    struct text at, value;

    *ret_value = (struct text){0};
    if (!json_walk_begin(object, '{', &walk))
        return false;
    while (json_walk_member(&walk, &at, &value))
        if (text_equal(at, text_of(key)))
            *ret_value = value;
    return walk.has_ended;
}

/* Evidence on its way to a caller. */
struct evidence_mask {
    const struct pack *pack;
    enum field_class seen;
    struct buffer *out;
    bool shows_sensitive; /* a known value of that class was copied */
};

static bool is_known(struct text value)
{
    return value.length > 0 && !text_equal(value, TEXT("null"));
}

/* A value of this class, or what stands in its place. */
static void copy_value(struct evidence_mask *mask, enum field_class class, struct text value)
{
    if (class > mask->seen) {
        buffer_append_text(mask->out, HIDDEN_JSON);
        return;
    }
    if (class == FIELD_CLASS_SENSITIVE && is_known(value))
        mask->shows_sensitive = true;
    buffer_append_text(mask->out, value);
}

static bool mask_reads(struct evidence_mask *mask, struct text reads)
{
    struct json_walk walk;
    struct text name, value;
    bool is_first = true;

    if (!json_walk_begin(reads, '{', &walk))
        return false;
    buffer_append_char(mask->out, '{');
    while (json_walk_member(&walk, &name, &value)) {
        begin_member(mask->out, name, &is_first);
        copy_value(mask, field_class_of_read(&mask->pack->dictionary, name), value);
    }
    buffer_append_char(mask->out, '}');
    return walk.has_ended;
}

/* The highest class among what a rule read; the highest of all where it cannot be told. */
static enum field_class class_of_reads(const struct pack *pack, struct text reads)
{
    enum field_class highest = FIELD_CLASS_PUBLIC;
    struct json_walk walk;
    struct text name, value;

    if (!json_walk_begin(reads, '{', &walk))
        return FIELD_CLASS_SENSITIVE;
    while (json_walk_member(&walk, &name, &value)) {
        enum field_class of_read = field_class_of_read(&pack->dictionary, name);

        highest = of_read > highest ? of_read : highest;
    }
    return walk.has_ended ? highest : FIELD_CLASS_SENSITIVE;
}

static bool mask_condition(struct evidence_mask *mask, enum field_class of_reads,
                           struct text condition)
{
    struct json_walk walk;
    struct text input, key, value;
    enum field_class class;
    bool is_first = true;

    if (!find_member(condition, "input", &input) || input.length < 2 ||
        !json_walk_begin(condition, '{', &walk))
        return false;
    input = (struct text){input.bytes + 1, input.length - 2};
    class = field_class_of_condition(mask->pack, input, of_reads);
    buffer_append_char(mask->out, '{');
    while (json_walk_member(&walk, &key, &value)) {
        bool is_value = text_equal(key, TEXT("value"));

        if (class > mask->seen && !is_value && !text_equal(key, TEXT("input")) &&
            !text_equal(key, TEXT("test")))
            continue; /* threshold and distance together tell the value */
        begin_member(mask->out, key, &is_first);
        copy_value(mask, is_value ? class : FIELD_CLASS_PUBLIC, value);
    }
    buffer_append_char(mask->out, '}');
    return walk.has_ended;
}

static bool mask_conditions(struct evidence_mask *mask, enum field_class of_reads,
                            struct text conditions)
{
    struct json_walk walk;
    struct text condition;
    bool is_good = true;
    bool is_first = true;

    if (!json_walk_begin(conditions, '[', &walk))
        return false;
    buffer_append_char(mask->out, '[');
    while (is_good && json_walk_item(&walk, &condition)) {
        if (!is_first)
            buffer_append_char(mask->out, ',');
        is_first = false;
        is_good = mask_condition(mask, of_reads, condition);
    }
    buffer_append_char(mask->out, ']');
    return is_good && walk.has_ended;
}

static bool mask_rule_json(struct evidence_mask *mask, struct text rule)
{
    struct json_walk walk;
    struct text reads, key, value;
    enum field_class of_reads;
    bool is_good = true;
    bool is_first = true;

    if (!find_member(rule, "reads", &reads) || !json_walk_begin(rule, '{', &walk))
        return false;
    of_reads = class_of_reads(mask->pack, reads);
    buffer_append_char(mask->out, '{');
    while (is_good && json_walk_member(&walk, &key, &value)) {
        begin_member(mask->out, key, &is_first);
        if (text_equal(key, TEXT("conditions")))
            is_good = mask_conditions(mask, of_reads, value);
        else if (text_equal(key, TEXT("reads")))
            is_good = mask_reads(mask, value);
        else
            buffer_append_text(mask->out, value);
    }
    buffer_append_char(mask->out, '}');
    return is_good && walk.has_ended;
}

static bool mask_rules(struct evidence_mask *mask, struct text rules)
{
    struct json_walk walk;
    struct text rule;
    bool is_good = true;
    bool is_first = true;

    if (!json_walk_begin(rules, '[', &walk))
        return false;
    buffer_append_char(mask->out, '[');
    while (is_good && json_walk_item(&walk, &rule)) {
        if (!is_first)
            buffer_append_char(mask->out, ',');
        is_first = false;
        is_good = mask_rule_json(mask, rule);
    }
    buffer_append_char(mask->out, ']');
    return is_good && walk.has_ended;
}

static bool mask_whole(struct evidence_mask *mask, struct text evidence)
{
    struct json_walk walk;
    struct text key, value;
    bool is_good = true;
    bool is_first = true;

    if (!json_walk_begin(evidence, '{', &walk))
        return false;
    buffer_append_char(mask->out, '{');
    while (is_good && json_walk_member(&walk, &key, &value)) {
        begin_member(mask->out, key, &is_first);
        if (text_equal(key, TEXT("rules")))
            is_good = mask_rules(mask, value);
        else
            buffer_append_text(mask->out, value);
    }
    buffer_append_char(mask->out, '}');
    return is_good && walk.has_ended;
}

enum berm_status mask_evidence(const struct pack *pack, enum field_class seen, struct text evidence,
                               struct buffer *scratch, struct text *ret_evidence,
                               bool *ret_shows_sensitive, struct berm_error *err)
{
    struct evidence_mask mask = {.pack = pack, .seen = seen, .out = scratch};
    bool is_good;

    buffer_clear(scratch);
    is_good = mask_whole(&mask, evidence);
    TRY(buffer_status(scratch, err));
    if (seen == FIELD_CLASS_SENSITIVE) {
        *ret_evidence = evidence; /* as it stands, also where it does not read as it should */
        *ret_shows_sensitive = mask.shows_sensitive || !is_good;
        return BERM_OK;
    }
    *ret_evidence = is_good ? buffer_text(scratch) : HIDDEN_JSON;
    *ret_shows_sensitive = false;
    return BERM_OK;
}

/* ---- Changes --------------------------------------------------------------------------------- */

/* ["D1","D2"]: codes of areas or households that the caller may not see are hidden. position: the
 * column of by_code where the thing lies. */
static enum berm_status mask_codes(struct store *store, enum statement_id by_code, int position,
                                   const struct area_scope *scope, struct text codes,
                                   struct buffer *out, struct berm_error *err)
{
    CLEANUP(statement_closep) struct statement *find = NULL;
    struct json_walk walk;
    struct text code;
    bool is_first = true;

    if (!json_walk_begin(codes, '[', &walk)) {
        buffer_append_text(out, HIDDEN_JSON);
        return BERM_OK;
    }
    TRY(statement_prepare(store, by_code, &find, err));
    buffer_append_char(out, '[');
    while (json_walk_item(&walk, &code)) {
        bool has_row = false;
        bool is_seen = text_equal(code, TEXT("null"));

        if (!is_first)
            buffer_append_char(out, ',');
        is_first = false;
        if (code.length > 2 && !is_seen) {
            statement_bind_text(find, 1, (struct text){code.bytes + 1, code.length - 2});
            TRY(statement_step(find, &has_row, err));
            is_seen = has_row && area_scope_contains(scope, statement_int64(find, position));
            statement_reset(find);
        }
        buffer_append_text(out, is_seen ? code : HIDDEN_JSON);
    }
    buffer_append_char(out, ']');
    return BERM_OK;
}

/* The class of a field that is no variable. What is told with every member is public. */
static enum field_class class_of_field(const struct dictionary *dictionary, enum entity entity,
                                       struct text name)
{
    static const struct {
        enum entity entity;
        const char *name;
        enum field_class field_class;
    } FIELDS[] = {
        {ENTITY_HOUSEHOLD, "is_active", FIELD_CLASS_PUBLIC},
        {ENTITY_PERSON, "relation", FIELD_CLASS_PUBLIC},
        {ENTITY_PERSON, "from_date", FIELD_CLASS_PUBLIC},
        {ENTITY_PERSON, "to_date", FIELD_CLASS_PUBLIC},
        {ENTITY_PERSON, "end_reason", FIELD_CLASS_PUBLIC},
        {ENTITY_PERSON, "sex", FIELD_CLASS_INTERNAL},
        {ENTITY_PERSON, "name", FIELD_CLASS_PERSONAL},
        {ENTITY_PERSON, "birth_date", FIELD_CLASS_PERSONAL},
    };
    const struct variable *variable = dictionary_find(dictionary, entity, name);

    if (variable)
        return variable->field_class;
    for (size_t f = 0; f < ARRAY_COUNT(FIELDS); f++)
        if (FIELDS[f].entity == entity && text_equal(name, text_of(FIELDS[f].name)))
            return FIELDS[f].field_class;
    return FIELD_CLASS_SENSITIVE; /* numbers, or a variable that the pack no longer has */
}

/* What a change tells of a field: [before, after], of which either may be known. */
static bool tells_value(struct text values)
{
    struct json_walk walk;
    struct text value;

    if (!json_walk_begin(values, '[', &walk))
        return is_known(values);
    while (json_walk_item(&walk, &value))
        if (is_known(value))
            return true;
    return !walk.has_ended;
}

enum berm_status mask_change(struct store *store, const struct dictionary *dictionary,
                             enum entity entity, enum field_class seen,
                             const struct area_scope *scope, struct text fields,
                             struct arena *arena, struct text *ret_fields,
                             bool *ret_shows_sensitive, struct berm_error *err)
{
    enum { AREA_POSITION = 6, HOUSEHOLD_POSITION = 8 };
    CLEANUP(buffer_free) struct buffer out = {0};
    bool sees_all = seen == FIELD_CLASS_SENSITIVE && scope->is_everything;
    struct json_walk walk;
    struct text key, value;
    bool is_first = true;

    *ret_fields = sees_all ? fields : HIDDEN_JSON;
    *ret_shows_sensitive = sees_all;
    if (!json_walk_begin(fields, '{', &walk))
        return BERM_OK;
    *ret_shows_sensitive = false;
    buffer_append_char(&out, '{');
    while (json_walk_member(&walk, &key, &value)) {
        enum field_class class = class_of_field(dictionary, entity, key);
        bool is_area = entity == ENTITY_HOUSEHOLD && text_equal(key, TEXT("area"));
        bool is_household = entity == ENTITY_PERSON && text_equal(key, TEXT("household"));

        begin_member(&out, key, &is_first);
        if (is_area)
            TRY(mask_codes(store, STATEMENT_AREA_BY_CODE, AREA_POSITION, scope, value, &out, err));
        else if (is_household)
            TRY(mask_codes(store, STATEMENT_HOUSEHOLD_BY_CODE, HOUSEHOLD_POSITION, scope, value,
                           &out, err));
        else
            buffer_append_text(&out, class <= seen ? value : HIDDEN_JSON);
        if (!is_area && !is_household && class == FIELD_CLASS_SENSITIVE && class <= seen &&
            tells_value(value))
            *ret_shows_sensitive = true;
    }
    buffer_append_char(&out, '}');
    TRY(buffer_status(&out, err));
    if (sees_all)
        return BERM_OK; /* as they are */
    return walk.has_ended ? text_copy(arena, buffer_text(&out), ret_fields, err) : BERM_OK;
}
