/**
 * Owns which version answers which request: the live routes, and the pure function that assigns. No
 * framework.
 */
@NullMarked
package dev.understudy.gateway.routing;

import org.jspecify.annotations.NullMarked;
