/* remove_tree.h -- a test's folder goes away with all that is in it. */
#ifndef TEST_REMOVE_TREE_H
#define TEST_REMOVE_TREE_H

#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"

static void remove_tree(const char *dir)
{
    char **names = dir_list(dir);
    for (size_t i = 0; i < array_len(names); i++) {
        char *path = path_join(dir, names[i]);
        if (file_is_dir(path))
            remove_tree(path);
        unlink(path);
        free(path);
        free(names[i]);
    }
    array_free(names);
    rmdir(dir);
}

#endif
