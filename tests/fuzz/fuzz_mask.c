/* Commands to be covered, with a site's rules: any bytes are taken, the result ends where its room does,
 * a list that is taken for valid finds its way through any command, and a secret behind a name that a
 * rule has is never in the result. The input: names, a line end, arguments, a line end, the command. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mask.h"
#include "base/memory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LIST_MAX = 1024 };

static void take_list(struct sx_slice *input, char out[LIST_MAX])
{
    const uint8_t *end = input->len == 0 ? NULL : memchr(input->ptr, '\n', input->len);
    size_t len = end == NULL ? 0 : (size_t)(end - input->ptr);

    out[0] = '\0';
    if (end == NULL)
        return;
    if (len < LIST_MAX && memchr(input->ptr, '\0', len) == NULL) {
        memcpy(out, input->ptr, len);
        out[len] = '\0';
    }
    *input = sx_slice_of(end + 1, input->len - len - 1);
}

static void promise_covered(struct sx_slice command, const struct sx_mask_rules *rules)
{
    static const char secret[] = "; X_PASSWORD=5ecretW0rd";
    size_t len = command.len + sizeof secret - 1;
    uint8_t *whole = malloc(len);
    char *masked;

    for (size_t i = 0; i + 10 <= command.len; i++)
        if (memcmp(command.ptr + i, "5ecretW0rd", 10) == 0) {
            free(whole);
            return; /* the command shows it elsewhere */
        }

    if (whole == NULL || memchr(command.ptr, '\'', command.len) != NULL ||
        memchr(command.ptr, '"', command.len) != NULL ||
        (command.len > 0 && command.ptr[command.len - 1] == '\\')) {
        free(whole);
        return;
    }
    memcpy(whole, command.ptr, command.len);
    memcpy(whole + command.len, secret, sizeof secret - 1);
    masked = sx_mask_command(sx_slice_of(whole, len), rules);
    if (masked != NULL && memchr(command.ptr, '\0', command.len) == NULL &&
        strstr(masked, "5ecretW0rd") != NULL)
        abort();
    sx_text_free_wiped(masked);
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_slice input = sx_slice_of(data, size);
    char names[LIST_MAX];
    char arguments[LIST_MAX];
    struct sx_mask_rules rules;
    char *masked;

    take_list(&input, names);
    take_list(&input, arguments);
    rules.names = sx_mask_names_are_valid(sx_slice_text(names)) ? names : NULL;
    rules.arguments = sx_mask_arguments_are_valid(sx_slice_text(arguments)) ? arguments : NULL;
    masked = sx_mask_command(input, &rules);
    if (masked == NULL)
        return 0;
    if (input.len > 0 && memchr(input.ptr, '\0', input.len) == NULL &&
        strlen(masked) > 5 * input.len)
        abort();
    sx_text_free_wiped(masked);
    if (input.len > 0)
        promise_covered(input, &rules);
    return 0;
}
