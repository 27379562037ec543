/* cli/audit_main.c: sexec-audit: keys, verdicts, views, checkpoints and rotation of audit files. */
#include <sexec/audit.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/audit_options.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/secret_file.h"
#include "cli/standard.h"

enum { EXIT_DAMAGED = 1 };

static const char help[] =
    "usage: sexec-audit [--policy NAME] [--module-dir DIR] COMMAND [options] FILE...\n"
    "\n"
    "  keygen MACHINE_KEY VERIFIER_KEY   makes the two halves of a key. Take the second away from\n"
    "                                    the machine: it is what verifies\n"
    "  verify --key VERIFIER_KEY FILE... in the order of rotation; says the first bad record and what\n"
    "                                    was done: changed, removed, inserted, reordered, cut off,\n"
    "                                    resealed or torn. Exits with 1 then\n"
    "      --checkpoints FILE --public-key FILE    what else must hold\n"
    "      --collected                   lines of a log collector: repeated, mixed, prefixed\n"
    "  show FILE...                      sessions for a person to read\n"
    "  report FILE...                    counts, failures, weakenings, policies and modules\n"
    "      --html                        as one page with a timeline\n"
    "      --key VERIFIER_KEY            verify first; the verdict stands at the top\n"
    "      --host, --user, --from, --to, --result ok|failed, --session\n"
    "                                    for show and report: only sessions that match\n"
    "  checkpoint --key MACHINE_KEY --sign PRIVATE_KEY [FILE]\n"
    "                                    signs how far the records are; the line goes to standard\n"
    "                                    output, or with --output FILE to the end of that file\n"
    "      --sign pkcs11:...?module-path=/...  a token's key, whose public part verify then takes\n"
    "      --passphrase-file FILE        of the key, or the token's PIN\n"
    "  rotate --key MACHINE_KEY --to NAME FILE\n"
    "                                    puts the file aside and begins the next one\n";

static int fail(struct sexec *object, int code)
{
    return sx_cli_report_object(object, code);
}

static int print_text(const char *text, size_t length, void *context)
{
    (void)context;
    return fwrite(text, 1, length, stdout) == length ? 0 : 1;
}

/* A text that was printed piece by piece: that it couldn't be is standard output's failure. */
static int end_text(struct sexec *object, int code, int status)
{
    return code == 0 || ferror(stdout) ? sx_cli_finish_output(status) : fail(object, code);
}

static int keygen(struct sexec *object, const struct sx_audit_options *options)
{
    int code;

    if (options->file_count != 2)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "keygen wants MACHINE_KEY and VERIFIER_KEY");
    code = sexec_audit_keygen(object, options->files[0], options->files[1]);
    return code == 0 ? 0 : fail(object, code);
}

static int check(struct sexec *object, const struct sx_audit_options *options, const char **text)
{
    const struct sexec_audit_check what = {
        .files = options->files,
        .verifier_key = options->key,
        .checkpoints = options->checkpoints,
        .public_key = options->public_key,
        .is_collected = options->is_collected,
    };

    return sexec_audit_verify(object, &what, text);
}

static int verify(struct sexec *object, const struct sx_audit_options *options)
{
    const char *text = NULL;
    int code;

    if (options->key == NULL || options->file_count == 0)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "verify wants --key and files");
    if (options->public_key != NULL && options->checkpoints == NULL)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "--public-key is of checkpoints, which --checkpoints FILE names");
    code = check(object, options, &text);
    if (code != 0 && code != SEXEC_AUDIT_DAMAGED)
        return fail(object, code);
    (void)fputs(text, stdout);
    return sx_cli_finish_output(code == 0 ? 0 : EXIT_DAMAGED);
}

static int show(struct sexec *object, const struct sx_audit_options *options)
{
    int code = sexec_audit_show(object, options->files, options->filters, print_text, NULL);

    return end_text(object, code, 0);
}

/* "text: ..." of a verdict. */
static void take_verdict(const char *text, char *out, size_t cap)
{
    const char *at = strstr(text, "\ntext: ");

    (void)snprintf(out, cap, "%.*s", at == NULL ? 0 : (int)strcspn(at + 7, "\n"),
                   at == NULL ? "" : at + 7);
}

