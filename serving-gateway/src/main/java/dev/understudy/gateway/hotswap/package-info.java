/**
 * Owns which routing table is live: follows the published routes, loads and checks models
 * beforehand, swaps in one write, and remembers the last table on disk.
 */
@NullMarked
package dev.understudy.gateway.hotswap;

import org.jspecify.annotations.NullMarked;
