# NEVE_SANITIZE = "address,undefined" or "thread" instruments the whole build, and fuzz targets need the first of them
# together with clang.
set(NEVE_SANITIZE "" CACHE STRING "Comma-separated list for -fsanitize=, empty for none")
set(NEVE_FUZZ OFF)

if(NEVE_SANITIZE)
  add_compile_options(-fsanitize=${NEVE_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${NEVE_SANITIZE})
  if(NEVE_SANITIZE MATCHES "thread")
    add_compile_definitions(NEVE_THREAD_SANITIZER)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      add_compile_options(-fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/tests/tsan.ignorelist)
    endif()
  endif()
  if(NEVE_SANITIZE MATCHES "address" AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(NEVE_FUZZ ON)
    add_compile_options(-fsanitize=fuzzer-no-link)
  endif()
endif()
