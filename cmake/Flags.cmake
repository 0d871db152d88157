# Compile and link flags of everything that is built here.
#
# Two of them carry a promise (docs/architecture.md, invariant 1): every object is compiled for x86-64-v3, and the
# compiler may not fuse a multiplication with an addition by itself. Never add -ffast-math or one of its parts that
# changes a value.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

# -g1 keeps line tables for stack traces at a third of the size of full debug information.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")

add_compile_options(-march=x86-64-v3 -ffp-contract=off -fno-math-errno)
add_compile_options(-ffunction-sections -fdata-sections)
add_link_options(-Wl,--gc-sections -Wl,--as-needed)

# No path of the building machine in messages or debug information. Both spellings occur: ccache makes paths relative.
file(RELATIVE_PATH NEVE_SOURCE_FROM_BINARY "${CMAKE_BINARY_DIR}" "${CMAKE_SOURCE_DIR}")
add_compile_options("-ffile-prefix-map=${CMAKE_SOURCE_DIR}/=" "-ffile-prefix-map=${NEVE_SOURCE_FROM_BINARY}=")

# Shared objects of ours lie beside the program neve; tests and benchmarks are one folder below it.
set(CMAKE_BUILD_RPATH "$ORIGIN;$ORIGIN/..")

# g++ is the everyday compiler and carries the conversion warnings; clang, which differs on them, adds its own defaults.
add_compile_options(-Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wconversion -Wno-sign-conversion)
endif()

find_program(NEVE_MOLD mold)
if(NEVE_MOLD)
  add_link_options(-fuse-ld=mold)
endif()
