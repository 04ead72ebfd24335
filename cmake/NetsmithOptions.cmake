# What every target of the project is compiled with.
add_library(netsmith_options INTERFACE)
# Without three warnings that g++ 12 raises wrongly inside std::string, depending on what it inlines
# (its bugs 105651 and 105329, and 105562 for the strings of default arguments).
target_compile_options(netsmith_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wno-restrict
                       -Wno-stringop-overflow -Wno-maybe-uninitialized
                       $<$<BOOL:${NETSMITH_WERROR}>:-Werror>)

# Behind a precompiled header g++ 12 no longer knows that <string> is the system's.
if(NOT CMAKE_DISABLE_PRECOMPILE_HEADERS)
  target_compile_options(netsmith_options INTERFACE -Wno-array-bounds)
endif()

set(NETSMITH_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")
if(NETSMITH_SANITIZE)
  add_compile_options(-fsanitize=${NETSMITH_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${NETSMITH_SANITIZE})
endif()
