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

static bool mask_reads(const struct pack *pack, enum field_class seen, struct text reads,
                       struct buffer *out)
{
    struct json_walk walk;
    struct text name, value;
    bool is_first = true;

    if (!json_walk_begin(reads, '{', &walk))
        return false;
    buffer_append_char(out, '{');
    while (json_walk_member(&walk, &name, &value)) {
        begin_member(out, name, &is_first);
        buffer_append_text(out, field_class_of_read(&pack->dictionary, name) > seen ? HIDDEN_JSON
                                                                                    : value);
    }
    buffer_append_char(out, '}');
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

static bool mask_condition(const struct pack *pack, enum field_class seen,
                           enum field_class of_reads, struct text condition, struct buffer *out)
{
    struct json_walk walk;
    struct text input, key, value;
    bool is_first = true;

    if (!find_member(condition, "input", &input) || input.length < 2 ||
        !json_walk_begin(condition, '{', &walk))
        return false;
    input = (struct text){input.bytes + 1, input.length - 2};
    if (field_class_of_condition(pack, input, of_reads) <= seen) {
        buffer_append_text(out, condition);
        return true;
    }
    buffer_append_char(out, '{');
    while (json_walk_member(&walk, &key, &value)) {
        bool is_value = text_equal(key, TEXT("value"));

        if (!is_value && !text_equal(key, TEXT("input")) && !text_equal(key, TEXT("test")))
            continue; /* threshold and distance together tell the value */
        begin_member(out, key, &is_first);
        buffer_append_text(out, is_value ? HIDDEN_JSON : value);
    }
    buffer_append_char(out, '}');
    return walk.has_ended;
}

static bool mask_conditions(const struct pack *pack, enum field_class seen,
                            enum field_class of_reads, struct text conditions, struct buffer *out)
{
    struct json_walk walk;
    struct text condition;
    bool is_good = true;
    bool is_first = true;

    if (!json_walk_begin(conditions, '[', &walk))
        return false;
    buffer_append_char(out, '[');
    while (is_good && json_walk_item(&walk, &condition)) {
        if (!is_first)
            buffer_append_char(out, ',');
        is_first = false;
        is_good = mask_condition(pack, seen, of_reads, condition, out);
    }
    buffer_append_char(out, ']');
    return is_good && walk.has_ended;
}

static bool mask_rule_json(const struct pack *pack, enum field_class seen, struct text rule,
                           struct buffer *out)
{
    struct json_walk walk;
    struct text reads, key, value;
    enum field_class of_reads;
    bool is_good = true;
    bool is_first = true;

    if (!find_member(rule, "reads", &reads) || !json_walk_begin(rule, '{', &walk))
        return false;
    of_reads = class_of_reads(pack, reads);
    buffer_append_char(out, '{');
    while (is_good && json_walk_member(&walk, &key, &value)) {
        begin_member(out, key, &is_first);
        if (text_equal(key, TEXT("conditions")))
            is_good = mask_conditions(pack, seen, of_reads, value, out);
        else if (text_equal(key, TEXT("reads")))
            is_good = mask_reads(pack, seen, value, out);
        else
            buffer_append_text(out, value);
    }
    buffer_append_char(out, '}');
    return is_good && walk.has_ended;
}

static bool mask_rules(const struct pack *pack, enum field_class seen, struct text rules,
                       struct buffer *out)
{
    struct json_walk walk;
    struct text rule;
    bool is_good = true;
    bool is_first = true;

    if (!json_walk_begin(rules, '[', &walk))
        return false;
    buffer_append_char(out, '[');
    while (is_good && json_walk_item(&walk, &rule)) {
        if (!is_first)
            buffer_append_char(out, ',');
        is_first = false;
        is_good = mask_rule_json(pack, seen, rule, out);
    }
    buffer_append_char(out, ']');
    return is_good && walk.has_ended;
}

static bool mask_whole(const struct pack *pack, enum field_class seen, struct text evidence,
                       struct buffer *out)
{
    struct json_walk walk;
    struct text key, value;
    bool is_good = true;
    bool is_first = true;

    if (!json_walk_begin(evidence, '{', &walk))
        return false;
    buffer_append_char(out, '{');
    while (is_good && json_walk_member(&walk, &key, &value)) {
        begin_member(out, key, &is_first);
        if (text_equal(key, TEXT("rules")))
            is_good = mask_rules(pack, seen, value, out);
        else
            buffer_append_text(out, value);
    }
    buffer_append_char(out, '}');
    return is_good && walk.has_ended;
}

enum berm_status mask_evidence(const struct pack *pack, enum field_class seen, struct text evidence,
                               struct buffer *scratch, struct text *ret_evidence,
                               struct berm_error *err)
{
    *ret_evidence = evidence;
    if (seen == FIELD_CLASS_SENSITIVE)
        return BERM_OK;
    buffer_clear(scratch);
    if (mask_whole(pack, seen, evidence, scratch)) {
        TRY(buffer_status(scratch, err));
        *ret_evidence = buffer_text(scratch);
    } else {
        *ret_evidence = HIDDEN_JSON;
    }
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

enum berm_status mask_change(struct store *store, const struct dictionary *dictionary,
                             enum entity entity, enum field_class seen,
                             const struct area_scope *scope, struct text fields,
                             struct arena *arena, struct text *ret_fields, struct berm_error *err)
{
    enum { AREA_POSITION = 6, HOUSEHOLD_POSITION = 8 };
    CLEANUP(buffer_free) struct buffer out = {0};
    struct json_walk walk;
    struct text key, value;
    bool is_first = true;

    *ret_fields = fields;
    if (seen == FIELD_CLASS_SENSITIVE && scope->is_everything)
        return BERM_OK;
    *ret_fields = HIDDEN_JSON;
    if (!json_walk_begin(fields, '{', &walk))
        return BERM_OK;
    buffer_append_char(&out, '{');
    while (json_walk_member(&walk, &key, &value)) {
        begin_member(&out, key, &is_first);
        if (entity == ENTITY_HOUSEHOLD && text_equal(key, TEXT("area")))
            TRY(mask_codes(store, STATEMENT_AREA_BY_CODE, AREA_POSITION, scope, value, &out, err));
        else if (entity == ENTITY_PERSON && text_equal(key, TEXT("household")))
            TRY(mask_codes(store, STATEMENT_HOUSEHOLD_BY_CODE, HOUSEHOLD_POSITION, scope, value,
                           &out, err));
        else
            buffer_append_text(&out, class_of_field(dictionary, entity, key) <= seen ? value
                                                                                     : HIDDEN_JSON);
    }
    buffer_append_char(&out, '}');
    TRY(buffer_status(&out, err));
    return walk.has_ended ? text_copy(arena, buffer_text(&out), ret_fields, err) : BERM_OK;
}
