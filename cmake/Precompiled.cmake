# Headers of the standard library that most files include are parsed once for a build folder. A file still includes
# all that it uses: `./dev lint` compiles it without (preset lint).
option(NEVE_PRECOMPILED "Precompile headers" ON)

# ccache asks for -fpch-preprocess and -fno-pch-timestamp to keep objects of files with precompiled headers. GCC 12 takes
# such headers for our own code, and warns, wrongly, of the bounds of texts that are added up; Clang's sanitizers look at them.
if(NEVE_PRECOMPILED)
  set(of_gcc -fpch-preprocess -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
  add_compile_options("$<$<CXX_COMPILER_ID:GNU>:${of_gcc}>" "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

set(standard_headers <algorithm> <array> <atomic> <bit> <chrono> <cmath> <condition_variable> <cstddef> <cstdint>
    <cstring> <functional> <limits> <map> <memory> <mutex> <numeric> <optional> <set> <span> <string> <string_view>
    <thread> <unordered_map> <utility> <variant> <vector>)

# add_precompiled(<name> HEADERS h... [LINK targets...]): makes the target neve_precompiled_<name>; LINK has the definitions
# that all files with these headers are compiled with.
function(add_precompiled name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "HEADERS;LINK")
  if(NEVE_PRECOMPILED)
    set(empty "${CMAKE_BINARY_DIR}/generated/precompiled_${name}.cpp")
    file(CONFIGURE OUTPUT "${empty}" CONTENT "")
    add_library(neve_precompiled_${name} OBJECT "${empty}")
    target_precompile_headers(neve_precompiled_${name} PRIVATE ${arg_HEADERS})
    target_link_libraries(neve_precompiled_${name} PRIVATE ${arg_LINK})
  endif()
endfunction()

# The files of a target, which has no compile options of its own, begin with the headers of add_precompiled(<name>). Those of
# a program are compiled as a library's, as the headers are.
function(use_precompiled target name)
  if(NEVE_PRECOMPILED)
    target_compile_options(${target} PRIVATE -fPIC)
    target_precompile_headers(${target} REUSE_FROM neve_precompiled_${name})
  endif()
endfunction()

add_precompiled(standard HEADERS ${standard_headers})
