/** What the commands for people have in common: how they print, how they fail, which cluster they mean. */
package dev.postern.cli.tool;

