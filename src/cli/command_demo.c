/* berm synth, berm demo */
#include "demo.h"
#include "reports.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HOUSEHOLDS_BY_DEFAULT = 10000, EXPLAINED = 3, BAR_WIDTH = 30 };

static enum berm_status read_options(struct invocation *invocation, struct synth_options *options,
                                     struct berm_error *err)
{
    int64_t seed;
    bool has_month;

    TRY(invocation_int64(invocation, "households", 1, SYNTH_HOUSEHOLDS_MAX, HOUSEHOLDS_BY_DEFAULT,
                         &options->household_count, err));
    TRY(invocation_int64(invocation, "seed", 0, INT64_MAX, 1, &seed, err));
    options->seed = (uint64_t)seed;
    options->progress = show_progress;
    TRY(invocation_month(invocation, &has_month, &options->last_month, err));
    if (!has_month)
        options->last_month = month_from_civil(2020, 9);
    return BERM_OK;
}

static void report_synth(const struct synth_result *result)
{
    end_progress();
    printf(
        "Made %lld households with %lld people in %lld areas and %lld monthly amounts in %.1f s.\n",
        (long long)result->households, (long long)result->persons, (long long)result->areas,
        (long long)result->flow_entries, result->seconds);
}

enum berm_status command_synth(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    const char *folder = invocation_value(invocation, "csv");
    struct synth_options options = {0};
    struct synth_result result;

    TRY(read_options(invocation, &options, err));
    if (folder && !invocation_has(invocation, "store")) {
        CLEANUP(arena_freep) struct arena *arena = NULL;
        const struct pack *pack;

        TRY(arena_create((size_t)256 << 20, &arena, err));
        TRY(pack_read(arena, TEXT("rural-cn"), &pack, err));
        TRY(synth_write_csv(pack, &options, text_of(folder), &result, err));
    } else {
        TRY(invocation_open_to_write(invocation, &office, err));
        if (folder)
            TRY(synth_write_csv(office->pack, &options, text_of(folder), &result, err));
        else
            TRY(synth_register(office, &options, &result, err));
        TRY(office_seal(office, err));
    }
    report_synth(&result);
    return BERM_OK;
}

/* ---- demo ------------------------------------------------------------------------------------ */

/* A register of its own in a temporary folder, removed at the end, unless --store names one. */
enum { DEMO_PATH_MAX = 4096 };

struct demo_store {
    char folder[DEMO_PATH_MAX];
    char url[DEMO_PATH_MAX + 32];
};

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *place)
{
    (void)about;
    (void)kind;
    (void)place;
    (void)remove(path); /* what cannot be removed is left, and the rest goes on */
    return 0;
}

