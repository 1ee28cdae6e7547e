/** Prints the records of a topic as JSON. Door: {@link dev.understudy.local.tail.TopicTail}. */
@NullMarked
package dev.understudy.local.tail;

import org.jspecify.annotations.NullMarked;
