/* tests/interop/secrets.c: signs on, and after each step searches all memory of this process for the
 * secrets that it signed on with:
 *
 *     secrets HOST PORT USER FINGERPRINT MODE [NAME VALUE]...
 *
 *     password, answer, new, custom, passphrase, firewall SECRET      given to the library as their names say
 *     header, command, stdin SECRET                         in FirewallData, the command, its input
 *     look SECRET                                           only searched for, such as a private key
 *     level N                                               a log at this level
 *     type N, token URI, bytes FILE                         ssh_cert_store_type; ssh_cert_store, itself or
 *                                                           what is in a file
 *     key FILE, prompt PATTERN, set N=V, compression LIST, store FILE     settings (store: its contents, as a blob)
 *
 * A SECRET is hexadecimal of bytes that were XORed with 0x5a, so that its plain form stands nowhere
 * but where this program or the library puts it; this program wipes its own at once. Prints
 * "STEP NAME COUNT" for set, connected, off and freed, and "code N" for the logon. */
#include <sexec/settings.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MASK = 0x5a, SECRETS_MAX = 12, SECRET_MAX = 512, MAPS_MAX = 1 << 20 };

struct hidden {
    const char *name;
    unsigned char masked[SECRET_MAX];
    size_t length;
};

static struct hidden secrets[SECRETS_MAX];
static unsigned secret_count;
static const char *user;
static unsigned customs;
static char maps[MAPS_MAX];
static char plain[SECRET_MAX + 1]; /* a secret while it is handed over */

/* ---- the search ------------------------------------------------------------------------------ */

/* The byte at i of one of four forms: as it is, backwards (numbers of OpenSSL), and hexadecimal. */
static unsigned char form_byte(const struct hidden *secret, unsigned form, size_t i)
{
    static const char digits[2][17] = { "0123456789ABCDEF", "0123456789abcdef" };
    unsigned char byte;

    if (form == 0)
        return secret->masked[i] ^ MASK;
    if (form == 1)
        return secret->masked[secret->length - 1 - i] ^ MASK;
    byte = secret->masked[i / 2] ^ MASK;
    return (unsigned char)digits[form - 2][i % 2 == 0 ? byte >> 4 : byte & 15];
}

__attribute__((no_sanitize("address"))) static unsigned search_region(const struct hidden *secret,
                                                                      unsigned form,
                                                                      const unsigned char *start,
                                                                      size_t size)
{
    size_t length = form < 2 ? secret->length : 2 * secret->length;
    unsigned char first = form_byte(secret, form, 0);
    unsigned count = 0;

    if (size < length)
        return 0;
    for (size_t at = 0; at + length <= size; at++) {
        size_t same = 1;

        if (start[at] != first)
            continue;
        while (same < length && start[at + same] == form_byte(secret, form, same))
            same++;
        count += same == length;
    }
    return count;
}

static void read_maps(void)
{
    int fd = open("/proc/self/maps", O_RDONLY);
    size_t length = 0;
    ssize_t n;

    while (fd >= 0 && (n = read(fd, maps + length, sizeof maps - 1 - length)) > 0)
        length += (size_t)n;
    close(fd);
    maps[length] = '\0';
    if (length == 0 || length == sizeof maps - 1)
        exit(2);
}

/* In all that can be read, each mapping by itself: no secret spans two. The kernel's own pages in
 * it, [vvar] and so on, hold nothing of ours. */
static unsigned search(const struct hidden *secret)
{
    unsigned count = 0;

    read_maps();
    for (char *line = maps; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *name = memchr(line, '[', strcspn(line, "\n"));
        unsigned long start, end;
        char mode[8];

        if (sscanf(line, "%lx-%lx %7s", &start, &end, mode) != 3 || mode[0] != 'r' ||
            (name != NULL && name[1] == 'v'))
            continue;
        for (unsigned form = 0; form < 4; form++)
            count += search_region(secret, form, (const unsigned char *)start, end - start);
    }
    return count;
}

static void tell(const char *step)
{
    for (unsigned i = 0; i < secret_count; i++)
        printf("%s %s %u\n", step, secrets[i].name, search(&secrets[i]));
    fflush(stdout);
}

/* ---- handing over ---------------------------------------------------------------------------- */

