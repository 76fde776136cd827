/** Reads manifests from a folder: YAML to resources, with file, line and field of everything that is wrong. */
package dev.postern.manifest;
