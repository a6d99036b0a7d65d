/* colour.h -- weights as colours.
 *
 * Cividis (Nunez, Anderton, Renslow 2018, "Optimizing colormaps with consideration for color vision
 * deficiency", PLoS ONE 13(7)): its lightness grows evenly with the weight, from dark blue to yellow, and
 * people with and without colour blindness see nearly the same map. A picture also survives a grey printer.
 */
#ifndef VIEW_COLOUR_H
#define VIEW_COLOUR_H

#include <stdint.h>

typedef struct {
    uint8_t r, g, b;
} Colour;

Colour colour_cividis(double weight); /* 0..1; outside is clamped, NaN is 0 */
Colour colour_on(Colour background);  /* black or white, whichever stands out more (WCAG 2 contrast) */
int colour_256(Colour c);             /* the nearest of the terminal's colours 16..255 */
double colour_share(double weight);   /* the weight itself, clamped to 0..1; NaN is 0 */

#endif
