/* cli/audit_options.c: options of sexec-audit, anywhere among its operands. */
#include "cli/audit_options.h"

#include "cli/report.h"

#include <stdio.h>
#include <string.h>

static int add_filter(struct sx_audit_options *options, const char *name, const char *value)
{
    char *text = options->filter_texts[options->filter_count];

    if (options->filter_count == SX_AUDIT_FILTERS_MAX ||
        strlen(name) + strlen(value) + 2 > SX_AUDIT_FILTER_SIZE)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "--%s: too many filters, or too long", name);
    options->filters[options->filter_count++] = text;
    return snprintf(text, SX_AUDIT_FILTER_SIZE, "%s=%s", name, value) > 0 ? 0 : 1;
}

static int configure(struct sexec *object, const char *name, const char *value)
{
    char text[1024];
    int code;

    (void)snprintf(text, sizeof text, "%s=%s", name, value);
    code = sexec_config(object, text, NULL);
    return code == 0 ? 0 : sx_cli_report_object(object, code);
}

/* An option with its value. */
static int take(struct sexec *object, struct sx_audit_options *options, const char *name,
                const char *value)
{
    const struct {
        const char *name;
        const char **field;
    } fields[] = {
        { "key", &options->key },       { "checkpoints", &options->checkpoints },
        { "sign", &options->sign },     { "public-key", &options->public_key },
        { "output", &options->output }, { "passphrase-file", &options->passphrase_file },
    };
    static const char *const filters[] = { "host", "user", "from", "result", "session" };

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strcmp(fields[i].name, name) == 0) {
            *fields[i].field = value;
            return 0;
        }
    }
    for (size_t i = 0; i < sizeof filters / sizeof filters[0]; i++)
        if (strcmp(filters[i], name) == 0)
            return add_filter(options, name, value);
    if (strcmp(name, "to") == 0) { /* a time for views, a name for rotate */
        options->to = value;
        return add_filter(options, name, value);
    }
    if (strcmp(name, "policy") == 0)
        return configure(object, "Policy", value);
    if (strcmp(name, "module-dir") == 0)
        return configure(object, "ProviderModuleDir", value);
    return sx_cli_report(SEXEC_INVALID_ARGUMENT,
                         "there is no option --%s; sexec-audit --help lists them", name);
}

static bool take_flag(struct sx_audit_options *options, const char *name)
{
    if (strcmp(name, "help") == 0)
        options->is_help = true;
    else if (strcmp(name, "collected") == 0)
        options->is_collected = true;
    else if (strcmp(name, "html") == 0)
        options->is_html = true;
    else
        return false;
    return true;
}

static int take_operand(struct sx_audit_options *options, const char *operand)
{
    if (options->command == NULL) {
        options->command = operand;
        return 0;
    }
    if (options->file_count == SX_AUDIT_FILES_MAX)
        return sx_cli_report(SEXEC_INVALID_ARGUMENT, "too many files");
    options->files[options->file_count++] = operand;
    return 0;
}

int sx_audit_options_parse(struct sexec *object, char **argv, struct sx_audit_options *out)
{
    int status = 0;

    for (argv++; *argv != NULL && status == 0; argv++) {
        const char *word = *argv;
        char name[64];
        size_t len;

        if (strncmp(word, "--", 2) != 0) {
            status = take_operand(out, word);
            continue;
        }
        if (take_flag(out, word + 2))
            continue;
        len = strcspn(word + 2, "=");
        (void)snprintf(name, sizeof name, "%.*s", (int)(len < 60 ? len : 60), word + 2);
        if (word[2 + len] == '=')
            status = take(object, out, name, word + 3 + len);
        else if (argv[1] != NULL)
            status = take(object, out, name, *++argv);
        else
            status = sx_cli_report(SEXEC_INVALID_ARGUMENT, "option --%s needs a value", name);
    }
    if (status == 0 && out->command == NULL)
        out->is_help = true;
    return status;
}
