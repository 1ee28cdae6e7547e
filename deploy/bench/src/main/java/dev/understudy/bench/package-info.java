/** {@code ./understudy bench}: its verbs. */
@NullMarked
package dev.understudy.bench;

import org.jspecify.annotations.NullMarked;
