/**
 * Reads manifests from a folder: YAML to resources, with file, line and field of everything that is wrong.
 *
 * <p>{@code ManifestReader} reads the files and gathers the result; {@code YamlText} turns a file's text into JSON trees with
 * the position of each field; {@code Schemas} holds what a resource must look like, which for Postern's kinds is the very
 * schema of the CRDs; {@code Manifests} is the result.
 */
package dev.postern.manifest;
