/** Writes the ticks that let log time pass where nothing else is logged. Decides nothing. */
@NullMarked
package dev.understudy.collector.clock;

import org.jspecify.annotations.NullMarked;
