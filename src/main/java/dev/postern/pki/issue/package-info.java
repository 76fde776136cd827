/**
 * Certificates and signing requests that are made here: when one is due, how it is made, and whether an authority's answer to it will do.
 * Pure but for random numbers.
 */
package dev.postern.pki.issue;
