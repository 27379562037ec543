/* transport/ident.c: reads the server's version line and the comment lines before it. */
#include "transport/ident.h"

#include <string.h>

#include "base/text.h"

bool sx_ident_is_valid_client(const char *line)
{
    size_t len = strlen(line);

    if (len < strlen("SSH-2.0-") + 1 || len > SX_IDENT_MAX - 2 ||
        strncmp(line, "SSH-2.0-", strlen("SSH-2.0-")) != 0)
        return false;
    for (size_t i = 0; i < len; i++)
        if (line[i] < 0x20 || line[i] > 0x7e)
            return false;
    return true;
}

static bool is_pattern_matched(const char *patterns, const char *line)
{
    struct sx_slice rest = sx_slice_text(patterns);
    struct sx_slice entry;
    char pattern[SX_IDENT_MAX + 1];

    while (sx_list_next(&rest, &entry)) {
        if (entry.len == 0 || entry.len >= sizeof pattern)
            continue;
        memcpy(pattern, entry.ptr, entry.len);
        pattern[entry.len] = '\0';
        if (sx_pattern_is_match(pattern, line))
            return true;
    }
    return false;
}

static enum sx_err take_version(struct sx_ident *ident, struct sx_slice line, const char *patterns,
                                struct sx_fault *fault)
{
    char shown[3 * SX_IDENT_MAX];

    sx_escape(shown, sizeof shown, line);
    if (line.len > SX_IDENT_MAX - 2)
        return sx_fault_set(fault, SX_ERR_PEER_VERSION,
                            "the server's version line has %zu bytes, more than the 253 that "
                            "RFC 4253 section 4.2 allows",
                            line.len);
    /* A control byte or NUL inside would make the text that we show or match differ from the
     * bytes that enter the exchange hash. */
    for (size_t i = 0; i < line.len; i++)
        if (line.ptr[i] < 0x20 || line.ptr[i] == 0x7f)
            return sx_fault_set(fault, SX_ERR_PEER_VERSION,
                                "the server's version line holds control bytes: %s", shown);
    memcpy(ident->line, line.ptr, line.len);
    ident->line[line.len] = '\0';
    if (!is_pattern_matched(patterns, ident->line))
        return sx_fault_set(fault, SX_ERR_PEER_VERSION,
                            "the server's version line \"%s\" matches none of the accepted "
                            "patterns \"%s\" (setting SSHVersionPattern)",
                            shown, patterns);
    ident->is_done = true;
    return SX_OK;
}

enum sx_err sx_ident_read(struct sx_ident *ident, struct sx_buffer *in, const char *patterns,
                          struct sx_fault *fault)
{
    while (!ident->is_done) {
        struct sx_slice all = sx_buffer_unread(in);
        const uint8_t *end = all.len == 0 ? NULL : memchr(all.ptr, '\n', all.len);
        struct sx_slice line;

        if (end == NULL) {
            if (all.len > SX_IDENT_COMMENT_MAX)
                return sx_fault_set(fault, SX_ERR_PEER_VERSION,
                                    "no line end within %d bytes: this is no SSH server",
                                    SX_IDENT_COMMENT_MAX);
            return SX_OK;
        }
        line = sx_slice_of(all.ptr, (size_t)(end - all.ptr));
        /* Old servers end the line with LF alone (RFC 4253 section 5). */
        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        if (line.len >= 4 && memcmp(line.ptr, "SSH-", 4) == 0) {
            SX_TRY(take_version(ident, line, patterns, fault));
        } else if (line.len > SX_IDENT_COMMENT_MAX ||
                   ++ident->comment_count > SX_IDENT_COMMENTS_MAX) {
            return sx_fault_set(fault, SX_ERR_PEER_VERSION,
                                "too much text before the server's version line");
        }
        sx_buffer_consume(in, (size_t)(end - all.ptr) + 1);
    }
    return SX_OK;
}
