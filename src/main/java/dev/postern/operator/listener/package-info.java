/** Listener: its status. */
package dev.postern.operator.listener;
