/**
 * The five kinds of the API group {@code postern.dev}: their spec, their status, and what the API server checks of them.
 *
 * <p>A field is here only when something obeys it. Fields are public and plain because these classes are the schema and
 * nothing else: the CRDs in {@code crds/} are generated from them. Everything that needs more than one resource to decide
 * is checked in {@code dev.postern.plan}; what takes more than one field is a CEL rule of the CRD and, with the same words, in
 * {@code Rules}.
 */
package dev.postern.api;
