# Flags that every target of ours is built with: sexec_warnings and sexec_hardening are interface
# libraries, linked privately, so that nothing of them reaches who uses the installed package.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)

add_library(sexec_warnings INTERFACE)
target_compile_options(sexec_warnings INTERFACE
    -Wall -Wextra -Wconversion -Wsign-conversion -Wshadow -Wformat=2 -Wstrict-prototypes
    -Wmissing-prototypes -Wvla $<$<BOOL:${SEXEC_WERROR}>:-Werror>)
if(SEXEC_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
    # gcc's flow analysis loses its way in instrumented code; the plain builds keep this warning.
    target_compile_options(sexec_warnings INTERFACE -Wno-maybe-uninitialized)
endif()

add_library(sexec_hardening INTERFACE)
target_compile_options(sexec_hardening INTERFACE
    -fstack-protector-strong
    -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=) # __FILE__ names no build machine's folders
foreach(flag -fcf-protection -fstack-clash-protection)
    string(MAKE_C_IDENTIFIER "SEXEC_HAS${flag}" has)
    check_c_compiler_flag(${flag} ${has})
    if(${has})
        target_compile_options(sexec_hardening INTERFACE ${flag})
    endif()
endforeach()
target_link_options(sexec_hardening INTERFACE
    -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,--as-needed)

if(SEXEC_SANITIZE)
    string(REPLACE ";" "," sanitizers "${SEXEC_SANITIZE}")
    target_compile_options(sexec_hardening INTERFACE
        -fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(sexec_hardening INTERFACE -fsanitize=${sanitizers})
else()
    # A sanitizer wants to see the plain calls, and its runtime's symbols stay undefined in a
    # shared library; so both of these are for uninstrumented builds. Fortify needs -O.
    target_compile_options(sexec_hardening INTERFACE
        $<$<NOT:$<CONFIG:Debug>>:-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2>)
    target_link_options(sexec_hardening INTERFACE -Wl,-z,defs)
endif()
if(SEXEC_FUZZ)
    target_compile_options(sexec_hardening INTERFACE -fsanitize=fuzzer-no-link)
endif()
