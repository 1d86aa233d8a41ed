/* The records of an object file, whose refs the linker has not resolved yet: the
 * sections of each name are laid behind each other at made-up addresses, and the
 * relocations between them are done.  Called by binary.c.
 */
#ifndef CPROF_ANALYSIS_OBJECT_H
#define CPROF_ANALYSIS_OBJECT_H

#include <libelf.h>

#include "records.h"

struct object {
    struct records records;
    unsigned char *bytes; /* all of them; owned */
};

enum object_result { OBJECT_OK, OBJECT_WITHOUT_RECORDS, OBJECT_DAMAGED, OBJECT_NO_MEMORY };

/* `elf` is of an ELF file of type ET_REL. */
enum object_result object_open(struct object *object, Elf *elf);
void object_close(struct object *object);

#endif
