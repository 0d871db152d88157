# Libraries of the system, each under one target name that add_module(... LINK ...) takes. Headers come from the
# system's include folder, so only what must be linked, or lies elsewhere, shows up here. OpenBLAS is missing on
# purpose: src/linalg opens it at first use.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(spdlog REQUIRED)
find_package(TBB REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(CURL REQUIRED)
find_package(absl REQUIRED)
find_package(Eigen3 REQUIRED NO_MODULE)

# Libraries without a CMake package: lib:<name> is the library and the header that proves it is there.
function(find_plain_library name library header)
  find_library(NEVE_LIB_${name} ${library} REQUIRED)
  find_path(NEVE_INCLUDE_${name} ${header} REQUIRED)
  add_library(lib::${name} INTERFACE IMPORTED GLOBAL)
  target_link_libraries(lib::${name} INTERFACE "${NEVE_LIB_${name}}")
  mark_as_advanced(NEVE_LIB_${name} NEVE_INCLUDE_${name})
endfunction()

find_plain_library(sleef sleef sleef.h)
find_plain_library(xxhash xxhash xxhash.h)
find_plain_library(deflate deflate libdeflate.h)
find_plain_library(zip zip zip.h)
find_plain_library(bz2 bz2 bzlib.h)
find_plain_library(lzma lzma lzma.h)
find_plain_library(zstd zstd zstd.h)
# Small, and needed by nothing else that a node loads at its start; the three above come with libzip anyway.
find_plain_library(lz4 liblz4.a lz4frame.h)
find_plain_library(snappy libsnappy.a snappy-c.h)
find_plain_library(expat libexpat.a expat.h)
find_plain_library(re2 re2 re2/re2.h)
find_plain_library(crypt crypt crypt.h)
find_plain_library(raft raft raft.h)

# The address sanitizer stands in for crypt_r and looks up the real one when it is called, so that the linker sees no use
# of the library and would leave it out.
if(NEVE_SANITIZE MATCHES "address")
  target_link_options(lib::crypt INTERFACE -Wl,--push-state,--no-as-needed "${NEVE_LIB_crypt}" -Wl,--pop-state)
endif()
