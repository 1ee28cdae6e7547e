/**
 * Real parts without Docker: a Kafka broker in this process, a PostgreSQL beside it, and ONNX
 * graphs with one peculiarity each. For tests, and for the local stack, which is a test stand that
 * people look at.
 */
@NullMarked
package dev.understudy.testkit;

import org.jspecify.annotations.NullMarked;
