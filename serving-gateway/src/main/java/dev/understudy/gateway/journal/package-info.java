/**
 * Owns the prediction log: what of a request may be written, how much may wait in memory and on
 * disk, who waits for it, and the count of what was dropped or lost.
 */
@NullMarked
package dev.understudy.gateway.journal;

import org.jspecify.annotations.NullMarked;
