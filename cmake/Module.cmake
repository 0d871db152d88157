# add_module(<name> STANDS_ON <floor>... [FOLDER <dir>] [LINK <library>...] [EXCLUDE <file>...] [GENERATED <file>...])
#
# Makes the library neve_<name> of every .cpp below <dir> (default src/<name>); sub-folders belong to their parent.
# A floor named after STANDS_ON must have been declared by an earlier add_module, so the order of the calls is the order
# of the floors and a cycle cannot be written down. What a module stands on reaches its users too; LINK stays private to
# it but for the final link. Without a .cpp yet, the library has only headers.
#
# A file <x>_kernels.cpp is compiled once for each level of the instruction set, in namespace NEVE_ISA (v3, v4), and its
# callers choose at run time (<neve/base/isa.hpp>). It defines nothing but its table to the outside: an inline function
# compiled for v4 could stand in for that of all other files. tests/tidy/symbols.py watches that.
define_property(GLOBAL PROPERTY NEVE_MODULES BRIEF_DOCS "Modules so far, lowest first")

function(add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FOLDER" "STANDS_ON;LINK;EXCLUDE;GENERATED")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "add_module(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER src/${name})
  endif()
  check_floors(${name} ${arg_STANDS_ON})

  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/${arg_FOLDER}/*.cpp")
  foreach(file IN LISTS arg_EXCLUDE)
    list(REMOVE_ITEM sources "${CMAKE_SOURCE_DIR}/${arg_FOLDER}/${file}")
  endforeach()

  set(kernels ${sources})
  list(FILTER kernels INCLUDE REGEX "_kernels\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_kernels\\.cpp$")

  list(TRANSFORM arg_STANDS_ON PREPEND neve_ OUTPUT_VARIABLE floors)
  if(sources)
    add_library(neve_${name} STATIC ${sources} ${arg_GENERATED})
    if(kernels)
      add_kernels(${name} ${kernels})
    endif()
    target_include_directories(neve_${name} PUBLIC "${CMAKE_SOURCE_DIR}/include"
                                            PRIVATE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}")
    target_link_libraries(neve_${name} PUBLIC ${floors} PRIVATE ${arg_LINK} Threads::Threads)
    add_sdk_headers(${name} PUBLIC)
    use_precompiled(neve_${name} standard)
  else()
    add_library(neve_${name} INTERFACE)
    target_include_directories(neve_${name} INTERFACE "${CMAKE_SOURCE_DIR}/include")
    target_link_libraries(neve_${name} INTERFACE ${floors} ${arg_LINK} Threads::Threads)
    add_sdk_headers(${name} INTERFACE)
  endif()
  set_property(GLOBAL APPEND PROPERTY NEVE_MODULES ${name})
endfunction()

# Adds kernels to a module, compiled for each level.
function(add_kernels name)
  foreach(level v3 v4)
    set(target neve_${name}_${level})
    add_library(${target} OBJECT ${ARGN})
    target_compile_options(${target} PRIVATE -march=x86-64-${level} $<$<CONFIG:Release>:-O3>)
    # g++ 12 suspects its own AVX-512 headers of reading what they leave undefined.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
    target_compile_definitions(${target} PRIVATE NEVE_ISA=${level})
    target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/include" "${CMAKE_SOURCE_DIR}/src"
                                                 "${CMAKE_SOURCE_DIR}")
    target_sources(neve_${name} PRIVATE $<TARGET_OBJECTS:${target}>)
  endforeach()
endfunction()

# Stops the configuration where a floor is not declared yet: it would lie above its user.
function(check_floors name)
  get_property(below GLOBAL PROPERTY NEVE_MODULES)
  if("${name}" IN_LIST below)
    message(FATAL_ERROR "add_module(${name}): declared twice")
  endif()
  foreach(floor IN LISTS ARGN)
    if(NOT "${floor}" IN_LIST below)
      message(FATAL_ERROR "add_module(${name}): stands on '${floor}', which is not below it; below are: ${below}")
    endif()
  endforeach()
endfunction()

# Declares include/neve/<name>/*.hpp as a header set, so that the target all_verify_interface_header_sets compiles each
# of them alone.
function(add_sdk_headers name scope)
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/include/neve/${name}/*.hpp")
  if(headers)
    target_sources(neve_${name} ${scope} FILE_SET HEADERS BASE_DIRS "${CMAKE_SOURCE_DIR}/include" FILES ${headers})
    set_target_properties(neve_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()
endfunction()

# Links a test, benchmark or program with <name> and every module below it, highest first.
function(link_down_from target name)
  get_property(modules GLOBAL PROPERTY NEVE_MODULES)
  list(FIND modules ${name} top)
  if(top LESS 0)
    message(FATAL_ERROR "${target}: there is no module '${name}'; the modules are: ${modules}")
  endif()
  math(EXPR count "${top} + 1")
  list(SUBLIST modules 0 ${count} modules)
  list(REVERSE modules)
  list(TRANSFORM modules PREPEND neve_)
  target_link_libraries(${target} PRIVATE ${modules})
  target_include_directories(${target} PRIVATE "${CMAKE_SOURCE_DIR}/src" "${CMAKE_SOURCE_DIR}")
endfunction()

# Sets <out> to the names of the folders directly below <root> that hold one of the files, sorted.
function(folders_of out root)
  set(names "")
  foreach(file IN LISTS ARGN)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY "${root}" OUTPUT_VARIABLE path)
    if(path MATCHES "^([^/]+)/")
      list(APPEND names ${CMAKE_MATCH_1})
    endif()
  endforeach()
  list(REMOVE_DUPLICATES names)
  list(SORT names)
  set(${out} "${names}" PARENT_SCOPE)
endfunction()
