/* client/object.h: the SExec object as the files of this room share it. */
#ifndef SX_CLIENT_OBJECT_H
#define SX_CLIENT_OBJECT_H

#include <sexec/sexec.h>
#include <stdatomic.h>

#include "base/log.h"
#include "client/agent.h"
#include "client/task.h"
#include "base/secret.h"
#include "engine/engine.h"
#include "net/pump.h"
#include "net/wake.h"
#include "keys/host_trust.h"
#include "policy/machine.h"
#include "services/gss.h"
#include "services/signer.h"

enum { SX_STORES_MAX = 16, SX_TEXT_MAX = 1024 };

/* A handler and its context; the cast back to its type is in events.c. */
struct sx_handler {
    void (*function)(void);
    void *context;
};

enum sx_handler_index {
    SX_ON_CONNECTED,
    SX_ON_CONNECTION_STATUS,
    SX_ON_DISCONNECTED,
    SX_ON_ERROR,
    SX_ON_LOG,
    SX_ON_SSH_SERVER_AUTHENTICATION,
    SX_ON_SSH_STATUS,
    SX_ON_STDOUT,
    SX_ON_STDERR,
    SX_ON_STDIN_READY,
    SX_ON_SSH_KEYBOARD_INTERACTIVE,
    SX_ON_SSH_PASSWORD_CHANGE,
    SX_ON_SSH_CUSTOM_AUTH,
    SX_HANDLER_COUNT,
};

/* All that reset gives its default. Texts are owned, never NULL. */
struct sx_values {
    char *ssh_host;
    int ssh_port;
    char *ssh_user;
    struct sx_secret ssh_password; /* with its NUL */
    int ssh_auth_mode;
    bool try_all_methods;
    char *password_prompt;                  /* "": none is answered by itself */
    struct sx_secret stores[SX_STORES_MAX]; /* key files' names or keys; [0] is ssh_cert_store */
    unsigned store_count;
    int ssh_cert_store_type;
    struct sx_secret ssh_cert_store_password; /* with its NUL */
    char *ssh_cert_subject;
    struct sx_secret ssh_cert_encoded; /* with a NUL */
    bool is_cert_missed;   /* the store had nothing for the last two when they were set */
    char *accept_host_key; /* one public key line */
    char *local_host;
    int local_port;
    int timeout;
    char *command;

    char *kerberos_spn;
    char *kerberos_realm;
    char *kerberos_keytab;
    char *kerberos_cache;
    bool kerberos_delegation;
    bool kerberos_canonicalize;

    char *policy;
    char *provider; /* "": the policy's */
    char *module_dir;
    char *provider_config;
    char *lists[SX_ALG_KIND_COUNT]; /* "": the policy's */
    int strict_kex;                 /* -1: the policy's */
    int dh_preferred_bits;          /* 0: the policy's */
    long long rekey_bytes;          /* 0: the policy's */
    int rekey_seconds;              /* 0: the policy's */
    char *accept_fingerprints;
    bool accept_any_host_key;
    char *accept_ca_keys;
    char *known_files;        /* comma-separated; the first is written */
    char *known_global_files; /* likewise, and only read */
    char *known_mode;
    bool known_hashed;
    char *host_key_alias;
    char *x509_anchors;
    char *x509_anchor_file;
    char *x509_crls;
    char *x509_crl_file;
    char *fingerprint_hash;
    char *client_version;
    char *version_patterns;
    int max_packet;
    int max_window;
    char *stdin_file;
    int max_line_length;
    char *output_mode;
    char *data_eol; /* bytes, with a NUL behind them */
    size_t data_eol_len;
    int max_channel_data; /* counts together with data_eol */
    int record_length;
    bool use_terminal;
    bool terminal_pixels;
    int terminal_width;
    int terminal_height;
    char *terminal_type;
    struct sx_terminal_modes terminal_modes;
    int keepalive_interval;
    int keepalive_count;
    bool disconnect_on_close;
    bool wait_channel_close;
    bool wait_server_disconnect;
    bool process_idle;
    int code_page;
    int log_level;
    bool mask_sensitive;
    int connection_timeout;
    bool absolute_timeout;
    int use_ipv6;
    bool tcp_no_delay;
    bool allow_loose_key_file;
    int agent_use;      /* enum sx_agent_use */
    char *agent_socket; /* "": SSH_AUTH_SOCK */
    char *signed_cert;  /* "": none */

    bool firewall_auto_detect;
    int firewall_type; /* enum sx_proxy_type */
    char *firewall_host;
    int firewall_port; /* 0: the type's */
    char *firewall_user;
    struct sx_secret firewall_password; /* with its NUL */
    char *firewall_data;
    char *proxy_exceptions;
    bool tcp_keep_alive;
    int keep_alive_ms; /* 0: the system's, like the next three */
    int keep_alive_interval_ms;
    int in_buffer;
    int out_buffer;
    bool linger;
    int linger_seconds;
    int max_transfer_rate; /* 0: no limit */
    int select_wait;
};