/* With all that the register keeps beside itself. */
static void demo_store_remove(struct demo_store *demo)
{
    enum { OPEN_FOLDERS_MAX = 16 };

    if (demo->folder[0])
        (void)nftw(demo->folder, remove_one, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
}

static enum berm_status demo_store_choose(struct invocation *invocation, struct demo_store *demo,
                                          struct text *ret_url, struct berm_error *err)
{
    const char *given = invocation_value(invocation, "store");
    const char *temporary = getenv("TMPDIR");

    if (given) {
        *ret_url = text_of(given);
        return BERM_OK;
    }
    if (!temporary || !*temporary)
        temporary = "/tmp";
    snprintf(demo->folder, sizeof demo->folder, "%s/berm-demo-XXXXXX", temporary);
    if (!mkdtemp(demo->folder)) {
        demo->folder[0] = 0;
        return fail_with(err, BERM_IO,
                         "no temporary folder could be made in %s; say --store sqlite:PATH",
                         temporary);
    }
    snprintf(demo->url, sizeof demo->url, "sqlite:%s/demo.berm", demo->folder);
    *ret_url = text_of(demo->url);
    return BERM_OK;
}

static void print_bar(struct text label, int64_t count, int64_t most, int64_t people)
{
    enum { LABEL_WIDTH = 44 };
    int64_t filled = most > 0 ? (count * BAR_WIDTH + most - 1) / most : 0;

    printf("  %.*s", TEXT_ARG(label));
    for (size_t width = display_width(label); width < LABEL_WIDTH; width++)
        putchar(' ');
    for (int64_t i = 0; i < BAR_WIDTH; i++)
        fputs(i < filled ? "█" : " ", stdout);
    printf(" %8lld %9lld\n", (long long)count, (long long)people);
}

static void print_bars(const char *title, const struct summary_group *groups, size_t count,
                       bool is_undetermined, enum language language)
{
    int64_t most = 0;

    for (size_t g = 0; g < count; g++)
        if (groups[g].is_undetermined == is_undetermined && groups[g].households > most)
            most = groups[g].households;
    if (most == 0)
        return;
    printf("\n%s\n", title);
    for (size_t g = 0; g < count; g++) {
        struct text label = language_pick(language, groups[g].label_en, groups[g].label_zh);

        if (groups[g].is_undetermined == is_undetermined && groups[g].households > 0)
            print_bar(label.length ? label : groups[g].key, groups[g].households, most,
                      groups[g].people);
    }
}

static void print_summary(const struct summary *summary, enum language language)
{
    bool is_chinese = language == LANGUAGE_CHINESE;
    const struct summary_group *total = &summary->total;

    printf(is_chinese ? "\n%lld户，%lld人，其中%lld户存在风险点。\n"
                      : "\n%lld households with %lld people; %lld households have findings.\n",
           (long long)total->households, (long long)total->people, (long long)total->with_findings);
    if (summary->has_statistics)
        printf(is_chinese ? "低于贫困线的人口：%.2f%%；贫困差距：%.3f%%。\n"
                          : "People below the line: %.2f %%; poverty gap: %.3f %%.\n",
               100 * fgt_headcount(&total->fgt), 100 * fgt_gap(&total->fgt));
    print_bars(is_chinese ? "风险点（户数、人数）" : "Findings (households, people)",
               summary->findings, summary->finding_count, false, language);
    print_bars(is_chinese ? "信息不足、待核实（户数、人数）"
                          : "Cannot be told, facts are missing (households, people)",
               summary->findings, summary->finding_count, true, language);
    print_bars(is_chinese ? "家庭类别（户数、人数）" : "Kinds of household (households, people)",
               summary->kinds, summary->kind_count, false, language);
    print_bars(is_chinese ? "区域：全部家庭（户数、人数）"
                          : "Areas: all households (households, people)",
               summary->areas, summary->area_count, false, language);
}

/* The codes of a few households whose findings differ from one another. */
struct chosen {
    struct arena *arena;
    struct text households[EXPLAINED];
    struct text codes[EXPLAINED];
    size_t count;
};

static enum berm_status choose_household(void *context, const struct finding_row *row,
                                         struct berm_error *err)
{
    struct chosen *chosen = context;

    for (size_t c = 0; c < chosen->count; c++)
        if (text_equal(chosen->codes[c], row->code) ||
            text_equal(chosen->households[c], row->household))
            return BERM_OK;
    if (chosen->count == EXPLAINED)
        return BERM_OK;
    TRY(text_copy(chosen->arena, row->household, &chosen->households[chosen->count], err));
    return text_copy(chosen->arena, row->code, &chosen->codes[chosen->count++], err);
}

static enum berm_status explain_some(struct office *office, month_number month, struct arena *arena,
                                     enum language language, struct berm_error *err)
{
    struct finding_filter filter = {.month = month, .limit = 2000};
    CLEANUP(buffer_free) struct buffer out = {0};
    struct chosen chosen = {.arena = arena};

    TRY(findings_list(office, caller_local(), &filter, choose_household, &chosen, err));
    for (size_t c = 0; c < chosen.count; c++) {
        struct household_reasons reasons;

        TRY(household_explain(office, caller_local(), chosen.households[c], month, arena, &reasons,
                              err));
        buffer_append_text(&out,
                           TEXT("\n----------------------------------------------------------\n"));
        reasons_write(&reasons, language, &out);
        if (reasons.shows_sensitive)
            TRY(look_write(
                office,
                &(struct look){.kinds = LOOK_REASONS, .what = "household", .code = reasons.code}, 1,
                err));
    }
    TRY(office_seal(office, err));
    return text_write(stdout, &out, err);
}

enum berm_status command_demo(struct invocation *invocation, struct berm_error *err)
{
    CLEANUP(demo_store_remove) struct demo_store demo = {0};
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(arena_freep) struct arena *arena = NULL;
    struct synth_options options = {0};
    struct screen_options screen = {.progress = show_progress};
    struct synth_result made;
    struct screen_result screened;
    struct summary summary;
    enum language language;
    struct text url;
    int64_t port;

    TRY(invocation_language(invocation, &language, err));
    TRY(invocation_int64(invocation, "port", 0, 65535, -1, &port, err));
    TRY(read_options(invocation, &options, err));
    TRY(demo_store_choose(invocation, &demo, &url, err));
    TRY(arena_create((size_t)1 << 30, &arena, err));
    TRY(invocation_key(invocation, &key, err));
    TRY(office_create(url, TEXT("rural-cn"), &office, err));
    TRY(office_take_key(office, &key, err));
    TRY(synth_register(office, &options, &made, err));
    report_synth(&made);
    screen.month = options.last_month;
    TRY(screen_month(office, caller_local(), &screen, &screened, err));
    TRY(office_seal(office, err));
    end_progress();
    printf(
        "Screened %lld households in %.1f s (%.0f a second); %lld findings opened, each with its "
        "reason.\n",
        (long long)screened.households, screened.seconds,
        screened.seconds > 0 ? (double)screened.households / screened.seconds : 0,
        (long long)screened.opened);
    TRY(summary_compute(office, caller_local(), screen.month, (struct text){0}, arena, &summary,
                        err));
    print_summary(&summary, language);
    TRY(explain_some(office, screen.month, arena, language, err));
    if (!invocation_has(invocation, "serve"))
        return BERM_OK;
    TRY(demo_add_accounts(office, language, err));
    office_close(office);
    office = NULL;
    return demo_serve(invocation, url, (int)port, language, err);
}
