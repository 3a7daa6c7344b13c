# Templates and the schema become part of the program: one string constant a file, written into
# embedded.cc when CMake runs, which it does again when one of the files changes.
#   slava_embed(OUT CONSTANT FILE [CONSTANT FILE]...)
function(slava_embed out)
  set(SLAVA_EMBEDDED "")
  set(pairs ${ARGN})
  while(pairs)
    list(POP_FRONT pairs constant file)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    string(APPEND SLAVA_EMBEDDED
           "const std::string_view ${constant} = R\"~~~~(${text})~~~~\";\n\n")
  endwhile()
  configure_file(${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embedded.cc.in ${out} @ONLY)
endfunction()

set(writers ${CMAKE_CURRENT_LIST_DIR})
slava_embed(${CMAKE_BINARY_DIR}/embedded/embedded.cc
            kTextTemplate ${writers}/templates/report.txt.mustache
            kHtmlTemplate ${writers}/templates/report.html.mustache
            kHtmlStyle ${writers}/templates/report.css
            kReportSchema ${writers}/report.schema.json)
target_sources(slava_writers PRIVATE ${CMAKE_BINARY_DIR}/embedded/embedded.cc)
