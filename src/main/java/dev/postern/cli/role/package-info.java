/** Boots Quarkus, for health, metrics and the operator's runtime, around the roles that stay: operator, gateway and run. */
package dev.postern.cli.role;

