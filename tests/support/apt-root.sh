# shellcheck shell=bash
# Sourced, not run: a private apt root, so that packages of another release or source packages can
# be fetched while the machine's own apt configuration, lists and cache stay as they are.
#
# What an entry says about the archive (addresses, signing keys) is taken from the machine's own
# entries; what a fetch needs (proxies, certificates, credentials) from its Acquire settings.

# The release that this machine runs, for example "bookworm".
apt_own_suite()
{
    sed -n 's/^VERSION_CODENAME=//p' /etc/os-release | tr -d '"'
}

# The release after the one named, or nothing when it is not known.
apt_next_suite()
{
    case "$1" in
    bullseye) echo bookworm ;;
    bookworm) echo trixie ;;
    trixie) echo forky ;;
    esac
}

# Prints one deb822 stanza of type $1 for every entry of this machine that offers binary packages,
# has the component main and names the suite $2 or $2-security; the suite becomes $3 in it.
# Entries of third parties name other suites or other components, and are left alone.
apt_stanzas()
{
    local file
    for file in "/etc/apt/sources.list" /etc/apt/sources.list.d/*.list; do
        [ -r "$file" ] && apt_stanzas_of_list "$1" "$2" "$3" <"$file"
    done
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -r "$file" ] && apt_stanzas_of_deb822 "$1" "$2" "$3" <"$file"
    done
    return 0
}

# The one-line form: deb [key=value ...] URI SUITE COMPONENT...
apt_stanzas_of_list()
{
    awk -v type="$1" -v own="$2" -v wanted="$3" '
        $1 != "deb" { next }
        {
            sub(/#.*/, "")
            options = ""
            if (match($0, /\[[^]]*\]/)) {
                options = substr($0, RSTART + 1, RLENGTH - 2)
                $0 = substr($0, 1, RSTART - 1) " " substr($0, RSTART + RLENGTH)
            }
            sub(/\/$/, "", $3)
            if ($3 != own && $3 != own "-security") { next }
            is_main = 0
            for (i = 4; i <= NF; i++) { if ($i == "main") { is_main = 1 } }
            if (!is_main) { next }
            print "Types: " type "\nURIs: " $2 "\nSuites: " wanted substr($3, length(own) + 1)
            print "Components: main"
            n = split(options, option, " ")
            for (i = 1; i <= n; i++) {
                name = tolower(option[i]); sub(/=.*/, "", name)
                value = option[i]; sub(/^[^=]*=/, "", value); gsub(/,/, " ", value)
                if (name == "signed-by") { print "Signed-By: " value }
                if (name == "trusted") { print "Trusted: " value }
            }
            print ""
        }'
}

# The deb822 form. A value may run over lines that begin with a blank (an embedded key does), so
# it is kept as it stands.
apt_stanzas_of_deb822()
{
    awk -v type="$1" -v own="$2" -v wanted="$3" '
        function has(list, word,    n, i, item) {
            n = split(list, item, /[ \t\n]+/)
            for (i = 1; i <= n; i++) { if (item[i] == word) { return 1 } }
            return 0
        }
        function emit(suite) {
            print "Types: " type "\nURIs:" field["uris"]
            print "Suites: " wanted substr(suite, length(own) + 1)
            print "Components: main"
            if ("signed-by" in field) { print "Signed-By:" field["signed-by"] }
            if ("trusted" in field) { print "Trusted:" field["trusted"] }
            print ""
        }
        function stanza_end(    n, i, suite) {
            if (has(field["types"], "deb") && has(field["components"], "main") &&
                field["enabled"] !~ /no|false|off|0/) {
                n = split(field["suites"], suite, /[ \t\n]+/)
                for (i = 1; i <= n; i++) {
                    sub(/\/$/, "", suite[i])
                    if (suite[i] == own || suite[i] == own "-security") { emit(suite[i]) }
                }
            }
            split("", field)
            name = ""
        }
        /^#/ { next }
        /^[ \t]*$/ { stanza_end(); next }
        /^[ \t]/ { if (name != "") { field[name] = field[name] "\n" $0 }; next }
        {
            name = tolower($0); sub(/[ \t]*:.*/, "", name)
            value = $0; sub(/^[^:]*:/, "", value)
            field[name] = value
        }
        END { stanza_end() }'
}

# apt_root_make ROOT TYPE SUITE: a private root in the new folder ROOT (an absolute path), whose one
# source is this machine's archive, for packages of TYPE (deb or deb-src) of SUITE. Fails with a
# line on stdout that says why when this machine has no entry to derive it from.
apt_root_make()
{
    local root="$1" type="$2" suite="$3" own
    own=$(apt_own_suite)
    mkdir -p "$root/lists/partial" "$root/archives/partial" "$root/sources.list.d" "$root/log"
    : >"$root/status"
    # Read before all else, so it turns the machine's apt.conf and apt.conf.d off, with their hooks.
    {
        echo 'Dir::Etc::main "/dev/null";'
        echo 'Dir::Etc::parts "/dev/null";'
        apt-config dump | grep -E '^(Acquire|APT::Architectures?)(::| )' || true
        echo 'Acquire::Languages "none";'
        [ "$(id -u)" -ne 0 ] || echo 'APT::Sandbox::User "root";'
    } >"$root/apt.conf"
    apt_stanzas "$type" "$own" "$suite" >"$root/sources.list.d/archive.sources"
    if [ ! -s "$root/sources.list.d/archive.sources" ]; then
        echo "no apt entry of this machine has suite '$own' and component main"
        return 1
    fi
}

# apt_root_get ROOT ARGUMENT...: apt-get in that root.
apt_root_get()
{
    local root="$1"
    shift
    APT_CONFIG="$root/apt.conf" apt-get -q \
        -o Dir::Etc::sourcelist=/dev/null \
        -o Dir::Etc::sourceparts="$root/sources.list.d" \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::State="$root" -o Dir::State::lists="$root/lists" \
        -o Dir::State::status="$root/status" \
        -o Dir::Cache="$root" -o Dir::Cache::archives="$root/archives" \
        -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o Dir::Log="$root/log" \
        "$@"
}
