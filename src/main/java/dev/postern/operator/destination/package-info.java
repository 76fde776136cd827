/** DestinationControl: its status. */
package dev.postern.operator.destination;
