/**
 * The local stack: one broker, one PostgreSQL and the services as separate processes, their data,
 * logs, ports and secrets in one directory. Door: {@link dev.understudy.local.stack.Stack}.
 */
@NullMarked
package dev.understudy.local.stack;

import org.jspecify.annotations.NullMarked;
