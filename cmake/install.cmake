# What is installed: the command with its pages and completions, and the library -- one header, a shared and a
# static library, lookback.pc for pkg-config, lookbackConfig.cmake for find_package(lookback).
#
# Both libraries show the lb_ functions alone. The shared one is linked with cmake/lookback.map; the static one
# is a single object whose other names are made local, so that a program may have a `fail` of its own.
include(CMakePackageConfigHelpers)

# ---- the shared library; before 1.0 every minor version has its own binary interface ----
set(map ${CMAKE_SOURCE_DIR}/cmake/lookback.map)
file(GENERATE OUTPUT empty.c CONTENT "")
add_library(lookback_shared SHARED ${CMAKE_CURRENT_BINARY_DIR}/empty.c)
target_link_libraries(lookback_shared PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,lookback>)
target_link_options(lookback_shared PRIVATE -Wl,--version-script=${map})
target_include_directories(lookback_shared INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(lookback_shared PROPERTIES OUTPUT_NAME lookback EXPORT_NAME lookback LINK_DEPENDS ${map}
    LINKER_LANGUAGE CXX VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

# ---- the static library ----
set(whole ${CMAKE_CURRENT_BINARY_DIR}/install/lookback.o)
set(archive ${CMAKE_CURRENT_BINARY_DIR}/install/liblookback.a)
add_custom_command(OUTPUT ${archive} DEPENDS lookback VERBATIM
    COMMAND ${CMAKE_COMMAND} -E make_directory install
    COMMAND ${CMAKE_LINKER} -r --force-group-allocation --whole-archive $<TARGET_FILE:lookback> -o ${whole}
    COMMAND ${CMAKE_OBJCOPY} --wildcard --keep-global-symbol=lb_* ${whole}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${archive}
    COMMAND ${CMAKE_AR} rcs ${archive} ${whole}
    COMMAND ${CMAKE_COMMAND} -E rm ${whole})

# ---- the command's pages and completions, printed by the command itself ----
set(pages ${CMAKE_CURRENT_BINARY_DIR}/pages)
add_custom_command(OUTPUT ${pages}/done VERBATIM
    DEPENDS lookback_command ${CMAKE_SOURCE_DIR}/scripts/pages.sh
    COMMAND ${CMAKE_SOURCE_DIR}/scripts/pages.sh $<TARGET_FILE:lookback_command> ${pages})
add_custom_target(lookback_install ALL DEPENDS lookback_shared ${archive} ${pages}/done)

# ---- where everything goes ----
string(REPLACE ";" " " pc_requires "${MODULES}")
set(pc_libs "$<$<BOOL:${OpenMP_C_FOUND}>:${OpenMP_C_FLAGS}>")
configure_file(cmake/lookback.pc.in lookback.pc.configured @ONLY)
file(GENERATE OUTPUT lookback.pc INPUT ${CMAKE_CURRENT_BINARY_DIR}/lookback.pc.configured)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/lookback)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/lookbackConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)

install(TARGETS lookback_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS lookback_shared EXPORT lookback LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT lookback NAMESPACE lookback:: FILE lookbackConfig.cmake DESTINATION ${package})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lookbackConfigVersion.cmake DESTINATION ${package})
install(FILES ${archive} DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES include/lookback.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/lookback.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(DIRECTORY ${pages}/man1 DESTINATION ${CMAKE_INSTALL_MANDIR})
install(FILES ${pages}/lookback DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${pages}/_lookback DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${pages}/lookback.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
