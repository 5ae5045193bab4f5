/*
 * Accounts for the demonstration and its server. The password is random and new each time: a
 * documented one would one day be that of a register with people in it.
 */
#include "demo.h"

#include <string.h>

#include "serving.h"

enum { LEVELS_MAX = 16, CODE_MAX = 64, NAME_MAX_BYTES = 128 };

/* Where an account's role holds: so many levels above a village, or everywhere. */
enum { EVERYWHERE = -1, VILLAGE, TOWNSHIP, COUNTY };

static const struct {
    const char *name;
    enum role role;
    int above_village;
} ACCOUNTS[] = {
    {"viewer", ROLE_VIEWER, COUNTY},
    {"village", ROLE_FIELD_WORKER, VILLAGE},
    {"township", ROLE_TOWNSHIP, TOWNSHIP},
    {"county", ROLE_COUNTY, COUNTY},
    {"supervisor", ROLE_SUPERVISOR, EVERYWHERE},
    {"analyst", ROLE_ANALYST, EVERYWHERE},
    {"author", ROLE_POLICY_AUTHOR, EVERYWHERE},
    {"approver", ROLE_POLICY_APPROVER, EVERYWHERE},
    {"admin", ROLE_ADMINISTRATOR, EVERYWHERE},
};

/* The areas from the top to the first one that has none below it. */
struct path {
    char codes[LEVELS_MAX][CODE_MAX];
    char names[LEVELS_MAX][NAME_MAX_BYTES];
    int last_level, count;
    bool is_complete;
};

/* Areas come in the tree's order, so the first path ends where the level rises no more. */
static enum berm_status follow(void *context, const struct area *area, struct berm_error *err)
{
    struct path *path = context;

    (void)err;
    path->is_complete = path->is_complete || path->count == LEVELS_MAX ||
                        (path->count > 0 && area->level <= path->last_level);
    if (path->is_complete)
        return BERM_OK;
    snprintf(path->codes[path->count], CODE_MAX, "%.*s", TEXT_ARG(area->code));
    snprintf(path->names[path->count], NAME_MAX_BYTES, "%.*s",
             TEXT_ARG(area->name_en.length > 0 ? area->name_en : area->name));
    path->last_level = area->level;
    path->count++;
    return BERM_OK;
}

static void tell_account(const char *name, enum role role, const char *where)
{
    printf("  %-12s %-16s %s\n", name, role_name(role), where);
}

enum berm_status demo_add_accounts(struct office *office, enum language language,
                                   struct berm_error *err)
{
    CLEANUP(password_queue_freep) struct password_queue *queue = NULL;
    char password[DEMO_PASSWORD_MAX], salt[SALT_TEXT_MAX];
    bool is_chinese = language == LANGUAGE_CHINESE;
    const struct area_filter everywhere = {0};
    struct path path = {0};

    TRY(areas_list(office, caller_local(), &everywhere, follow, &path, err));
    TRY(password_queue_create(1, &queue, err));
    snprintf(password, sizeof password, "demo-%.12s", salt_make(salt).bytes);
    printf(is_chinese ? "\n演示账号（仅用于虚构数据），密码都是 %s\n"
                      : "\nAccounts of this demonstration, for made-up households only; the "
                        "password of each is %s\n",
           password);
    for (size_t a = 0; a < ARRAY_COUNT(ACCOUNTS); a++) {
        int at = path.count - 1 - ACCOUNTS[a].above_village;
        bool is_everywhere = ACCOUNTS[a].above_village == EVERYWHERE || path.count == 0;
        const char *area = is_everywhere ? "" : path.codes[at < 0 ? 0 : at];

        TRY(account_add(office->store, caller_local(), &office->actor, queue,
                        text_of(ACCOUNTS[a].name), text_of(password), err));
        TRY(account_grant(office->store, caller_local(), &office->actor, text_of(ACCOUNTS[a].name),
                          ACCOUNTS[a].role, text_of(area), err));
        tell_account(ACCOUNTS[a].name, ACCOUNTS[a].role,
                     !is_everywhere ? path.names[at < 0 ? 0 : at]
                     : is_chinese   ? "全部区域"
                                    : "everywhere");
    }
    return office_seal(office, err);
}

/* ---- The server ------------------------------------------------------------------------------ */

struct demo {
    struct invocation *invocation;
    struct text url;
    enum language language;
    bool is_told; /* the server listened */
};

static enum berm_status open_demo(void *context, struct office **ret_office, struct berm_error *err)
{
    CLEANUP(office_closep) struct office *office = NULL;
    CLEANUP(key_file_freep) struct key_file *key = NULL;
    const struct demo *demo = context;

    TRY(office_open(demo->url, STORE_READ_WRITE, &office, err));
    TRY(invocation_key(demo->invocation, &key, err));
    TRY(office_take_key(office, &key, err));
    *ret_office = office;
    office = NULL;
    return BERM_OK;
}

static void tell_address(void *context, const char *address)
{
    struct demo *demo = context;

    demo->is_told = true;
    printf(demo->language == LANGUAGE_CHINESE
               ? "\n演示服务器地址：%s/（仅限本机），接口说明：%s/v1/openapi.json，按 Ctrl-C 停止\n"
               : "\nServing the demonstration on %s/ to this machine alone; its API is told at "
                 "%s/v1/openapi.json. Ctrl-C stops it.\n",
           address, address);
    (void)fflush(stdout);
}

enum berm_status demo_serve(struct invocation *invocation, struct text url, int port,
                            enum language language, struct berm_error *err)
{
    enum { WORKERS = 4, LISTEN_MAX = 32, USUAL_PORT = 8080 };
    struct demo demo = {.invocation = invocation, .url = url, .language = language};
    char listen[LISTEN_MAX];
    struct serving serving = {
        .http = {.listen = listen, .worker_count = WORKERS},
        .open = open_demo,
        .open_context = &demo,
        .announce = tell_address,
        .announce_context = &demo,
    };

    enum berm_status status;

    snprintf(listen, sizeof listen, "127.0.0.1:%d", port < 0 ? USUAL_PORT : port);
    status = serving_run(&serving, err);
    if (status != BERM_IO || demo.is_told || port >= 0)
        return status;
    /* Somebody else listens there; nobody asked for this very port. */
    snprintf(listen, sizeof listen, "127.0.0.1:0");
    return serving_run(&serving, err);
}
