# netsmith_add_kernels(file...): sources that use Highway. Each is compiled once for each
# instruction set, and the best is chosen at run time: AVX-512, AVX2, and portable code for any other
# machine.
function(netsmith_add_kernels)
  target_sources(netsmith PRIVATE ${ARGN})
  set_source_files_properties(
    ${ARGN} TARGET_DIRECTORY netsmith
    PROPERTIES COMPILE_DEFINITIONS "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3_DL)"
               SKIP_PRECOMPILE_HEADERS ON)
endfunction()
