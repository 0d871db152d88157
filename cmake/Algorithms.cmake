# Declares algos_families_<y> for algos/families/<y>/ and algos_<x> for every other folder of algos/ with a .cpp, and
# lists the folders that hold <x>/<x>.cpp as algorithms. Sets NEVE_ALGORITHMS (modules) and algorithm_list (file).
set(NEVE_ALGORITHMS "")
set(algorithm_floors base schema linalg device mojo frame job mr munge model)

file(GLOB_RECURSE family_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/algos/families/*.cpp")
folders_of(families "${CMAKE_SOURCE_DIR}/algos/families" ${family_files})
set(family_modules "")
foreach(family IN LISTS families)
  add_module(algos_families_${family} FOLDER algos/families/${family} STANDS_ON ${algorithm_floors} ${family_modules})
  list(APPEND family_modules algos_families_${family})
  # Their loops over blocks of rows are where training spends its time.
  target_compile_options(neve_algos_families_${family} PRIVATE $<$<CONFIG:Release>:-O3>)
endforeach()

file(GLOB_RECURSE algorithm_files CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/algos/*.cpp")
# Files of an algorithm that hold nothing but such loops are called <x>_lanes.cpp.
set(lanes_files ${algorithm_files})
list(FILTER lanes_files INCLUDE REGEX "_lanes\\.cpp$")
set_source_files_properties(${lanes_files} PROPERTIES COMPILE_OPTIONS $<$<CONFIG:Release>:-O3>)
folders_of(algorithms "${CMAKE_SOURCE_DIR}/algos" ${algorithm_files})
list(REMOVE_ITEM algorithms families)
set(descriptors "")
foreach(algorithm IN LISTS algorithms)
  add_module(algos_${algorithm} FOLDER algos/${algorithm} STANDS_ON ${algorithm_floors} ${family_modules})
  list(APPEND NEVE_ALGORITHMS algos_${algorithm})
  if(EXISTS "${CMAKE_SOURCE_DIR}/algos/${algorithm}/${algorithm}.cpp")
    list(APPEND descriptors "${CMAKE_SOURCE_DIR}/algos/${algorithm}/${algorithm}.cpp")
  endif()
endforeach()

collect(algorithm_list TYPE neve::model::Algorithm LIST neve::algos::all_algorithms
        NAMESPACE neve::algos FUNCTION algorithm FILES ${descriptors})
