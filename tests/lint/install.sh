#!/usr/bin/env bash
# install.sh BUILD CMAKE CC: what a user of the installed library gets.
# Installs a build into an empty folder, moves it (an installed tree must not know where it was
# made), and from there builds and runs a program through pkg-config and through find_package,
# shared and static. Then looks at the files: exported names, soname, hardening, what they load.
set -u
build=${1:?usage: install.sh BUILD CMAKE CC}
cmake=${2:?}
cc=${3:?}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
tree=$work/moved
failed=0

complain() {
    printf 'install: %s\n' "$*" >&2
    failed=1
}
must() { "$@" >"$work/log" 2>&1 || { tail -n 40 "$work/log" >&2; complain "failed: $*"; return 1; }; }

must "$cmake" --install "$build" --prefix "$work/made" || exit 1
mv "$work/made" "$tree"
library=$(find "$tree" -name 'libsexec.so.0' | head -n 1)
[ -n "$library" ] || { complain "no libsexec.so.0 was installed"; exit 1; }
libdir=$(dirname "$library")
for link in "$library" "$libdir/libsexec.so"; do
    [ -L "$link" ] || complain "$(basename "$link") is no link"
done
[ -f "$libdir/libsexec.a" ] || complain "no libsexec.a was installed"

# --- A program that uses it -----------------------------------------------------------------------
mkdir "$work/user"
cat >"$work/user/user.c" <<'C'
#include <sexec/sexec.h>

int main(void)
{
    struct sexec *sexec = sexec_new();

    sexec_free(sexec);
    return sexec == 0;
}
C
cat >"$work/user/CMakeLists.txt" <<'C'
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(sexec 0.1 REQUIRED COMPONENTS shared static)
add_executable(user_shared user.c)
target_link_libraries(user_shared PRIVATE sexec::sexec)
add_executable(user_static user.c)
target_link_libraries(user_static PRIVATE sexec::sexec-static)
C

export PKG_CONFIG_PATH=$libdir/pkgconfig
read -r -a flags <<<"$(pkg-config --cflags --libs libsexec)"
must "$cc" -std=c11 -Wall -Wextra -Werror -pedantic -o "$work/user/pc" "$work/user/user.c" \
    "${flags[@]}" "-Wl,-rpath,$libdir" && must "$work/user/pc"

# Private requirements stay private: only --static may name them.
case "$(pkg-config --libs libsexec)" in
    *crypto* | *gssapi* | *-lz*) complain "libsexec.pc gives its private libraries to everyone" ;;
esac
read -r -a flags <<<"$(pkg-config --cflags --static --libs libsexec)"
flags=("${flags[@]/#-lsexec/-l:libsexec.a}")
must "$cc" -std=c11 -o "$work/user/pc_static" "$work/user/user.c" "${flags[@]}" &&
    must "$work/user/pc_static"

must "$cmake" -S "$work/user" -B "$work/user/build" "-DCMAKE_C_COMPILER=$cc" \
    "-DCMAKE_PREFIX_PATH=$tree" && must "$cmake" --build "$work/user/build" && {
    must "$work/user/build/user_shared"
    must "$work/user/build/user_static"
    readelf -d "$work/user/build/user_static" | grep -q 'NEEDED.*libsexec' &&
        complain "the static target links the shared library"
}

# A C++ program finds the names, too.
if command -v c++ >/dev/null; then
    must c++ -o "$work/user/cxx" -x c++ "$work/user/user.c" -I "$tree/include" \
        -x none "$libdir/libsexec.so" "-Wl,-rpath,$libdir" && must "$work/user/cxx"
fi

