/* Collatz chains: what the examples build and profile. */
#ifndef CHAIN_H
#define CHAIN_H

/* How many steps it takes from a number to 1. */
unsigned chain_length(unsigned long number);

#endif