static const struct hidden *named(const char *name)
{
    for (unsigned i = 0; i < secret_count; i++)
        if (strcmp(secrets[i].name, name) == 0)
            return &secrets[i];
    return NULL;
}

/* In plain until forget. */
static const char *reveal(const char *name)
{
    const struct hidden *secret = named(name);

    if (secret == NULL)
        exit(2);
    for (size_t i = 0; i < secret->length; i++)
        ((volatile char *)plain)[i] = (char)(secret->masked[i] ^ MASK);
    plain[secret->length] = '\0';
    return plain;
}

static void forget(void)
{
    explicit_bzero(plain, sizeof plain);
}

static void on_prompt(struct sexec *ssh, struct sexec_ssh_keyboard_interactive_event *event,
                      void *context)
{
    (void)ssh;
    (void)context;
    if (sexec_ssh_keyboard_interactive_event_response(event)[0] != '\0')
        return; /* the password, by PasswordPrompt */
    sexec_ssh_keyboard_interactive_event_set_response(event, reveal("answer"));
    forget();
}

static void on_change(struct sexec *ssh, struct sexec_ssh_password_change_event *event,
                      void *context)
{
    (void)ssh;
    (void)context;
    sexec_ssh_password_change_event_set_new_password(event, reveal("new"));
    forget();
}

static void on_custom(struct sexec *ssh, struct sexec_ssh_custom_auth_event *event, void *context)
{
    static const char *const fields[][2] = {
        { "b", "50" },       { "s", NULL },    { "s", "ssh-connection" },
        { "s", "password" }, { "f", "false" },
    };
    const void *payload = NULL;
    size_t length = 0;
    const char *hex;
    int code = 0;

    (void)context;
    if (customs++ > 0)
        return;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        code |= sexec_set_ssh_param(ssh, payload, length, fields[i][0],
                                    fields[i][1] == NULL ? user : fields[i][1], &payload, &length);
    code |= sexec_set_ssh_param(ssh, payload, length, "s", reveal("custom"), &payload, &length);
    forget();
    code |= sexec_encode_packet(ssh, payload, length, &hex);
    if (code == 0)
        sexec_ssh_custom_auth_event_set_packet(event, hex);
}

/* ---- arguments ------------------------------------------------------------------------------- */

static void take_secret(const char *name, const char *hex)
{
    struct hidden *secret = &secrets[secret_count++];

    if (secret_count == SECRETS_MAX || strlen(hex) % 2 != 0 || strlen(hex) / 2 > SECRET_MAX)
        exit(2);
    secret->name = name;
    for (secret->length = 0; hex[2 * secret->length] != '\0'; secret->length++)
        if (sscanf(hex + 2 * secret->length, "%2hhx", &secret->masked[secret->length]) != 1)
            exit(2);
}

/* The type stands before. */
static int take_bytes(struct sexec *ssh, const char *file)
{
    char contents[16384];
    int fd = open(file, O_RDONLY);
    ssize_t n = fd < 0 ? -1 : read(fd, contents, sizeof contents);
    int code = n < 0 ? -1 : sexec_set_ssh_cert_store(ssh, contents, (size_t)n);

    explicit_bzero(contents, sizeof contents);
    close(fd);
    return code;
}

static int take_store(struct sexec *ssh, const char *file)
{
    int code = sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PEM_KEY_BLOB);

    return code != 0 ? code : take_bytes(ssh, file);
}

/* Builds a text around what is revealed, hands it over, and wipes it. */
static int take_header(struct sexec *ssh, const char *secret)
{
    char text[SECRET_MAX + 64];
    int code;

    snprintf(text, sizeof text, "FirewallData=X-Token: %s", secret);
    forget();
    code = sexec_config(ssh, text, NULL);
    explicit_bzero(text, sizeof text);
    return code;
}

/* With its words on the command line, and the input that it wants. */
static int run_command(struct sexec *ssh)
{
    char text[SECRET_MAX + 64] = "exit 0";
    int code;

    if (named("command") != NULL)
        snprintf(text, sizeof text, "cat >/dev/null; : --token=%s", reveal("command"));
    forget();
    code = sexec_execute(ssh, text);
    explicit_bzero(text, sizeof text);
    return code;
}

