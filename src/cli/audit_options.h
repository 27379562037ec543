/* cli/audit_options.h: the command line of sexec-audit. */
#ifndef SX_CLI_AUDIT_OPTIONS_H
#define SX_CLI_AUDIT_OPTIONS_H

#include <sexec/sexec.h>

enum { SX_AUDIT_FILES_MAX = 1024, SX_AUDIT_FILTERS_MAX = 16, SX_AUDIT_FILTER_SIZE = 256 };

struct sx_audit_options {
    bool is_help;
    bool is_collected;
    bool is_html;
    const char *command;
    const char *key;
    const char *checkpoints;
    const char *public_key;
    const char *sign;
    const char *passphrase_file;
    const char *output;
    const char *to;
    const char *files[SX_AUDIT_FILES_MAX + 1]; /* NULL-terminated */
    size_t file_count;
    const char *filters[SX_AUDIT_FILTERS_MAX + 1]; /* NULL-terminated, into filter_texts */
    char filter_texts[SX_AUDIT_FILTERS_MAX][SX_AUDIT_FILTER_SIZE];
    size_t filter_count;
};

/* sx_audit_options_parse: 0, or the exit status after a report. --policy and --module-dir go to the
 * object. */
int sx_audit_options_parse(struct sexec *object, char **argv, struct sx_audit_options *out);

#endif
