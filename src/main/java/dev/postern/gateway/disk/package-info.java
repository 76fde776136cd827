/** Small files of the gateway's own that are there whole, or as they were before, whatever happens in between. */
package dev.postern.gateway.disk;

