# Data files become part of the program: one string constant a file, in a source that CMake writes when
# it runs, which it does again when one of the files changes.
#   slava_embed(FOLDER HEADER NAMESPACE CONSTANT FILE [CONSTANT FILE]...)
# adds it to slava_FOLDER; FILEs lie below src/FOLDER, HEADER declares the constants in NAMESPACE.
function(slava_embed folder header namespace)
  set(constants "")
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs constant file)
    set(path ${CMAKE_SOURCE_DIR}/src/${folder}/${file})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    file(READ ${path} text)
    string(APPEND constants "const std::string_view ${constant} = R\"~~~~(${text})~~~~\";\n\n")
  endwhile()
  set(source ${CMAKE_BINARY_DIR}/embedded/${folder}.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT
"// Written by src/embed.cmake out of the data files of src/@folder@.
#include \"@header@\"

namespace @namespace@ {

@constants@}  // namespace @namespace@
")
  target_sources(slava_${folder} PRIVATE ${source})
endfunction()
