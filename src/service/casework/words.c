/* How leads and proofs are written in the database, in JSON and on the command line. */
#include "service/casework/private.h"

static const char *const SOURCES[LEAD_SOURCE_COUNT] = {
    [LEAD_SCREENING] = "screening", [LEAD_WORKER] = "worker", [LEAD_SELF_REPORT] = "self_report",
    [LEAD_WARNING] = "warning",     [LEAD_SHOCK] = "shock",   [LEAD_GRIEVANCE] = "grievance",
    [LEAD_VISIT] = "visit",
};
static const char *const PROOFS[PROOF_KIND_COUNT] = {
    [PROOF_VISIT] = "visit",   [PROOF_SIGNATURE] = "signature", [PROOF_DATA_MATCH] = "data_match",
    [PROOF_NOTICE] = "notice", [PROOF_OBJECTION] = "objection",
};

static enum berm_status find_word(struct text name, const char *const *words, int count,
                                  const char *what, int *ret_position, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer list = {0};

    for (int w = 0; w < count; w++) {
        if (text_equal(name, text_of(words[w]))) {
            *ret_position = w;
            return BERM_OK;
        }
        buffer_append_format(&list, "%s%s", w > 0 ? ", " : "", words[w]);
    }
    TRY(buffer_status(&list, err));
    return fail_with(err, BERM_INVALID_INPUT, "there is no %s \"%.*s\"; write one of %.*s", what,
                     TEXT_ARG(name), TEXT_ARG(buffer_text(&list)));
}

const char *lead_source_name(enum lead_source source)
{
    assert(source < LEAD_SOURCE_COUNT);
    return SOURCES[source];
}

enum berm_status lead_source_find(struct text name, enum lead_source *ret_source,
                                  struct berm_error *err)
{
    int position;

    TRY(find_word(name, SOURCES, LEAD_SOURCE_COUNT, "source of leads", &position, err));
    *ret_source = (enum lead_source)position;
    return BERM_OK;
}

const char *proof_kind_name(enum proof_kind kind)
{
    assert(kind < PROOF_KIND_COUNT);
    return PROOFS[kind];
}

enum berm_status proof_kind_find(struct text name, enum proof_kind *ret_kind,
                                 struct berm_error *err)
{
    int position;

    TRY(find_word(name, PROOFS, PROOF_KIND_COUNT, "kind of proof", &position, err));
    *ret_kind = (enum proof_kind)position;
    return BERM_OK;
}
