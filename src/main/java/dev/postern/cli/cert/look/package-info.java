/**
 * Certificates that others keep: in files of any usual form, and on servers. What comes from there is not trusted: sizes and times
 * are bounded, and nothing is believed of it.
 */
package dev.postern.cli.cert.look;

