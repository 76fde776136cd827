/** Inputs that fuzzing found, or began with, tried again in every build; {@code make fuzz} looks for more. */
package dev.postern.fuzz;
