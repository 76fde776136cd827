/**
 * {@code postern trace}: what became of a message, out of the mail log. {@code LineParser} makes a {@code Fact} of each line in either form, {@code Tracker} puts those of
 * one message together, {@code StoryText} and {@code StoryView} tell it. Memory is bounded by what is open at one time, not by the log.
 */
package dev.postern.cli.trace;
