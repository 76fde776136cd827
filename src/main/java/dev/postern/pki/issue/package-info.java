/** Certificates and signing requests that are made here: when one is due, and how it is made. Pure but for random numbers. */
package dev.postern.pki.issue;
