/**
 * Owns the prediction log: what is written, how much may wait, and the count of what was dropped.
 */
@NullMarked
package dev.understudy.gateway.journal;

import org.jspecify.annotations.NullMarked;
