/**
 * What only shows after a while or past the limit: hot swaps under load, and more requests than can
 * be served. Doors: {@link dev.understudy.bench.soak.SwapSoak} and {@link
 * dev.understudy.bench.soak.OverloadSoak}.
 */
@NullMarked
package dev.understudy.bench.soak;

import org.jspecify.annotations.NullMarked;
