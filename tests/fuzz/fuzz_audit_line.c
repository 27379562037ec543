/* Audit lines as a verifier meets them: whatever it takes is flat JSON in the one form, and its
 * parts lie inside of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "audit/line.h"
#include "unit/audit/json_check.h"

static void check_inside(struct sx_slice whole, struct sx_slice part)
{
    if (part.ptr == NULL)
        return;
    if (part.ptr < whole.ptr || part.ptr + part.len > whole.ptr + whole.len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sx_slice bytes = sx_slice_of(data, size);
    struct sx_audit_line line;
    char text[64];

    if (sx_audit_members_read(bytes, &line) != SX_OK)
        return 0;
    for (size_t i = 0; i < line.count; i++) {
        check_inside(bytes, line.members[i].name);
        check_inside(bytes, line.members[i].raw);
        if (line.members[i].number > SX_AUDIT_NUMBER_MAX)
            abort();
        if (strlen(sx_audit_member_text(&line.members[i], text, sizeof text)) >= sizeof text)
            abort();
    }
    if (sx_audit_line_read(bytes, &line) != SX_OK)
        return 0;
    check_inside(bytes, line.sealed);
    if (line.sealed.len + 74 != size || memcmp(data + line.sealed.len, ",\"tag\":\"", 8) != 0)
        abort();
    return 0;
}
