# The rule files become part of the program: string constants in embedded_findings.cc, written when
# CMake runs, which it does again when one of them changes.
set(findings ${CMAKE_CURRENT_LIST_DIR})
set(SLAVA_EMBEDDED "")
foreach(file observations context places)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${findings}/rules/${file}.json)
  file(READ ${findings}/rules/${file}.json text)
  string(APPEND SLAVA_EMBEDDED
         "const std::string_view k_${file}_rules = R\"~~~~(${text})~~~~\";\n\n")
endforeach()
string(REPLACE "k_observations_rules" "kObservationRules" SLAVA_EMBEDDED "${SLAVA_EMBEDDED}")
string(REPLACE "k_context_rules" "kContextRules" SLAVA_EMBEDDED "${SLAVA_EMBEDDED}")
string(REPLACE "k_places_rules" "kPlaceRules" SLAVA_EMBEDDED "${SLAVA_EMBEDDED}")
configure_file(${findings}/rules/embedded.cc.in
               ${CMAKE_BINARY_DIR}/embedded/embedded_findings.cc @ONLY)
target_sources(slava_findings PRIVATE ${CMAKE_BINARY_DIR}/embedded/embedded_findings.cc)
