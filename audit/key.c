/* audit/key.c: making the key, and reading the verifier's copy. */
#include "audit/key.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

static const char first_line[] = "libsexec audit key 1\n";

static enum sx_err write_copy(const char *path, const char *text, struct sx_fault *fault)
{
    size_t len = strlen(text);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool is_done;
    int sys;

    if (fd < 0)
        return sx_fault_set_sys(fault, SX_ERR_FILE, errno, "%s can't be made: %s", path,
                                strerror(errno));
    is_done = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
    sys = errno;
    if (close(fd) == 0 && is_done)
        return SX_OK;
    (void)unlink(path);
    return sx_fault_set_sys(fault, SX_ERR_FILE, sys, "%s can't be written: %s", path,
                            strerror(sys));
}

enum sx_err sx_audit_key_generate(const struct sx_audit_crypto *crypto, const char *machine_path,
                                  const char *verifier_path, struct sx_fault *fault)
{
    struct sx_audit_state state = { 0 };
    char chain[3 * SX_AUDIT_CHAIN_ID_LEN + 1];
    char key[3 * SX_SEAL_KEY_LEN + 1];
    char text[256];
    enum sx_err err = sx_random_bytes(crypto->provider, state.head.chain, sizeof state.head.chain);

    if (err == SX_OK)
        err = sx_seal_key_generate(crypto->provider, state.head.key);
    if (err == SX_OK) {
        sx_hex_encode(chain, sx_slice_of(state.head.chain, sizeof state.head.chain), '\0');
        sx_hex_encode(key, sx_slice_of(state.head.key, sizeof state.head.key), '\0');
        (void)snprintf(text, sizeof text, "%schain: %s\nkey: %s\n", first_line, chain, key);
        err = write_copy(verifier_path, text, fault);
    }
    if (err == SX_OK) {
        err = sx_audit_state_create(crypto, machine_path, &state, fault);
        if (err != SX_OK)
            (void)unlink(verifier_path);
    }
    sx_wipe(text, sizeof text);
    sx_wipe(key, sizeof key);
    sx_wipe(&state, sizeof state);
    return sx_fault_note(fault, err);
}

/* The hex of a line that begins with name; *bytes loses the line. */
static bool take_hex(struct sx_slice *bytes, const char *name, uint8_t *out, size_t len)
{
    size_t before = strlen(name);
    size_t whole = before + 2 * len + 1;
    size_t got;

    if (bytes->len < whole || memcmp(bytes->ptr, name, before) != 0 ||
        bytes->ptr[whole - 1] != '\n' ||
        sx_hex_decode(sx_slice_of(bytes->ptr + before, 2 * len), out, len, &got) != SX_OK ||
        got != len)
        return false;
    *bytes = sx_slice_of(bytes->ptr + whole, bytes->len - whole);
    return true;
}

enum sx_err sx_audit_key_decode(struct sx_slice bytes, struct sx_fault *fault,
                                struct sx_audit_head *out)
{
    size_t len = sizeof first_line - 1;
    struct sx_audit_head head = { 0 };
    bool is_good = bytes.len > len && memcmp(bytes.ptr, first_line, len) == 0;

    if (is_good) {
        bytes = sx_slice_of(bytes.ptr + len, bytes.len - len);
        is_good = take_hex(&bytes, "chain: ", head.chain, sizeof head.chain) &&
                  take_hex(&bytes, "key: ", head.key, sizeof head.key) && bytes.len == 0;
    }
    if (is_good)
        *out = head;
    sx_wipe(&head, sizeof head);
    return is_good ? SX_OK
                   : sx_fault_set(fault, SX_ERR_KEY_FORMAT,
                                  "not the verifier's copy of an audit key, as sexec-audit keygen "
                                  "makes it (the machine's file is another one)");
}
