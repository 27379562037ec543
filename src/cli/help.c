/* cli/help.c: what --help says. */
#include "cli/query.h"

#include <stdio.h>

static const char text[] =
    "usage: sexec [options] [user@]host command...\n"
    "\n"
    "Runs a command on an SSH server. Its input, output and exit status are the remote command's.\n"
    "A failure of sexec itself exits with 255 and one line on standard error; so does a command\n"
    "that was ended by a signal, or whose end was not told.\n"
    "\n"
    "  -p PORT           the server's port (22)\n"
    "  -l USER           the user to sign on as (who runs sexec)\n"
    "  -i FILE           a private key of any form; may be given again, tried in order\n"
    "  -c CIPHERS        ciphers to offer, comma-separated\n"
    "  -m MACS           MACs to offer, comma-separated\n"
    "  -o KEY=VALUE      as in ssh_config(5): AddressFamily BatchMode BindAddress Ciphers\n"
    "                    ConnectTimeout GSSAPIDelegateCredentials GSSAPIServerIdentity\n"
    "                    GSSAPITrustDns GlobalKnownHostsFile HashKnownHosts HostKeyAlgorithms\n"
    "                    HostKeyAlias IdentityAgent IdentityFile KexAlgorithms LogLevel MACs Port\n"
    "                    PreferredAuthentications PubkeyAcceptedAlgorithms RekeyLimit\n"
    "                    StrictHostKeyChecking (yes, accept-new or no) User UserKnownHostsFile\n"
    "  -K, -k            sign on with Kerberos and delegate; don't delegate\n"
    "  -4, -6            IPv4 or IPv6 only\n"
    "  -b ADDRESS        the local address to connect from\n"
    "  -n                no input: standard input is not read\n"
    "  -t                a pseudo-terminal for the command, of this terminal's size; what is typed\n"
    "                    here stays as this terminal gives it: line by line\n"
    "  -T                no pseudo-terminal (the default)\n"
    "  -v                tell what happens; up to three times\n"
    "  -q                take back -v; failures are told all the same\n"
    "  -V                versions of the library and of the cryptographic provider\n"
    "  -Q WHAT           policies, policy NAME, provider, machine, interface, cipher, mac, kex, key,\n"
    "                    key-sig or compression\n"
    "\n"
    "  --policy NAME                 what is allowed: fips, niap, cnsa1, stig, default, compat or\n"
    "                                legacy\n"
    "  --explain POLICY ALGORITHM    whether the policy allows it, or why not; exits with 1 if not\n"
    "  --explain-server HOST         what the server offers: chosen, allowed, refused and why\n"
    "  --provider NAME               the OpenSSL provider that computes\n"
    "  --module-dir DIR              the folder of its module\n"
    "  --provider-config FILE        the section that belongs to the module\n"
    "  --audit FILE                  records of what is done are sealed and appended to it; without\n"
    "  --audit-key FILE              them nothing runs. sexec-audit keygen makes the key\n"
    "  --host-key-fingerprint FP     the host key to accept: SHA256:... or hex; repeatable.\n"
    "                                Without one, only hosts in ~/.ssh/known_hosts and\n"
    "                                /etc/ssh/ssh_known_hosts are trusted\n"
    "  --password-file FILE          the first line is the password\n"
    "  --password-fd NUMBER          the next line of that descriptor is the password\n"
    "  --passphrase-file FILE        the same for the private keys' passphrase\n"
    "  --passphrase-fd NUMBER\n"
    "  --convert-key NEWFILE         write the key of -i as encrypted PKCS#8 that every policy takes\n"
    "  --new-passphrase-file FILE    its passphrase; without it, that of --passphrase-file\n"
    "  --new-passphrase-fd NUMBER\n"
    "  --overwrite                   let NEWFILE take the place of a file that is there\n"
    "  --set NAME=VALUE              any property or setting of the interface; repeatable.\n"
    "                                timeout=SECONDS ends a session in which nothing moves\n"
    "  --help\n";

int sx_cli_help(void)
{
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        return 1;
    return 0;
}
