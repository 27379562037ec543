/* pam_dialog: a PAM module for tests, which asks what a file says. tests/interop/pam.py compiles it
 * and leads sshd to it; nothing of it is ever installed.
 *
 * The one argument is the file. Each of its lines has four fields, separated by tabs:
 *     group    auth, account or password: which of PAM's calls the line belongs to
 *     kind     hidden    asks, without echo: the answer must be the fourth field
 *              shown     asks, with echo: the same
 *              info      tells
 *              error     tells something bad
 *              expired   in account: the password must be changed, until it was
 *              refuse    fails at once
 *     text     what is asked or told
 *     answer   what is wanted
 * "\n" in a text stands for a line's end. A call whose lines are all done succeeds. Once a password
 * was changed, the file "<file>.changed" is there, and its password's answers were taken. */

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_appl.h>
#include <security/pam_ext.h>
#include <security/pam_modules.h>

enum { PATH_SIZE = 4096, LINE_SIZE = 8192 };

struct dialog_line {
    char *group;
    char *kind;
    char *text;
    char *answer;
};

static bool split(char *line, struct dialog_line *out)
{
    char *rest = line;

    line[strcspn(line, "\n")] = '\0';
    out->group = strsep(&rest, "\t");
    out->kind = strsep(&rest, "\t");
    out->text = strsep(&rest, "\t");
    out->answer = rest;
    return out->group != NULL && out->kind != NULL && out->text != NULL && out->answer != NULL;
}

static void unescape(char *text)
{
    char *mark;

    while ((mark = strstr(text, "\\n")) != NULL) {
        *mark = '\n';
        memmove(mark + 1, mark + 2, strlen(mark + 2) + 1);
    }
}

static int ask(pam_handle_t *pam, int style, const struct dialog_line *line)
{
    char *response = NULL;
    int status = pam_prompt(pam, style, &response, "%s", line->text);

    if (status == PAM_SUCCESS && (response == NULL || strcmp(response, line->answer) != 0))
        status = PAM_AUTH_ERR;
    if (response != NULL)
        explicit_bzero(response, strlen(response));
    free(response);
    return status;
}

static int do_line(pam_handle_t *pam, const struct dialog_line *line, bool was_changed)
{
    if (strcmp(line->kind, "hidden") == 0)
        return ask(pam, PAM_PROMPT_ECHO_OFF, line);
    if (strcmp(line->kind, "shown") == 0)
        return ask(pam, PAM_PROMPT_ECHO_ON, line);
    if (strcmp(line->kind, "info") == 0)
        return pam_info(pam, "%s", line->text);
    if (strcmp(line->kind, "error") == 0)
        return pam_error(pam, "%s", line->text);
    if (strcmp(line->kind, "expired") == 0)
        return was_changed ? PAM_SUCCESS : PAM_NEW_AUTHTOK_REQD;
    if (strcmp(line->kind, "refuse") == 0)
        return PAM_PERM_DENIED;
    return PAM_SERVICE_ERR;
}

/* marker_path writes the name of the file that tells of a change. */
static bool marker_path(const char *path, char *out, size_t size)
{
    int length = snprintf(out, size, "%s.changed", path);

    return length > 0 && (size_t)length < size;
}

static int run(pam_handle_t *pam, const char *group, int argc, const char **argv)
{
    char text[LINE_SIZE];
    char marker[PATH_SIZE];
    struct dialog_line line;
    int status = PAM_SUCCESS;
    FILE *file;

    if (argc != 1 || !marker_path(argv[0], marker, sizeof(marker)))
        return PAM_SERVICE_ERR;
    file = fopen(argv[0], "re");
    if (file == NULL)
        return PAM_SERVICE_ERR;
    while (status == PAM_SUCCESS && fgets(text, sizeof(text), file) != NULL) {
        if (!split(text, &line))
            status = PAM_SERVICE_ERR;
        else if (strcmp(line.group, group) == 0) {
            unescape(line.text);
            status = do_line(pam, &line, access(marker, F_OK) == 0);
        }
    }
    (void)fclose(file);
    explicit_bzero(text, sizeof(text));
    return status;
}

PAM_EXTERN int pam_sm_authenticate(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    (void)flags;
    return run(pam, "auth", argc, argv);
}

PAM_EXTERN int pam_sm_acct_mgmt(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    (void)flags;
    return run(pam, "account", argc, argv);
}

/* PAM calls this twice: first to see whether a change is possible, then for the change. */
PAM_EXTERN int pam_sm_chauthtok(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    char marker[PATH_SIZE];
    FILE *file;
    int status;

    if ((flags & PAM_PRELIM_CHECK) != 0)
        return PAM_SUCCESS;
    status = run(pam, "password", argc, argv);
    if (status != PAM_SUCCESS)
        return status;
    if (!marker_path(argv[0], marker, sizeof(marker)) || (file = fopen(marker, "we")) == NULL)
        return PAM_AUTHTOK_ERR;
    return fclose(file) == 0 ? PAM_SUCCESS : PAM_AUTHTOK_ERR;
}

PAM_EXTERN int pam_sm_setcred(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    (void)pam, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

PAM_EXTERN int pam_sm_open_session(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    (void)pam, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}

PAM_EXTERN int pam_sm_close_session(pam_handle_t *pam, int flags, int argc, const char **argv)
{
    (void)pam, (void)flags, (void)argc, (void)argv;
    return PAM_SUCCESS;
}
