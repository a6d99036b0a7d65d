# viewer.cmake -- the viewer as C: cmake -D FROM=viewer -D TO=viewer.c -P viewer.cmake
#
# The scripts that files.txt names become one, in one strict scope. Script, style, start (which unpacks the two)
# and page are arrays of bytes; beside each stands its SHA-256: a page's policy allows these and nothing else.
cmake_policy(VERSION 3.25)

file(STRINGS ${FROM}/files.txt names)
set(script "\"use strict\";\n{\n")
foreach(name ${names})
    file(READ ${FROM}/${name} text)
    string(APPEND script "${text}")
endforeach()
string(APPEND script "}\n")
file(READ ${FROM}/style.css style)
file(READ ${FROM}/start.js start)
file(READ ${FROM}/page.html page)

set(code "/* made of viewer/ by cmake/viewer.cmake */\n#include \"view/viewer.h\"\n")
foreach(part script style start page)
    foreach(forbidden "</script" "</style" "<!--" "\r") # would end the script, begin a comment, change the hash
        string(FIND "${${part}}" "${forbidden}" at)
        if(NOT at EQUAL -1 AND NOT "${part}" STREQUAL "page")
            message(FATAL_ERROR "viewer: the ${part} must not contain ${forbidden}")
        endif()
    endforeach()
    file(WRITE ${TO}.${part} "${${part}}")
    file(SHA256 ${TO}.${part} hash)
    file(READ ${TO}.${part} bytes HEX)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
           "\\1\n" bytes "${bytes}")
    string(APPEND code "static const unsigned char ${part}[] = {\n${bytes}0};\n"
           "const ViewerPart viewer_${part} = { (const char *)${part}, sizeof ${part} - 1, \"${hash}\" };\n")
    file(REMOVE ${TO}.${part})
endforeach()
file(WRITE ${TO} "${code}")
