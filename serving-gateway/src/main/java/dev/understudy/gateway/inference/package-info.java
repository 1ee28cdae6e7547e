/** Owns the way of a request through the other rooms, from the routed model to the log. */
@NullMarked
package dev.understudy.gateway.inference;

import org.jspecify.annotations.NullMarked;
