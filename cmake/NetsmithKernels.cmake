# netsmith_add_kernels(file...): sources that use Highway. Each is compiled once for each
# instruction set, and the best is chosen at run time: AVX-512, AVX2, and portable code for any other
# machine.
# With NETSMITH_PORTABLE there is only the last.
option(NETSMITH_PORTABLE "Build the portable kernels alone" OFF)

function(netsmith_add_kernels)
  set(targets "HWY_DISABLED_TARGETS=(HWY_SSSE3|HWY_SSE4|HWY_AVX3_DL)")
  if(NETSMITH_PORTABLE)
    set(targets HWY_COMPILE_ONLY_SCALAR)
  endif()
  target_sources(netsmith PRIVATE ${ARGN})
  set_source_files_properties(
    ${ARGN} TARGET_DIRECTORY netsmith
    PROPERTIES COMPILE_DEFINITIONS "${targets}"
               SKIP_PRECOMPILE_HEADERS ON)
endfunction()
