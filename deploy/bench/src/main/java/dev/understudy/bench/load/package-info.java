/**
 * How load is made and what came of it: as fast as it goes (closed loop) or at a constant rate
 * (open loop). Doors: {@link dev.understudy.bench.load.ClosedLoop} and {@link
 * dev.understudy.bench.load.OwnClient}.
 */
@NullMarked
package dev.understudy.bench.load;

import org.jspecify.annotations.NullMarked;
