/* porter.h -- English words without their endings: "relational" and "relate" both become "relat".
 *
 * Porter 1980, An algorithm for suffix stripping, with the departures of NLTK's PorterStemmer, which is what
 * published ROUGE figures with stemming were made with: words of one or two letters stay, a few irregular
 * words, "ies" of four letters, "y" behind a consonant only, "bli", "alli", "fulli", "logi", and a short
 * stem of a vowel and a consonant.
 */
#ifndef METRIC_PORTER_H
#define METRIC_PORTER_H

#include <stddef.h>

/* Stems a word of n lower-case ASCII letters and digits in place. Returns its new length, at most n. */
size_t porter_stem(char *word, size_t n);

#endif
