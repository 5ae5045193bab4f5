/* The words of a grievance: how states, kinds and the like are written in the database, in JSON and
 * on the command line. */
#include "service/grievance/private.h"

static const char *const STATES[GRIEVANCE_STATE_COUNT] = {
    [GRIEVANCE_RECEIVED] = "received",   [GRIEVANCE_IN_PROGRESS] = "in_progress",
    [GRIEVANCE_RESOLVED] = "resolved",   [GRIEVANCE_CLOSED] = "closed",
    [GRIEVANCE_WITHDRAWN] = "withdrawn",
};
static const char *const KINDS[GRIEVANCE_KIND_COUNT] = {
    [GRIEVANCE_COMPLAINT] = "complaint",
    [GRIEVANCE_APPEAL] = "appeal",
};
static const char *const SUBJECTS[GRIEVANCE_SUBJECT_COUNT] = {
    [ABOUT_DECISION] = "decision", [ABOUT_MEASURE] = "measure", [ABOUT_PAYMENT] = "payment",
    [ABOUT_DATA] = "data",         [ABOUT_CONDUCT] = "conduct", [ABOUT_OTHER] = "other",
};
static const char *const CHANNELS[GRIEVANCE_CHANNEL_COUNT] = {
    [CHANNEL_OFFICE] = "office", [CHANNEL_VISIT] = "visit", [CHANNEL_PHONE] = "phone",
    [CHANNEL_LETTER] = "letter", [CHANNEL_LINK] = "link",
};
static const char *const OUTCOMES[GRIEVANCE_OUTCOME_COUNT] = {
    [OUTCOME_NONE] = "",
    [OUTCOME_UPHELD] = "upheld",
    [OUTCOME_PARTLY_UPHELD] = "partly_upheld",
    [OUTCOME_REJECTED] = "rejected",
};
static const char *const REMEDIES[GRIEVANCE_REMEDY_COUNT] = {
    [REMEDY_NONE] = "none",
    [REMEDY_REOPEN] = "reopen",
    [REMEDY_LEAD] = "lead",
};

static const struct {
    const char *what;
    const char *const *words;
    int count;
} LISTS[] = {
    [WORD_STATE] = {"state", STATES, GRIEVANCE_STATE_COUNT},
    [WORD_KIND] = {"kind", KINDS, GRIEVANCE_KIND_COUNT},
    [WORD_ABOUT] = {"about", SUBJECTS, GRIEVANCE_SUBJECT_COUNT},
    [WORD_CHANNEL] = {"channel", CHANNELS, GRIEVANCE_CHANNEL_COUNT},
    [WORD_OUTCOME] = {"outcome", OUTCOMES, GRIEVANCE_OUTCOME_COUNT},
    [WORD_REMEDY] = {"remedy", REMEDIES, GRIEVANCE_REMEDY_COUNT},
};

static enum berm_status fail_unknown_word(enum grievance_word list, struct text word,
                                          struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer words = {0};

    for (int w = 0; w < LISTS[list].count; w++)
        if (LISTS[list].words[w][0] != '\0')
            buffer_append_format(&words, "%s%s", words.length > 0 ? ", " : "",
                                 LISTS[list].words[w]);
    TRY(buffer_status(&words, err));
    return fail_with(err, BERM_INVALID_INPUT, "%s \"%.*s\" is none; write one of %.*s",
                     LISTS[list].what, TEXT_ARG(word), TEXT_ARG(buffer_text(&words)));
}

enum berm_status grievance_word_find(enum grievance_word list, struct text word, int *ret_position,
                                     struct berm_error *err)
{
    for (int w = 0; w < LISTS[list].count; w++)
        if (word.length > 0 && text_equal(word, text_of(LISTS[list].words[w]))) {
            *ret_position = w;
            return BERM_OK;
        }
    return fail_unknown_word(list, word, err);
}

const char *grievance_word(enum grievance_word list, int position)
{
    assert(position >= 0 && position < LISTS[list].count);
    return LISTS[list].words[position];
}
