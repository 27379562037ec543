/* keys/key_folder.c: key files in a folder as one store. */
#include "keys/key_folder.h"

#include <dirent.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"

enum { FOLDER_PATH_MAX = 1024, FOLDER_NAME_MAX = 256 };

static const char machine_folder[] = "/etc/sexec/keys";
static const char user_folder[] = ".config/sexec/keys";

struct names {
    char names[SX_FOLDER_FILES_MAX][FOLDER_NAME_MAX];
    size_t count;
};

static bool base_of(int type, char *out, size_t cap)
{
    struct passwd self;
    struct passwd *found = NULL;
    char storage[4096];
    int n;

    if (type == SX_STORE_MACHINE) {
        n = snprintf(out, cap, "%s", machine_folder);
    } else {
        if (getpwuid_r(geteuid(), &self, storage, sizeof storage, &found) != 0 || found == NULL)
            return false;
        n = snprintf(out, cap, "%s/%s", found->pw_dir, user_folder);
    }
    return n > 0 && (size_t)n < cap;
}

static bool path_of(const struct sx_store_spec *spec, char *out, size_t cap)
{
    char base[FOLDER_PATH_MAX];
    int n;

    if (spec->length > 0 && spec->value[0] == '/')
        n = snprintf(out, cap, "%s", spec->value);
    else if (!base_of(spec->type, base, sizeof base))
        return false;
    else if (spec->length == 0 || strcmp(spec->value, "MY") == 0)
        n = snprintf(out, cap, "%s", base);
    else if (strchr(spec->value, '/') != NULL || spec->value[0] == '.')
        return false;
    else
        n = snprintf(out, cap, "%s/%s", base, spec->value);
    return n > 0 && (size_t)n < cap;
}

static bool is_wanted(const char *name)
{
    size_t n = strlen(name);

    return name[0] != '.' && n < FOLDER_NAME_MAX && (n < 4 || strcmp(name + n - 4, ".pub") != 0);
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void list(DIR *folder, struct names *out)
{
    const struct dirent *entry;

    while (out->count < SX_FOLDER_FILES_MAX && (entry = readdir(folder)) != NULL) {
        if (is_wanted(entry->d_name))
            (void)snprintf(out->names[out->count++], FOLDER_NAME_MAX, "%s", entry->d_name);
    }
    qsort(out->names, out->count, FOLDER_NAME_MAX, compare);
}

/* Who can put a key there signs on with it as somebody else. */
static enum sx_err check_mode(DIR *folder, const char *shown, bool is_loose_allowed,
                              struct sx_fault *fault)
{
    struct stat st;

    if (fstat(dirfd(folder), &st) != 0)
        return sx_fault_set(fault, SX_ERR_FILE, "%s: the folder can't be examined", shown);
    if (is_loose_allowed ||
        ((st.st_mode & (S_IWGRP | S_IWOTH)) == 0 && (st.st_uid == geteuid() || st.st_uid == 0)))
        return SX_OK;
    return sx_fault_set(fault, SX_ERR_FILE_MODE,
                        "%s: others can write into this key folder (its mode is %04o); take that "
                        "away with chmod go-w, or use another store",
                        shown, (unsigned)(st.st_mode & 07777));
}

static enum sx_err open_each(struct sx_provider *provider, const struct sx_store_spec *spec,
                             const char *path, const struct names *names, struct sx_fault *fault,
                             struct sx_store *out)
{
    char file[FOLDER_PATH_MAX + FOLDER_NAME_MAX];
    enum sx_err first = SX_OK;

    for (size_t i = 0; i < names->count; i++) {
        struct sx_store_spec one = *spec;
        struct sx_store found = { .count = 0 };
        struct sx_fault inner = { 0 };
        enum sx_err err;

        (void)snprintf(file, sizeof file, "%s/%s", path, names->names[i]);
        one.type = SX_STORE_AUTO;
        one.value = file;
        one.length = strlen(file);
        err = sx_store_open(provider, &one, &inner, &found);
        if (err == SX_OK)
            err = sx_store_merge(out, &found, &inner);
        sx_store_clear(&found);
        if (err != SX_OK && first == SX_OK)
            first = sx_fault_set(fault, err, "%s", inner.text);
    }
    if (out->count == 0)
        return first;
    if (first != SX_OK && fault != NULL)
        sx_fault_clear(fault);
    return SX_OK;
}

enum sx_err sx_key_folder_open(struct sx_provider *provider, const struct sx_store_spec *spec,
                               struct sx_fault *fault, struct sx_store *out)
{
    char path[FOLDER_PATH_MAX];
    char shown[FOLDER_PATH_MAX];
    struct names *names;
    DIR *folder;
    enum sx_err err;

    if (!path_of(spec, path, sizeof path))
        return sx_fault_set(fault, SX_ERR_ARGUMENT, "ssh_cert_store \"%s\" names no folder of keys",
                            sx_escape(shown, sizeof shown, sx_slice_text(spec->value)));
    sx_escape(shown, sizeof shown, sx_slice_text(path));
    names = sx_alloc(sizeof *names);
    if (names == NULL)
        return SX_ERR_MEMORY;
    folder = opendir(path);
    if (folder == NULL) {
        err = SX_OK; /* as if it were empty */
    } else {
        err = check_mode(folder, shown, spec->allow_loose_mode, fault);
        list(folder, names);
        (void)closedir(folder);
    }
    if (err == SX_OK && names->count == 0)
        err = sx_fault_set(fault, SX_ERR_AUTH_NO_CREDENTIALS,
                           "public key authentication needs a private key: set ssh_cert_store and "
                           "ssh_cert_store_type (6 file, 7 blob, 99 automatic), or put one into "
                           "the folder %s",
                           shown);
    if (err == SX_OK)
        err = open_each(provider, spec, path, names, fault, out);
    sx_free(names);
    return err;
}
