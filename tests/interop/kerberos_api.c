/* tests/interop/kerberos_api.c: objects that sign on with Kerberos at the same time, each as a user
 * of its own, in threads of one process.
 *
 *   kerberos_api MODE PORT USER FINGERPRINTS SPN ROUNDS REALM...     the password is read from 0
 *
 * One object for each realm; each signs on and off so many times. A line for each on standard
 * output: REALM client=PRINCIPAL delegated=TEXT code=N. Exits with 1 when something of the process,
 * KRB5CCNAME, changed. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sexec/sexec.h>

enum { TIMEOUT = 60, REALMS_MAX = 8, TEXT_MAX = 256 };

struct member {
    char **argv;
    const char *realm;
    const char *password;
    char client[TEXT_MAX];
    char delegated[TEXT_MAX];
    int code;
};

static int configure(struct sexec *ssh, const char *name, const char *value)
{
    char text[4096];

    (void)snprintf(text, sizeof text, "%s=%s", name, value);
    return sexec_config(ssh, text, NULL);
}

static int set_up(struct sexec *ssh, const struct member *member)
{
    char **argv = member->argv;
    int code = sexec_set_ssh_host(ssh, "127.0.0.1");

    if (code == 0)
        code = sexec_set_timeout(ssh, TIMEOUT);
    if (code == 0)
        code = sexec_set_ssh_auth_mode(ssh, (int)strtol(argv[1], NULL, 10));
    if (code == 0)
        code = sexec_set_ssh_port(ssh, (int)strtol(argv[2], NULL, 10));
    if (code == 0)
        code = sexec_set_ssh_user(ssh, argv[3]);
    if (code == 0)
        code = configure(ssh, "SSHAcceptServerHostKeyFingerPrint", argv[4]);
    if (code == 0)
        code = configure(ssh, "KerberosSPN", argv[5]);
    if (code == 0)
        code = configure(ssh, "KerberosRealm", member->realm);
    if (code == 0)
        code = sexec_set_ssh_password(ssh, member->password);
    return code;
}

static int read_back(struct sexec *ssh, const char *name, char out[TEXT_MAX])
{
    const char *value = NULL;
    int code = sexec_config(ssh, name, &value);

    if (code == 0)
        (void)snprintf(out, TEXT_MAX, "%s", value);
    return code;
}

static void *run(void *opaque)
{
    struct member *member = opaque;
    struct sexec *ssh = sexec_new();
    long rounds = strtol(member->argv[6], NULL, 10);

    member->code = ssh == NULL ? SEXEC_MEMORY : set_up(ssh, member);
    for (long i = 0; member->code == 0 && i < rounds; i++) {
        member->code = sexec_ssh_logon(ssh, NULL, 0);
        if (member->code == 0)
            member->code = sexec_execute(ssh, "true");
        if (member->code == 0)
            member->code = read_back(ssh, "KerberosClient", member->client);
        if (member->code == 0)
            member->code = read_back(ssh, "KerberosDelegated", member->delegated);
        if (member->code == 0)
            member->code = sexec_ssh_logoff(ssh);
    }
    if (member->code != 0 && ssh != NULL)
        fprintf(stderr, "%s: %s\n", member->realm, sexec_get_last_error(ssh));
    sexec_free(ssh);
    return NULL;
}

static char *copy_of(const char *text)
{
    return strdup(text == NULL ? "" : text);
}

int main(int argc, char **argv)
{
    struct member members[REALMS_MAX] = { 0 };
    pthread_t threads[REALMS_MAX];
    char password[TEXT_MAX];
    char *before = copy_of(getenv("KRB5CCNAME"));
    char *after;
    int count = argc - 7;
    bool is_kept;

    if (count < 1 || count > REALMS_MAX || fgets(password, sizeof password, stdin) == NULL)
        return 2;
    password[strcspn(password, "\n")] = '\0';
    for (int i = 0; i < count; i++) {
        members[i].argv = argv;
        members[i].realm = argv[7 + i];
        members[i].password = password;
        if (pthread_create(&threads[i], NULL, run, &members[i]) != 0)
            return 2;
    }
    for (int i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
    for (int i = 0; i < count; i++)
        printf("%s client=%s delegated=%s code=%d\n", members[i].realm, members[i].client,
               members[i].delegated, members[i].code);
    after = copy_of(getenv("KRB5CCNAME"));
    is_kept = before != NULL && after != NULL && strcmp(before, after) == 0;
    free(before);
    free(after);
    return is_kept ? 0 : 1;
}
