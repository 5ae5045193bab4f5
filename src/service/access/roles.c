/* The names of roles and permissions, and which role holds which: all from the two .def files. */
#include "service/access.h"

#include <string.h>

static const struct {
    const char *name;
    char letter;
    const char *meaning;
} ROLES[ROLE_COUNT] = {
#define ROLE(id, name, letter, meaning) [ROLE_##id] = {name, letter, meaning},
#include "service/access/roles.def"
#undef ROLE
};

static const struct {
    const char *name;
    const char *roles;
    const char *meaning;
} PERMISSIONS[PERMISSION_COUNT] = {
#define PERMISSION(id, name, roles, meaning) [PERMISSION_##id] = {name, roles, meaning},
#include "service/access/permissions.def"
#undef PERMISSION
};

_Static_assert(PERMISSION_COUNT <= 64, "a caller's scopes are bits of one number");

const char *role_name(enum role role)
{
    return ROLES[role].name;
}

const char *role_meaning(enum role role)
{
    return ROLES[role].meaning;
}

const char *permission_name(enum permission permission)
{
    return PERMISSIONS[permission].name;
}

const char *permission_meaning(enum permission permission)
{
    return PERMISSIONS[permission].meaning;
}

bool role_holds(enum role role, enum permission permission)
{
    return strchr(PERMISSIONS[permission].roles, ROLES[role].letter) != NULL;
}

/* The position of name among count names; the error lists them. */
static enum berm_status find_name(struct text name, const char *what,
                                  const char *(*name_at)(int position), int count,
                                  int *ret_position, struct berm_error *err)
{
    CLEANUP(buffer_free) struct buffer known = {0};

    for (int i = 0; i < count; i++) {
        if (text_equal(name, text_of(name_at(i)))) {
            *ret_position = i;
            return BERM_OK;
        }
        buffer_append_format(&known, "%s%s", i == 0 ? "" : ", ", name_at(i));
    }
    TRY(buffer_status(&known, err));
    return fail_with(err, BERM_NOT_FOUND, "there is no %s \"%.*s\"; use one of %.*s", what,
                     TEXT_ARG(name), TEXT_ARG(buffer_text(&known)));
}

static const char *role_at(int position)
{
    return ROLES[position].name;
}

static const char *permission_at(int position)
{
    return PERMISSIONS[position].name;
}

enum berm_status role_find(struct text name, enum role *ret_role, struct berm_error *err)
{
    int position;

    TRY(find_name(name, "role", role_at, ROLE_COUNT, &position, err));
    *ret_role = (enum role)position;
    return BERM_OK;
}

enum berm_status permission_find(struct text name, enum permission *ret_permission,
                                 struct berm_error *err)
{
    int position;

    TRY(find_name(name, "permission", permission_at, PERMISSION_COUNT, &position, err));
    *ret_permission = (enum permission)position;
    return BERM_OK;
}