/* What the object is doing. */
enum sx_action {
    SX_ACTION_NONE,
    SX_ACTION_LOGON,
    SX_ACTION_EXECUTE,
    SX_ACTION_LOGOFF,
};

/* What a logoff waits for. */
enum sx_logoff {
    SX_LOGOFF_CHANNEL,  /* the server's answer to CHANNEL_CLOSE */
    SX_LOGOFF_FAREWELL, /* DISCONNECT on its way out */
    SX_LOGOFF_SERVER,   /* the server's end of the TCP connection */
};

/* Output that waits for its line end. */
struct sx_lines {
    struct sx_buffer pending;
};

/* How the last command ended. */
struct sx_result {
    enum sexec_result kind;
    bool is_started; /* the server was asked to run it, and did not say no */
    int exit_status;
    char signal[64];
    bool is_core_dumped;
    char message[512];
};

/* Kerberos (client/kerberos.c). While a task runs, gss is the task's. */
struct sx_kerberos {
    struct sx_gss *gss;        /* NULL until the engine asks */
    struct sx_gss_facts facts; /* of this connection, or the last one */
};

/* What the packet methods lend (client/packets.c). */
struct sx_packets {
    struct sx_secret decoded;
    struct sx_secret encoded; /* with its NUL, as text */
    struct sx_secret payload;
    struct sx_secret text;
    struct sx_secret bytes;
};

struct sx_auditing; /* client/auditing_inside.h */

struct sexec {
    struct sx_values values;
    struct sx_handler handlers[SX_HANDLER_COUNT];
    struct sx_wake wake;
    atomic_bool is_interrupted;

    struct sx_rules *rules; /* the machine's; NULL when it says nothing (client/rules.h) */

    struct sx_auditing *auditing;

    /* The connection. Its parts borrow from values, which can't change meanwhile. */
    const struct sx_policy *policy;
    struct sx_provider *provider;
    struct sx_offer offer;
    char *accepted_line; /* ssh_accept_server_host_key_encoded as a key line; NULL: as it is */
    struct sx_known_hosts known;
    struct sx_x509_trust *x509; /* NULL without anchors */
    struct sx_signer signer;
    struct sx_task task;             /* what a thread is asked; its answer is awaited */
    struct sx_worker *ending_tokens; /* NULL: none are, or nothing is left to end */
    struct sx_kerberos kerberos;
    struct sx_agent_job agent;
    struct sx_proxy_config proxy; /* of this connection; wiped with it */
    struct sx_log log;
    struct sx_buffer log_lines; /* not told yet (client/log_lines.h) */
    struct sx_engine *engine;
    struct sx_pump pump;
    bool is_connected; /* signed on */
    bool is_tcp_open;

    /* The action. */
    enum sx_action action;
    bool is_auto_logoff;
    bool is_explaining; /* goes no further than the server's offer */
    bool is_begun;      /* the command's channel was asked for */
    bool is_fresh;      /* nobody looked at the action yet */
    int action_code;    /* with which an execution ended, while the logoff follows */
    char *action_text;  /* of the error with which the action ends; NULL for none */
    enum sx_logoff logoff;
    uint64_t action_started;
    uint64_t last_progress; /* count, and when it last moved */
    uint64_t last_progress_at;
    bool has_background_code;
    int background_code; /* of an action that ended in do_events */
    unsigned handler_depth;
    unsigned handlers_running; /* bits by index */
    unsigned method_depth;     /* methods that run, one inside of another's handler */
    bool is_free_wanted;

    /* The command. */
    struct sx_result result;
    struct sx_lines out_lines;
    struct sx_lines err_lines;
    bool is_eof_early;           /* send_eof came before execute */
    int stdin_fd;                /* of StdInFile; -1 */
    struct sx_secret stdin_left; /* what was read from it */
    size_t stdin_offset;         /* and how much of that was taken */
    bool is_eol_found;           /* of the output that its handler has now */
    enum sx_err stream_error;    /* StdInFile broke, or no memory for output: ends the action */
    size_t bytes_taken;
    size_t held_output; /* by the handler that runs now */

    /* Texts that getters lend. */
    struct sx_fault fault;
    int last_code;
    char last_text[SX_FAULT_TEXT_MAX + 128];
    char server_version[SX_IDENT_MAX + 1];
    struct sx_buffer host_key;     /* of the last server */
    enum sx_host_trust host_trust; /* why it was accepted */
    char negotiated[1024];
    struct sx_buffer server_offer; /* what was explained of it */
    char served_policy[64];
    char served_provider[160];
    char served_module[1200];
    char local_host_shown[128];
    char peer_host[128];
    struct sx_packets packets;
    struct sx_buffer lent; /* what sexec_config and the describe functions return */
};

#endif
