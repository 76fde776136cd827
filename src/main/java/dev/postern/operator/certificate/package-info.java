/** Certificate: makes and renews those that are made here, follows the Secrets of the others, and its status. */
package dev.postern.operator.certificate;
