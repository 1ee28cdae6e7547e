/** Work that goes on beside the requests: named threads that repeat one step until the end. */
@NullMarked
package dev.understudy.registry.background;

import org.jspecify.annotations.NullMarked;
