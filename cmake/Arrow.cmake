# Parquet, ORC and Arrow files are read and written by Apache Arrow C++. Our code on top of it lives in a shared object of
# its own that src/ingest/formats/columnar/arrow_library.cpp opens when a node meets the first such file: loading Arrow takes
# some 60 MB, of which an idle node should know nothing.
#
# The system's Arrow is taken where there is one; else that of build/arrow, where `./dev` puts it.
find_package(Arrow QUIET)
find_package(Parquet QUIET)
set(NEVE_ARROW "${CMAKE_SOURCE_DIR}/build/arrow" CACHE PATH "Folder of Apache Arrow C++, where the system has none")

if(Arrow_FOUND AND Parquet_FOUND)
  set(arrow_libraries Arrow::arrow_shared Parquet::parquet_shared)
else()
  set(arrow_libraries "")
  foreach(name arrow parquet)
    file(GLOB found "${NEVE_ARROW}/lib${name}.so.*")
    if(NOT found)
      message(FATAL_ERROR "There is no Apache Arrow: neither the system's, nor lib${name} in ${NEVE_ARROW}. "
                          "Run ./dev setup arrow")
    endif()
    list(GET found 0 found)
    add_library(lib::${name} SHARED IMPORTED)
    set_target_properties(lib::${name} PROPERTIES IMPORTED_LOCATION "${found}"
                                                  INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${NEVE_ARROW}/include"
                                                  INTERFACE_INCLUDE_DIRECTORIES "${NEVE_ARROW}/include")
    # Beside our own, so that they find each other wherever the folder is copied to.
    cmake_path(GET found FILENAME file)
    file(CREATE_LINK "${found}" "${CMAKE_BINARY_DIR}/${file}" SYMBOLIC)
    list(APPEND arrow_libraries lib::${name})
  endforeach()
endif()

# What module ingest leaves to this target.
file(GLOB arrow_files CONFIGURE_DEPENDS RELATIVE "${CMAKE_SOURCE_DIR}/src/ingest" src/ingest/formats/arrow/*.cpp)
set(arrow_sources ${arrow_files})
list(TRANSFORM arrow_sources PREPEND src/ingest/)
add_library(neve_arrow MODULE ${arrow_sources})
target_include_directories(neve_arrow PRIVATE "${CMAKE_SOURCE_DIR}/include" "${CMAKE_SOURCE_DIR}/src")
target_link_libraries(neve_arrow PRIVATE ${arrow_libraries} Threads::Threads)
set_target_properties(neve_arrow PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}"
                                            BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH "$ORIGIN"
                                            CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)

# Arrow is not instrumented for the thread sanitizer, so its inlined parts must not be either.
if(NEVE_SANITIZE MATCHES "thread")
  target_compile_options(neve_arrow PRIVATE -fno-sanitize=thread)
endif()
