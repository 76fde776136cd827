/** {@code postern user …}: users of SMTP AUTH. */
package dev.postern.cli.user;
