/* subword_fault.h -- what SentencePiece believes of a model, checked before it is handed over. */
#ifndef TEXT_SUBWORD_FAULT_H
#define TEXT_SUBWORD_FAULT_H

#include <stddef.h>

/* What is wrong with a serialised model, in a few words; NULL: nothing that would harm. Whether it is a model
 * at all is left to the library. */
const char *subword_fault(const char *model, size_t len);

#endif
