/** The operator: reconcilers, one package per kind. All I/O with the Kubernetes API for them is here; Netty is not. */
package dev.postern.operator;
