/** What crosses a process boundary and nothing else: topics, event headers, problem types. */
@NullMarked
package dev.understudy.contracts;

import org.jspecify.annotations.NullMarked;
