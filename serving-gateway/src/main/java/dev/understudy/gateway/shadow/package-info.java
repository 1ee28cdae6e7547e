/** Owns what a rehearsal may cost: shadows run in threads, a queue and a time of their own. */
@NullMarked
package dev.understudy.gateway.shadow;

import org.jspecify.annotations.NullMarked;
