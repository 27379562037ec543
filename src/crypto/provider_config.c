/* crypto/provider_config.c: reads, judges and applies the section file of a FIPS module. */
#include "crypto/provider_config.h"

#include "base/memory.h"
#include "base/text.h"

#include <openssl/bio.h>
#include <openssl/conf.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SX_HOW_TO_MAKE                                                                             \
    "make one with: openssl fipsinstall -self_test_onload -module FOLDER/fips.so -out FILE, then " \
    "take the line activate = 1 out"

enum { SX_NAME_MAX = 47, SX_VALUE_MAX = SX_CONFIG_MAC_MAX - 1, SX_SHOWN_MAX = 96 };

/* --- The file --------------------------------------------------------------------------------- */

static enum sx_err read_file(const char *path, struct sx_fault *fault, char *out, size_t cap,
                             size_t *out_len)
{
    struct stat st;
    size_t n = 0;
    /* Non-blocking, so that a FIFO put in its place can't hang us. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    enum sx_err err = SX_OK;

    if (fd < 0)
        return sx_fault_set_sys(fault, SX_ERR_PROVIDER, errno,
                                "the FIPS module's config file %s can't be opened (%s); " //
                                SX_HOW_TO_MAKE ", and name it with --provider-config",
                                path, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > (off_t)cap) {
        err = sx_fault_set(fault, SX_ERR_PROVIDER,
                           "the FIPS module's config %s is not a regular file of at most %zu bytes",
                           path, cap);
        goto out;
    }
    while (n < cap) {
        ssize_t got = read(fd, out + n, cap - n);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            err = sx_fault_set_sys(fault, SX_ERR_PROVIDER, errno,
                                   "the FIPS module's config %s can't be read (%s)", path,
                                   strerror(errno));
            goto out;
        }
        if (got == 0)
            break;
        n += (size_t)got;
    }
    *out_len = n;
out:
    (void)close(fd);
    return err;
}

/* --- Lines ------------------------------------------------------------------------------------ */

enum line_kind { LINE_EMPTY, LINE_SECTION, LINE_SETTING, LINE_OTHER };

struct line {
    enum line_kind kind;
    struct sx_slice raw;
    struct sx_slice name; /* of the setting or the section */
    struct sx_slice value;
};

static struct sx_slice trim(struct sx_slice s)
{
    while (s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t'))
        s = sx_slice_of(s.ptr + 1, s.len - 1);
    while (s.len > 0 && strchr(" \t\r", s.ptr[s.len - 1]) != NULL && s.ptr[s.len - 1] != '\0')
        s.len--;
    return s;
}

static bool is_plain(struct sx_slice s, const char *also, size_t max)
{
    if (s.len == 0 || s.len > max)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        uint8_t c = s.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              (c != '\0' && strchr(also, c) != NULL)))
            return false;
    }
    return true;
}

static bool next_line(struct sx_slice *rest, struct line *out)
{
    const uint8_t *end;
    const uint8_t *equals;
    struct sx_slice s;

    if (rest->len == 0)
        return false;
    end = memchr(rest->ptr, '\n', rest->len);
    s = sx_slice_of(rest->ptr, end != NULL ? (size_t)(end - rest->ptr) : rest->len);
    *rest = end != NULL ? sx_slice_of(end + 1, rest->len - s.len - 1) : SX_SLICE_NONE;

    memset(out, 0, sizeof *out);
    s = trim(s);
    out->raw = s;
    out->kind = LINE_OTHER;
    if (s.len == 0 || s.ptr[0] == '#') {
        out->kind = LINE_EMPTY;
    } else if (s.ptr[0] == '[' && s.ptr[s.len - 1] == ']') {
        out->kind = LINE_SECTION;
        out->name = trim(sx_slice_of(s.ptr + 1, s.len - 2));
    } else if ((equals = memchr(s.ptr, '=', s.len)) != NULL) {
        out->name = trim(sx_slice_of(s.ptr, (size_t)(equals - s.ptr)));
        out->value = trim(sx_slice_of(equals + 1, s.len - (size_t)(equals - s.ptr) - 1));
        if (is_plain(out->name, "-", SX_NAME_MAX) && is_plain(out->value, ":_-", SX_VALUE_MAX))
            out->kind = LINE_SETTING;
    }
    return true;
}

/* --- Judgement -------------------------------------------------------------------------------- */

/* The section to take: fips_sect if there is one, else the only one that holds module-mac. */
static enum sx_err choose_section(struct sx_slice text, const char *path, struct sx_fault *fault,
                                  struct sx_slice *out)
{
    struct sx_slice rest = text;
    struct sx_slice section = SX_SLICE_NONE;
    struct sx_slice chosen = SX_SLICE_NONE;
    struct line line;

    while (next_line(&rest, &line)) {
        if (line.kind == LINE_SECTION) {
            section = line.name;
            if (sx_slice_is_text(section, "fips_sect")) {
                *out = section;
                return SX_OK;
            }
        } else if (sx_slice_is_text(line.name, "module-mac")) {
            if (chosen.len != 0 && !sx_slice_is_equal(chosen, section))
                return sx_fault_set(fault, SX_ERR_PROVIDER,
                                    "the FIPS module's config %s has no section fips_sect, and "
                                    "module-mac in more than one other section",
                                    path);
            chosen = section;
        }
    }
    if (chosen.len == 0)
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS module's config %s has no section fips_sect and no other "
                            "section with module-mac; " SX_HOW_TO_MAKE,
                            path);
    *out = chosen;
    return SX_OK;
}

