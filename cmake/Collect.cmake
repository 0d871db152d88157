# Lists written from file names: a new codec, primitive, endpoint or algorithm is a new file and nothing else is edited.
#
# collect(<out> TYPE <neve::a::Type> LIST <neve::b::all_things> FILES <file>... NAMESPACE <neve::c> [FUNCTION <name>])
#
# Writes <build>/generated/<list>.cpp with `std::vector<const Type*> LIST()`, which holds what every file's function
# returns, sorted by file name, and sets <out> to it. The function of x.cpp is `const Type& NAMESPACE::x()`, or with
# FUNCTION `const Type& NAMESPACE::x::<name>()`. Files that end in _internal.cpp, or lie in a folder detail/, are left out.
function(collect out)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TYPE;LIST;NAMESPACE;FUNCTION" "FILES")
  listed_names(names ${arg_FILES})

  string(REGEX MATCH "^(.*)::([^:]+)$" _ "${arg_TYPE}")
  set(text "// Written by cmake/Collect.cmake from file names; do not edit.\n#include <vector>\n\n")
  string(APPEND text "namespace ${CMAKE_MATCH_1} {\nstruct ${CMAKE_MATCH_2};\n}\n\n")
  set(calls "")
  foreach(name IN LISTS names)
    if(arg_FUNCTION)
      string(APPEND text "namespace ${arg_NAMESPACE}::${name} {\nconst ${arg_TYPE}& ${arg_FUNCTION}();\n}\n")
      string(APPEND calls "      &${arg_NAMESPACE}::${name}::${arg_FUNCTION}(),\n")
    else()
      string(APPEND text "namespace ${arg_NAMESPACE} {\nconst ${arg_TYPE}& ${name}();\n}\n")
      string(APPEND calls "      &${arg_NAMESPACE}::${name}(),\n")
    endif()
  endforeach()
  string(REGEX MATCH "^(.*)::([^:]+)$" _ "${arg_LIST}")
  string(APPEND text "\nnamespace ${CMAKE_MATCH_1} {\n\nstd::vector<const ${arg_TYPE}*> ${CMAKE_MATCH_2}();\n")
  string(APPEND text "std::vector<const ${arg_TYPE}*> ${CMAKE_MATCH_2}() {\n  return {\n${calls}  };\n}\n\n}\n")

  set(file "${CMAKE_BINARY_DIR}/generated/${CMAKE_MATCH_2}.cpp")
  file(CONFIGURE OUTPUT "${file}" CONTENT "${text}" @ONLY)
  set(${out} "${file}" PARENT_SCOPE)
endfunction()

# Stems of the files that belong into a list, sorted; two files of one name in different folders are an error.
function(listed_names out)
  set(names "")
  foreach(file IN LISTS ARGN)
    if(file MATCHES "_internal\\.cpp$" OR file MATCHES "/detail/")
      continue()
    endif()
    cmake_path(GET file STEM name)
    if(name IN_LIST names)
      message(FATAL_ERROR "${file}: another file of this list is called ${name}.cpp too")
    endif()
    list(APPEND names ${name})
  endforeach()
  list(SORT names)
  set(${out} "${names}" PARENT_SCOPE)
endfunction()
