/* tests/interop/key_store.c: stores of keys through the library's own interface, without a server.
 *
 *     key_store open TYPE FILE PASSPHRASE SUBJECT
 *         opens FILE's bytes (TYPE of a blob, or 99) or FILE itself (TYPE of a file), searches for
 *         SUBJECT, and prints "CODE SUBJECT-FOUND"
 *     key_store damage FILE PASSPHRASE PUBLIC COUNT STEP HAS-CHECK
 *         changes COUNT random places of FILE's bytes, one at a time, and cuts it at every STEP-th
 *         length; no outcome may be another private key than that of PUBLIC, in PEM. With HAS-CHECK
 *         0 the form can't tell a changed key from another good one, so only the end counts.
 *
 * Exits with 0, or says what went wrong. */
#include <sexec/sexec.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 64 * 1024 };

struct bytes {
    unsigned char data[FILE_MAX];
    size_t length;
};

static void read_file(const char *path, struct bytes *out)
{
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        fprintf(stderr, "%s can't be opened\n", path);
        exit(2);
    }
    out->length = fread(out->data, 1, sizeof out->data, file);
    fclose(file);
}

static struct sexec *object_new(int type, const char *passphrase)
{
    struct sexec *ssh = sexec_new();

    if (ssh == NULL || sexec_set_ssh_cert_store_type(ssh, type) != 0 ||
        sexec_set_ssh_cert_store_password(ssh, passphrase) != 0)
        exit(2);
    return ssh;
}

static bool is_file_type(int type)
{
    static const int types[] = { 0, 1, 2, 4, 6, 8, 11, 13, 14, 16, 18, 21, 23 };

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (types[i] == type)
            return true;
    return false;
}

static int open_store(int type, const char *path, const char *passphrase, const char *subject)
{
    static struct bytes bytes;
    struct sexec *ssh = object_new(type, passphrase);
    int code;

    if (is_file_type(type)) {
        code = sexec_set_ssh_cert_store(ssh, path, strlen(path));
    } else {
        read_file(path, &bytes);
        code = sexec_set_ssh_cert_store(ssh, bytes.data, bytes.length);
    }
    if (code == 0)
        code = sexec_set_ssh_cert_subject(ssh, subject);
    printf("%d %s\n", code, sexec_get_ssh_cert_subject(ssh));
    if (code != 0)
        printf("%s\n", sexec_get_last_error(ssh));
    sexec_free(ssh);
    return 0;
}

/* True unless the store opened and holds another private key. */
static bool is_right(struct sexec *ssh, const struct bytes *store, size_t length,
                     const struct bytes *public_key, const char *new_path)
{
    int code = sexec_set_ssh_cert_encoded(ssh, NULL, 0);

    if (code == 0)
        code = sexec_set_ssh_cert_store(ssh, store->data, length);
    if (code == 0)
        code = sexec_set_ssh_cert_encoded(ssh, public_key->data, public_key->length);
    if (code != 0)
        return sexec_get_last_error(ssh)[0] != '\0';
    if (sexec_get_ssh_cert_subject(ssh)[0] != '\0')
        return true;
    /* It opened, and the key isn't there: then there must be no private key at all. */
    if (sexec_set_ssh_cert_encoded(ssh, NULL, 0) != 0)
        return false;
    return sexec_convert_key(ssh, new_path, "passphrase", true) == SEXEC_KEY_NOT_FOUND;
}

static int damage(char **arguments)
{
    static struct bytes whole, public_key, changed;
    struct sexec *ssh = object_new(SEXEC_CST_AUTO, arguments[1]);
    int count = atoi(arguments[3]), step = atoi(arguments[4]);
    bool has_check = strcmp(arguments[5], "0") != 0;
    char new_path[4096];
    unsigned seed = 20261123;

    read_file(arguments[0], &whole);
    read_file(arguments[2], &public_key);
    snprintf(new_path, sizeof new_path, "%s.wrong", arguments[0]);
    if (!is_right(ssh, &whole, whole.length, &public_key, new_path) ||
        sexec_get_ssh_cert_subject(ssh)[0] == '\0') {
        fprintf(stderr, "the whole file gives no key: %s\n", sexec_get_last_error(ssh));
        return 1;
    }
    for (int i = 0; i < count; i++) {
        size_t place;

        changed = whole;
        seed = seed * 1103515245u + 12345u;
        place = (seed >> 8) % whole.length;
        changed.data[place] ^= (unsigned char)(1u << (seed >> 5 & 7));
        if (!is_right(ssh, &changed, changed.length, &public_key, new_path) && has_check) {
            fprintf(stderr, "byte %zu changed gives a wrong key\n", place);
            return 1;
        }
    }
    for (size_t length = 1; length < whole.length; length += (size_t)step) {
        if (!is_right(ssh, &whole, length, &public_key, new_path) && has_check) {
            fprintf(stderr, "cut at %zu it gives a wrong key\n", length);
            return 1;
        }
    }
    sexec_free(ssh);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 6 && strcmp(argv[1], "open") == 0)
        return open_store(atoi(argv[2]), argv[3], argv[4], argv[5]);
    if (argc == 8 && strcmp(argv[1], "damage") == 0)
        return damage(argv + 2);
    fprintf(stderr, "usage: key_store open TYPE FILE PASSPHRASE SUBJECT\n"
                    "       key_store damage FILE PASSPHRASE PUBLIC COUNT STEP HAS-CHECK\n");
    return 2;
}