static int report(struct sexec *object, const struct sx_audit_options *options)
{
    const char *text = NULL;
    char verdict[1024] = "";
    int status = 0;
    int code;

    if (options->key != NULL) {
        code = check(object, options, &text);
        if (code != 0 && code != SEXEC_AUDIT_DAMAGED)
            return fail(object, code);
        status = code == 0 ? 0 : EXIT_DAMAGED;
        take_verdict(text, verdict, sizeof verdict);
    }
    code = sexec_audit_report(object, options->files, options->filters, options->is_html,
                              verdict[0] == '\0' ? NULL : verdict, print_text, NULL);
    return end_text(object, code, status);
}

static bool is_same_file(const char *one, const char *other)
{
    struct stat first, second;

    return one != NULL && other != NULL && stat(one, &first) == 0 && stat(other, &second) == 0 &&
           first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}

static int append_line(const char *path, const char *line)
{
    FILE *file = fopen(path, "ae");
    bool is_written = file != NULL && fputs(line, file) >= 0;

    if (file != NULL && fclose(file) != 0)
        is_written = false;
    if (is_written)
        return 0;
    (void)fputs(line, stdout); /* it was signed: it must not be lost */
    (void)fflush(stdout);
    return sx_cli_report(SEXEC_FILE, "%s can't be written", path);
}

static int checkpoint(struct sexec *object, const struct sx_audit_options *options)
{
    struct sx_cli_secret passphrase = { "" };
    const char *line = NULL;
    int code;

    if (options->key == NULL || options->sign == NULL || options->file_count > 1)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "checkpoint wants --key, --sign and at most one file");
    /* A line that isn't sealed ends the audit: nothing would be written behind it. */
    if (is_same_file(options->output, options->files[0]) ||
        is_same_file(options->output, options->key))
        return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                             "--output is the audit itself; name a file that is kept elsewhere");
    if (options->passphrase_file != NULL) {
        int status = sx_cli_secret_from_file(options->passphrase_file, &passphrase);

        if (status != 0)
            return status;
    }
    code = sexec_audit_checkpoint(object, options->files[0], options->key, options->sign,
                                  passphrase.text, &line);
    sx_cli_secret_clear(&passphrase);
    if (code != 0)
        return fail(object, code);
    if (options->output != NULL)
        return append_line(options->output, line);
    (void)fputs(line, stdout);
    return sx_cli_finish_output(0);
}

static int rotate(struct sexec *object, const struct sx_audit_options *options)
{
    int code;

    if (options->key == NULL || options->to == NULL || options->file_count != 1)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "rotate wants --key, --to and one file");
    code = sexec_audit_rotate(object, options->files[0], options->key, options->to);
    return code == 0 ? 0 : fail(object, code);
}

static const struct {
    const char *name;
    int (*run)(struct sexec *object, const struct sx_audit_options *options);
    bool wants_files;
} commands[] = {
    { "keygen", keygen, true }, { "verify", verify, true },          { "show", show, true },
    { "report", report, true }, { "checkpoint", checkpoint, false }, { "rotate", rotate, true },
};

static int run(struct sexec *object, const struct sx_audit_options *options)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, options->command) != 0)
            continue;
        if (commands[i].wants_files && options->file_count == 0)
            return sx_cli_report(SEXEC_INVALID_ARGUMENT, "%s wants files", options->command);
        return commands[i].run(object, options);
    }
    return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                         "there is no command %s; sexec-audit --help lists them", options->command);
}

int main(int argc, char **argv)
{
    struct sx_audit_options options = { 0 };
    struct sexec *object;
    int status;

    if (argc < 1 || sx_cli_open_standard() != 0)
        return SX_CLI_EXIT_FAILURE;
    object = sexec_new();
    if (object == NULL)
        return sx_cli_report(SEXEC_MEMORY, "%s", sexec_error_text(SEXEC_MEMORY));
    status = sx_audit_options_parse(object, argv, &options);
    if (status == 0 && options.is_help) {
        (void)fputs(help, stdout);
        status = sx_cli_finish_output(0);
    } else if (status == 0)
        status = run(object, &options);
    sexec_free(object);
    return status;
}
