/* auth/failure.c: the texts of failed authentication. They name methods, counts and reasons, never
 * a credential. */
#include "auth/failure.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Appends what fits; a text that is cut says so. */
static void append(char *text, size_t cap, const char *fmt, va_list args) SX_PRINTF(3, 0);

static void append(char *text, size_t cap, const char *fmt, va_list args)
{
    static const char cut[] = " ...";
    size_t len = strlen(text);
    int n = vsnprintf(text + len, cap - len, fmt, args);

    if (n >= 0 && (size_t)n < cap - len)
        return;
    memcpy(text + cap - sizeof cut, cut, sizeof cut);
}

static void add(char *text, size_t cap, const char *fmt, ...) SX_PRINTF(3, 4);

static void add(char *text, size_t cap, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    append(text, cap, fmt, args);
    va_end(args);
}

void sx_auth_note(struct sx_auth *auth, const char *fmt, ...)
{
    size_t before = strlen(auth->note);
    va_list args;

    va_start(args, fmt);
    append(auth->note, sizeof auth->note, fmt, args);
    va_end(args);
    SX_LOG(
        auth->transport->config.log, SX_LOG_VERBOSE, "note on the sign-on",
        SX_PEER("text", sx_slice_text(auth->note + before + (auth->note[before] == ';' ? 2 : 0))));
}

void sx_auth_note_tried(struct sx_auth *auth, const char *name)
{
    const char *between = auth->tried[0] == '\0' ? "" : name[0] == '(' ? " " : ", ";

    add(auth->tried, sizeof auth->tried, "%s%s", between, name);
}

/* What a person most often does wrong, as far as the lists show it. */
static const char *advice(const struct sx_auth *auth)
{
    struct sx_slice left = sx_slice_text(auth->methods_left);
    bool is_interactive_wanted = sx_list_has(left, sx_auth_method_interactive.name);

    if (auth->config.mode == SX_AUTH_PASSWORD && is_interactive_wanted &&
        !sx_list_has(left, sx_auth_method_password.name))
        return "; the server wants passwords by keyboard-interactive (ssh_auth_mode 4 with "
               "PasswordPrompt)";
    if (is_interactive_wanted && !auth->config.can_answer &&
        (auth->config.is_trying_all || auth->config.mode == SX_AUTH_MULTI_FACTOR))
        return "; keyboard-interactive was left out, as nobody answers prompts: set a handler of "
               "on_ssh_keyboard_interactive, or PasswordPrompt";
    return "";
}

enum sx_err sx_auth_give_up(struct sx_auth *auth)
{
    const char *left = auth->methods_left[0] == '\0' ? "(none told)" : auth->methods_left;

    return sx_fault_set(auth->fault, SX_ERR_AUTH_FAILED,
                        "authentication failed: methods tried: %s (requests refused: %u)%s%s%s; "
                        "methods left: %s%s",
                        auth->tried, auth->tries, auth->note, auth->gss_text[0] == '\0' ? "" : "; ",
                        auth->gss_text, left, advice(auth));
}

enum sx_err sx_auth_left(struct sx_auth *auth, enum sx_err err)
{
    struct sx_fault told;

    if ((err != SX_ERR_PEER_DISCONNECT && err != SX_ERR_CLOSED) ||
        auth->state == SX_AUTH_STATE_DONE || auth->tries == 0)
        return err;
    told = *auth->fault;
    sx_fault_clear(auth->fault);
    auth->fault->peer_reason = told.peer_reason;
    sx_auth_note(auth, "; then %.300s", told.text);
    return sx_auth_give_up(auth);
}