static enum sx_err judge(const struct line *line, const char *path, struct sx_fault *fault)
{
    static const char *const forbidden[] = { "activate", "module", "identity" };
    char shown[SX_SHOWN_MAX];

    sx_escape(shown, sizeof shown, line->raw);
    if (line->kind != LINE_SETTING)
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS module's config %s: the line \"%s\" is not a plain "
                            "name = value, and nothing else is accepted there",
                            path, shown);
    for (size_t i = 0; i < sizeof forbidden / sizeof forbidden[0]; i++) {
        if (sx_slice_is_text(line->name, forbidden[i]))
            return sx_fault_set(fault, SX_ERR_PROVIDER,
                                "the FIPS module's config %s has \"%s\": %s must not be there, as "
                                "this library loads the module itself; take the line out",
                                path, shown, forbidden[i]);
    }
    if (sx_slice_is_text(line->value, "0"))
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS module's config %s switches a check off: \"%s\"", path,
                            shown);
    return SX_OK;
}

static bool has_name(struct sx_slice text, struct sx_slice name)
{
    struct line line;

    while (next_line(&text, &line)) {
        if (sx_slice_is_equal(line.name, name))
            return true;
    }
    return false;
}

static enum sx_err take(const struct line *line, const char *path, struct sx_fault *fault,
                        struct sx_module_config *out)
{
    int n;

    SX_TRY(judge(line, path, fault));
    if (has_name(sx_slice_of(out->lines, out->lines_len), line->name))
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS module's config %s has \"%.*s\" twice", path,
                            (int)line->name.len, (const char *)line->name.ptr);
    if (sx_slice_is_text(line->name, "module-mac"))
        memcpy(out->mac, line->value.ptr, line->value.len); /* shorter than mac, see is_plain */
    if (sx_slice_is_text(line->name, "install-status"))
        out->has_install_status = true;
    n = snprintf(out->lines + out->lines_len, sizeof out->lines - out->lines_len, "%.*s = %.*s\n",
                 (int)line->name.len, (const char *)line->name.ptr, (int)line->value.len,
                 (const char *)line->value.ptr);
    if (n < 0 || (size_t)n >= sizeof out->lines - out->lines_len)
        return sx_fault_set(fault, SX_ERR_PROVIDER, "the FIPS module's config %s is too long",
                            path);
    out->lines_len += (size_t)n;
    return SX_OK;
}

static enum sx_err parse(struct sx_slice text, const char *path, struct sx_fault *fault,
                         struct sx_module_config *out)
{
    struct sx_slice chosen = SX_SLICE_NONE;
    struct sx_slice section = SX_SLICE_NONE;
    struct line line;

    SX_TRY(choose_section(text, path, fault, &chosen));
    while (next_line(&text, &line)) {
        if (line.kind == LINE_SECTION)
            section = line.name;
        else if (line.kind != LINE_EMPTY && section.ptr != NULL &&
                 sx_slice_is_equal(section, chosen))
            SX_TRY(take(&line, path, fault, out));
    }
    if (out->mac[0] == '\0')
        return sx_fault_set(fault, SX_ERR_PROVIDER,
                            "the FIPS module's config %s has no module-mac in its section; " //
                            SX_HOW_TO_MAKE,
                            path);
    return SX_OK;
}

enum sx_err sx_module_config_read(const char *path, struct sx_fault *fault,
                                  struct sx_module_config *out)
{
    struct sx_module_config *config = sx_alloc(sizeof *config);
    char *text = sx_alloc(SX_CONFIG_FILE_MAX);
    size_t n = 0;
    enum sx_err err = SX_ERR_MEMORY;

    if (config != NULL && text != NULL)
        err = read_file(path, fault, text, SX_CONFIG_FILE_MAX, &n);
    if (err == SX_OK)
        err = parse(sx_slice_of(text, n), path, fault, config);
    if (err == SX_OK)
        *out = *config;
    sx_free(text);
    sx_free(config);
    return err;
}

/* --- Hand-over -------------------------------------------------------------------------------- */

enum sx_err sx_module_config_apply(const struct sx_module_config *config, OSSL_LIB_CTX *libctx,
                                   struct sx_fault *fault)
{
    static const char frame[] = "openssl_conf = sx init\n[sx init]\nproviders = sx providers\n"
                                "[sx providers]\nfips = sx fips\n[sx fips]\n";
    BIO *bio = BIO_new(BIO_s_mem());
    CONF *conf = NCONF_new_ex(libctx, NULL);
    long line = 0;
    enum sx_err err = SX_OK;

    if (bio == NULL || conf == NULL ||
        BIO_write(bio, frame, (int)sizeof frame - 1) != (int)sizeof frame - 1 ||
        BIO_write(bio, config->lines, (int)config->lines_len) != (int)config->lines_len) {
        err = SX_ERR_MEMORY;
        goto out;
    }
    /* No value of a line can be one of these sections' names, as values hold no spaces. */
    if (NCONF_load_bio(conf, bio, &line) != 1 || CONF_modules_load(conf, NULL, 0) != 1)
        err = sx_openssl_fault(fault, SX_ERR_PROVIDER, "the FIPS module's config isn't accepted");
out:
    NCONF_free(conf);
    BIO_free(bio);
    return err;
}
