/** The gateway as a whole: its settings, how the rooms are put together, start and stop. */
@NullMarked
package dev.understudy.gateway;

import org.jspecify.annotations.NullMarked;