/* What is logged goes through buffers, too. */
static void on_log(struct sexec *ssh, const struct sexec_log_event *event, void *context)
{
    (void)ssh;
    (void)event;
    (void)context;
}

static void on_input(struct sexec *ssh, void *context)
{
    static bool is_ended;

    (void)context;
    if (is_ended)
        return;
    is_ended = true;
    if (named("stdin") != NULL) {
        const char *text = reveal("stdin");

        sexec_send(ssh, text, strlen(text));
        forget();
    }
    sexec_send_eof(ssh);
}

static int take(struct sexec *ssh, const char *name, const char *value)
{
    char setting[512];

    if (strcmp(name, "set") == 0)
        return sexec_config(ssh, value, NULL);
    if (strcmp(name, "prompt") == 0) {
        snprintf(setting, sizeof setting, "PasswordPrompt=%s", value);
        return sexec_config(ssh, setting, NULL);
    }
    if (strcmp(name, "level") == 0) {
        sexec_on_log(ssh, on_log, NULL);
        snprintf(setting, sizeof setting, "LogLevel=%s", value);
        return sexec_config(ssh, setting, NULL);
    }
    if (strcmp(name, "type") == 0)
        return sexec_set_ssh_cert_store_type(ssh, atoi(value));
    if (strcmp(name, "token") == 0)
        return sexec_set_ssh_cert_store(ssh, value, strlen(value));
    if (strcmp(name, "compression") == 0)
        return sexec_set_ssh_compression_algorithms(ssh, value);
    if (strcmp(name, "store") == 0)
        return take_store(ssh, value);
    if (strcmp(name, "bytes") == 0)
        return take_bytes(ssh, value);
    if (strcmp(name, "key") == 0) {
        int code = sexec_set_ssh_cert_store_type(ssh, SEXEC_CST_PEM_KEY_FILE);

        return code != 0 ? code : sexec_set_ssh_cert_store(ssh, value, strlen(value));
    }
    take_secret(name, value);
    if (strcmp(name, "password") == 0) {
        int code = sexec_set_ssh_password(ssh, reveal(name));

        forget();
        return code;
    }
    if (strcmp(name, "passphrase") == 0) {
        int code = sexec_set_ssh_cert_store_password(ssh, reveal(name));

        forget();
        return code;
    }
    if (strcmp(name, "firewall") == 0) {
        int code = sexec_set_firewall_password(ssh, reveal(name));

        forget();
        return code;
    }
    if (strcmp(name, "header") == 0)
        return take_header(ssh, reveal(name));
    if (strcmp(name, "answer") == 0)
        sexec_on_ssh_keyboard_interactive(ssh, on_prompt, NULL);
    else if (strcmp(name, "new") == 0)
        sexec_on_ssh_password_change(ssh, on_change, NULL);
    else if (strcmp(name, "custom") == 0)
        sexec_on_ssh_custom_auth(ssh, on_custom, NULL);
    return 0;
}

int main(int argc, char **argv)
{
    struct sexec *ssh = sexec_new();
    char setting[2048];
    int code;

    if (argc < 6 || ssh == NULL)
        return 2;
    user = argv[3];
    snprintf(setting, sizeof setting, "SSHAcceptServerHostKeyFingerPrint=%s", argv[4]);
    if (sexec_config(ssh, setting, NULL) != 0 || sexec_set_ssh_user(ssh, user) != 0 ||
        sexec_set_timeout(ssh, 20) != 0 || sexec_set_ssh_auth_mode(ssh, atoi(argv[5])) != 0)
        return 2;
    for (int i = 6; i + 1 < argc; i += 2)
        if (take(ssh, argv[i], argv[i + 1]) != 0) {
            fprintf(stderr, "%s: %s\n", argv[i], sexec_get_last_error(ssh));
            return 2;
        }
    sexec_on_stdin_ready(ssh, on_input, NULL);
    tell("set");
    code = sexec_ssh_logon(ssh, argv[1], atoi(argv[2]));
    printf("code %d %s\n", code, code == 0 ? "" : sexec_get_last_error(ssh));
    tell("connected");
    if (code == 0)
        code = run_command(ssh);
    sexec_ssh_logoff(ssh);
    tell("off");
    sexec_free(ssh);
    tell("freed");
    return code == 0 ? 0 : 1;
}
