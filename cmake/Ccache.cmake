# Compiles through ccache where it is installed. Its settings make build folders, and clones, share their hits: paths
# below the source folder are made relative, and the build folder's own name does not count.
find_program(NEVE_CCACHE ccache)
if(NEVE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      "${CMAKE_COMMAND}" -E env "CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}" CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros "${NEVE_CCACHE}")
endif()
