/**
 * Owns the names of everything that operators can see in figures, and the cheapest way to count.
 */
@NullMarked
package dev.understudy.gateway.meters;

import org.jspecify.annotations.NullMarked;
