/* client/terminal.c: terminal modes in both encodings. */
#include "client/terminal.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "client/errors.h"
#include "client/special.h"

enum { MODES_TEXT_MAX = 160 * 16 };

int sx_set_terminal_modes(struct sexec *object, const char *value)
{
    if (sx_terminal_modes_parse(sx_slice_text(value), &object->values.terminal_modes) == SX_OK)
        return 0;
    return sx_fail(
        object, SEXEC_SETTING,
        "setting TerminalModes: the value must be opcode=value pairs with commas between "
        "them, such as 53=0; opcodes are 1 to 159");
}

int sx_get_terminal_modes(struct sexec *object, struct sx_buffer *out)
{
    const struct sx_terminal_modes *modes = &object->values.terminal_modes;
    char text[MODES_TEXT_MAX] = "";
    size_t used = 0;

    for (size_t i = 0; i + 5 <= modes->len && used < sizeof text; i += 5) {
        const uint8_t *mode = modes->bytes + i;
        int n = snprintf(text + used, sizeof text - used, "%s%u=%lu", used == 0 ? "" : ",", mode[0],
                         (unsigned long)mode[1] << 24 | (unsigned long)mode[2] << 16 |
                             (unsigned long)mode[3] << 8 | mode[4]);

        used += n > 0 ? (size_t)n : 0;
    }
    return sx_lend_text(object, out, text);
}

int sx_set_encoded_mode_bytes(struct sexec *object, struct sx_slice value)
{
    if (sx_terminal_modes_set(value, &object->values.terminal_modes) == SX_OK)
        return 0;
    return sx_fail(object, SEXEC_SETTING,
                   "setting EncodedTerminalModes: the value must be opcodes (1 to 159) with four "
                   "bytes each, and a zero byte at the end");
}

int sx_set_encoded_modes(struct sexec *object, const char *value)
{
    uint8_t bytes[SX_TERMINAL_MODES_MAX];
    size_t len = 0;

    if (sx_hex_decode(sx_slice_text(value), bytes, sizeof bytes, &len) != SX_OK)
        return sx_fail(object, SEXEC_SETTING,
                       "setting EncodedTerminalModes: as a text it must be hex; "
                       "sexec_config_bytes takes the bytes");
    return sx_set_encoded_mode_bytes(object, sx_slice_of(bytes, len));
}

int sx_get_encoded_modes(struct sexec *object, struct sx_buffer *out)
{
    const struct sx_terminal_modes *modes = &object->values.terminal_modes;
    char text[3 * SX_TERMINAL_MODES_MAX + 1];

    return sx_lend_text(object, out,
                        sx_hex_encode(text, sx_slice_of(modes->bytes, modes->len), '\0'));
}

int sx_check_terminal_type(struct sexec *object, const char *value)
{
    size_t len = strlen(value);

    for (size_t i = 0; i < len; i++)
        if (value[i] <= ' ' || value[i] > '~')
            len = SX_TERMINAL_TYPE_MAX;
    if (len > 0 && len < SX_TERMINAL_TYPE_MAX)
        return 0;
    return sx_fail(object, SEXEC_SETTING,
                   "setting TerminalType: the value must be a name for TERM, such as vt100");
}

/* --- What says little here -------------------------------------------------------------------- */

int sx_get_license(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out,
                        "Product: libsexec " SX_VERSION "\nProduct Key: none is needed\n"
                        "License Source: none\nLicense Type: none\nLast Valid Build: any\n");
}

int sx_set_internal_api(struct sexec *object, const char *value)
{
    bool wanted = false;

    if (sx_parse_bool(value, &wanted) && !wanted)
        return 0;
    return sx_fail(object, SEXEC_SETTING,
                   "setting UseInternalSecurityAPI: only False is possible, as there is no "
                   "cryptography here but the provider's");
}

int sx_get_internal_api(struct sexec *object, struct sx_buffer *out)
{
    return sx_lend_text(object, out, "False");
}
