# Targets for people who work on netsmith; CI calls scripts/lint itself.
add_custom_target(lint COMMAND "${PROJECT_SOURCE_DIR}/scripts/lint" USES_TERMINAL VERBATIM
                  COMMENT "Format of all sources, clang-tidy on those that changed")
add_custom_target(tidy COMMAND "${PROJECT_SOURCE_DIR}/scripts/lint" --all USES_TERMINAL VERBATIM
                  COMMENT "Format and clang-tidy of all sources")
add_custom_target(format
                  COMMAND sh -c "git ls-files -z -- '*.cc' '*.h' | xargs -0 clang-format -i"
                  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}" VERBATIM
                  COMMENT "Formatting all sources")
