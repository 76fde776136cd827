/** The command line: the roles {@code operator}, {@code gateway} and {@code run}, and the tools. */
package dev.postern.cli;

