/**
 * Paths from a certificate to a root: which of the certificates given belong to it and in what order they are served, and whether
 * a path that a peer shows is to be trusted. Bounded in work whatever is given, and without any network.
 */
package dev.postern.pki.path;