# Each header stands alone, in strict C and in C++.
for header in "$tree"/include/sexec/*.h; do
    printf '#include <sexec/%s>\nint user_of_it;\n' "$(basename "$header")" >"$work/one.c"
    must "$cc" -std=c11 -Wall -Wextra -Wconversion -Werror -pedantic -I "$tree/include" \
        -fsyntax-only "$work/one.c"
    if command -v c++ >/dev/null; then
        must c++ -Wall -Wextra -Werror -pedantic -I "$tree/include" \
            -fsyntax-only -x c++ "$work/one.c"
    fi
done

# --- What the files are ---------------------------------------------------------------------------
exported=$(nm -D --defined-only "$library" | awk '$2 != "A" { sub("@.*", "", $3); print $3 }')
[ -n "$exported" ] || complain "the library exports nothing"
foreign=$(printf '%s\n' "$exported" | grep -v '^sexec_')
[ -z "$foreign" ] || complain "exported, but not public: $foreign"
declared=$(cat "$tree"/include/sexec/*.h | "$cc" -E -P -I "$tree/include" - |
    grep -oE '\bsexec_[a-z0-9_]+[[:space:]]*\(' | tr -d '( \t' | sort -u)
for name in $exported; do
    printf '%s\n' "$declared" | grep -qx "$name" || complain "exported, but in no header: $name"
done
readelf -d "$library" | grep -q 'SONAME.*\[libsexec\.so\.0\]' ||
    complain "soname isn't libsexec.so.0"

# hardened FILE: full RELRO, immediate binding, no executable stack, nothing writable to execute.
hardened() {
    local name segments dynamic
    name=$(basename "$1")
    segments=$(readelf -lW "$1")
    dynamic=$(readelf -dW "$1")
    grep -q 'GNU_RELRO' <<<"$segments" || complain "$name: no RELRO"
    grep -qE 'BIND_NOW|FLAGS_1.*NOW' <<<"$dynamic" || complain "$name: no BIND_NOW"
    grep -qE 'GNU_STACK.* RW ' <<<"$segments" || complain "$name: executable stack"
    grep -q ' RWE ' <<<"$segments" && complain "$name: a segment to write and execute"
    grep -q 'TEXTREL' <<<"$dynamic" && complain "$name: relocations in the code"
    readelf -hW "$1" | grep -qE 'Type: +DYN' || complain "$name: not position independent"
}

# Control-flow protection shows in the code: each public function begins with a landing pad. (The
# note that a whole file has it is left out by the linker where the distribution's start-up
# objects lack it.)
if [ "$(uname -m)" = x86_64 ]; then
    bare=$(objdump -d --no-show-raw-insn "$library" |
        awk '/^[0-9a-f]+ <sexec_[a-z0-9_]+>:/ { name = $2; getline; if ($2 != "endbr64") print name }')
    [ -z "$bare" ] || complain "functions without a landing pad: $bare"
fi

# loads FILE [PATTERN]: nothing but libcrypto, zlib, MIT krb5, libc, and what the pattern adds.
loads() {
    local extra known='libcrypto\.so\.3|libz\.so\.1'
    known+='|lib(gssapi_krb5|krb5|k5crypto|com_err)\.so\.[0-9]+'
    known+='|(lib[cm]\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux[-a-z0-9_]*\.so\.[0-9]+)'
    extra=$(readelf -dW "$1" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
        grep -vxE "$known${2:+|$2}")
    [ -z "$extra" ] || complain "$(basename "$1") loads more than it may: $extra"
}

hardened "$library"
loads "$library"
shopt -s nullglob
for command in "$tree"/bin/*; do
    hardened "$command"
    loads "$command" 'libsexec\.so\.0'
    # shellcheck disable=SC2016 # the loader's word, not the shell's
    readelf -dW "$command" | grep -qE 'R(UN)?PATH.*\[\$ORIGIN/\.\./lib' ||
        complain "$(basename "$command"): doesn't look for the library beside itself"
    ldd "$command" | grep -q 'not found' &&
        complain "$(basename "$command"): a library isn't found"
done
readelf -dW "$library" | grep -qE 'R(UN)?PATH' &&
    complain "the library has a search path of its own"
grep -rlIF -e "$work/made" -e "$build" "$tree" && complain "that file knows where it was made"

# The library's own calls of its public functions stay inside: no program can step in between.
outside=$(readelf -rW "$library" | grep -oE '\bsexec_[a-z0-9_]+' | sort -u)
[ -z "$outside" ] || complain "the library calls itself through the loader: $outside"

printf 'install: %s public names, %s commands\n' "$(printf '%s\n' "$exported" | wc -l)" \
    "$(find "$tree/bin" -type f 2>/dev/null | wc -l)"
exit "$failed"
