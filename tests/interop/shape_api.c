/* tests/interop/shape_api.c: settings that shape what a command gets and gives, against a real
 * server.
 *
 *     shape_api CASE HOST PORT USER KEYFILE FINGERPRINT
 *
 * Exits with 0 when the behaviour is as the headers promise, else says what was not. */
#include "cases.h"

#include <stdbool.h>

static void set(const char *setting)
{
    CHECK(sexec_config(ssh, setting, NULL) == 0);
}

static const char *get(const char *setting)
{
    const char *value = NULL;

    CHECK(sexec_config(ssh, setting, &value) == 0);
    return value;
}

/* Each piece of output in brackets, with + behind it when the mark was found. */
static char pieces[4096];

static void collect(struct sexec *object, const struct sexec_stdout_event *event, void *context)
{
    size_t length;
    const char *text = sexec_stdout_event_text(event, &length);
    const char *found = NULL;
    size_t used = strlen(pieces);

    (void)context;
    CHECK(sexec_config(object, "ChannelDataEOLFound[0]", &found) == 0);
    snprintf(pieces + used, sizeof pieces - used, "[%.*s]%s", (int)length, text,
             strcmp(found, "True") == 0 ? "+" : "");
}

static const char *run(const char *command)
{
    pieces[0] = '\0';
    sexec_on_stdout(ssh, collect, NULL);
    CHECK(sexec_execute(ssh, command) == 0);
    return pieces;
}

static void case_marks(void)
{
    set("channeldataeol[0]=--");
    CHECK(strcmp(get("ChannelDataEOL"), "--") == 0);
    CHECK(strcmp(run("printf 'a\\nb\\n'"), "[a\n][b\n]") == 0); /* the length is missing */
    set("MaxChannelDataLength[7]=6");
    CHECK(strcmp(run("printf 'ab--c-'; sleep 0.3; printf -- '-defghijk--l'"),
                 "[ab--]+[c--]+[defghi][jk--]+[l]") == 0);
    CHECK(strcmp(run("printf -- '------'"), "[--]+[--]+[--]+") == 0);
    set("ChannelDataEOL=");
    CHECK(strcmp(run("printf 'a\\nb'"), "[a\n][b]") == 0);
    CHECK(sexec_config(ssh, "ChannelDataEOL[x]=y", NULL) == SEXEC_SETTING);
    CHECK(sexec_config(ssh, "MaxPacketSize[0]=2048", NULL) == SEXEC_SETTING);
    CHECK(sexec_config(ssh, "ChannelDataEOLFound=True", NULL) == SEXEC_SETTING);
    CHECK(sexec_config(ssh, "MaxChannelDataLength=2000000", NULL) == SEXEC_SETTING);
}

static void case_records(void)
{
    set("RecordLength=4");
    CHECK(strcmp(run("printf 'abcdefghij'"), "[abcd][efgh][ij]") == 0);
    CHECK(strcmp(run("printf abc; sleep 0.3; printf d"), "[abcd]") == 0);
    set("RecordLength=0");
    CHECK(strcmp(run("printf 'a\\n'"), "[a\n]") == 0);
    CHECK(strcmp(get("RecordLength"), "0") == 0);
}

static void case_close_ends_connection(void)
{
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_execute(ssh, "true") == 0);
    CHECK(sexec_get_connected(ssh));
    set("DisconnectOnChannelClose=True");
    CHECK(sexec_execute(ssh, "true") == 0);
    CHECK(!sexec_get_connected(ssh));
}

static void case_terminal_modes(void)
{
    static const char echo_off[] = { 53, 0, 0, 0, 0, 0 };

    set("TerminalModes=53=0,50=4294967295");
    CHECK(strcmp(get("EncodedTerminalModes"), "350000000032ffffffff00") == 0);
    CHECK(sexec_config_bytes(ssh, "EncodedTerminalModes", echo_off, sizeof echo_off) == 0);
    CHECK(strcmp(get("TerminalModes"), "53=0") == 0);
    set("EncodedTerminalModes=35:00:00:00:01:00");
    CHECK(strcmp(get("TerminalModes"), "53=1") == 0);
    set("TerminalModes=");
    CHECK(strcmp(get("TerminalModes"), "") == 0);
    CHECK(sexec_config(ssh, "TerminalModes=0=1", NULL) == SEXEC_SETTING);
    CHECK(sexec_config(ssh, "TerminalModes=160=1", NULL) == SEXEC_SETTING);
    CHECK(sexec_config(ssh, "TerminalModes=53", NULL) == SEXEC_SETTING);
    CHECK(sexec_config(ssh, "TerminalModes=53=4294967296", NULL) == SEXEC_SETTING);
    CHECK(sexec_config(ssh, "EncodedTerminalModes=3500", NULL) == SEXEC_SETTING);
    CHECK(sexec_config_bytes(ssh, "EncodedTerminalModes", echo_off, 3) == SEXEC_SETTING);
    CHECK(sexec_config_bytes(ssh, "PasswordPrompt", "a\0b", 3) == SEXEC_SETTING);
    CHECK(sexec_config_bytes(ssh, "ChannelDataEOL", "\r\n", 2) == 0);
    CHECK(strcmp(get("ChannelDataEOL"), "\r\n") == 0);
    CHECK(sexec_config_bytes(ssh, "NoSuchSetting", "a", 1) == SEXEC_SETTING);
    set("UseTerminal=True");
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_config_bytes(ssh, "EncodedTerminalModes", echo_off, 6) == SEXEC_BAD_STATE);
    CHECK(sexec_config(ssh, "TerminalModes=53=0", NULL) == SEXEC_BAD_STATE);
}

