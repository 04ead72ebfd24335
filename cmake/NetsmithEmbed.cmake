# netsmith_embed_web(): the files of web/ become part of the library (report/web_files.h).
function(netsmith_embed_web)
  file(GLOB files CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/web/*")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${files}")
  set(entries "")
  foreach(file IN LISTS files)
    get_filename_component(name "${file}" NAME)
    file(READ "${file}" content)
    string(APPEND entries "    {\"${name}\", R\"~~~~(${content})~~~~\"},\n")
  endforeach()
  configure_file("${PROJECT_SOURCE_DIR}/netsmith/report/web_files.cc.in"
                 "${CMAKE_CURRENT_BINARY_DIR}/web_files.cc" @ONLY)
  target_sources(netsmith PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/web_files.cc")
endfunction()