static void case_little_meaning(void)
{
    CHECK(strstr(get("LicenseInfo"), "none is needed") != NULL);
    CHECK(strcmp(get("UseInternalSecurityAPI"), "False") == 0);
    set("UseInternalSecurityAPI=no");
    CHECK(sexec_config(ssh, "UseInternalSecurityAPI=True", NULL) == SEXEC_SETTING);
    set("ProcessIdleEvents=False");
    CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
    CHECK(sexec_do_events(ssh) == 0);
    CHECK(sexec_execute(ssh, "true") == 0); /* what runs is looked at all the same */
}

/* Whether Linux keeps a closed connection of these ports, with the first as its own end. */
static bool is_in_time_wait(int own_port, int other_port)
{
    FILE *file = fopen("/proc/net/tcp", "r");
    unsigned own, other, state;
    char line[512];
    bool is_found = false;

    CHECK(file != NULL);
    while (fgets(line, sizeof line, file) != NULL)
        if (sscanf(line, " %*d: %*x:%x %*x:%x %x", &own, &other, &state) == 3)
            is_found |= state == 6 && own == (unsigned)own_port && other == (unsigned)other_port;
    fclose(file);
    return is_found;
}

/* Who closes first keeps the port for a minute: with the setting it is the server. */
static void case_server_disconnect(void)
{
    int port = sexec_get_ssh_port(ssh);

    set("WaitForServerDisconnect=True");
    for (int i = 0; i < 5; i++) {
        int own;

        CHECK(sexec_ssh_logon(ssh, NULL, 0) == 0);
        own = sexec_get_local_port(ssh);
        CHECK(sexec_ssh_logoff(ssh) == 0 && !sexec_get_connected(ssh));
        CHECK(!is_in_time_wait(own, port));
        CHECK(is_in_time_wait(port, own));
    }
}

static bool is_ready;

static void note_ready(struct sexec *object, void *context)
{
    (void)object;
    (void)context;
    is_ready = true;
}

/* A logoff while a command runs: OpenSSH's server answers CHANNEL_CLOSE when the command is over, so
 * that who waits for it learns how it ended, unless the terminal's end comes first. */
static void case_channel_close(void)
{
    static const struct {
        const char *wait;
        const char *terminal;
        int result;
    } rows[] = {
        { "WaitForChannelClose=True", "UseTerminal=True", -1 },
        { "WaitForChannelClose=True", "UseTerminal=False", SEXEC_RESULT_EXITED },
        { "WaitForChannelClose=False", "UseTerminal=True", SEXEC_RESULT_NO_STATUS },
        { "WaitForChannelClose=False", "UseTerminal=False", SEXEC_RESULT_NO_STATUS },
    };

    sexec_on_stdin_ready(ssh, note_ready, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        set(rows[i].wait);
        set(rows[i].terminal);
        CHECK(sexec_set_timeout(ssh, 0) == 0);
        is_ready = false;
        CHECK(sexec_execute(ssh, "exec sleep 2") == 0);
        while (!is_ready)
            CHECK(sexec_do_events(ssh) == 0);
        CHECK(sexec_ssh_logon(ssh, NULL, 0) == SEXEC_BUSY);
        CHECK(sexec_set_timeout(ssh, 30) == 0);
        CHECK(sexec_ssh_logoff(ssh) == 0);
        CHECK(!sexec_is_busy(ssh) && !sexec_get_connected(ssh));
        CHECK(rows[i].result < 0 || (int)sexec_get_result(ssh) == rows[i].result);
    }
}

static const struct test_case cases[] = {
    { "server_disconnect", case_server_disconnect },
    { "channel_close", case_channel_close },
    { "marks", case_marks },
    { "records", case_records },
    { "close_ends_connection", case_close_ends_connection },
    { "terminal_modes", case_terminal_modes },
    { "little_meaning", case_little_meaning },
    { NULL, NULL },
};

int main(int argc, char **argv)
{
    cases_begin(argc, argv, cases, 0);
    return cases_run(cases, argv[1]);
}
