/**
 * Owns how a request is followed beyond this process: the callers' trace contexts, spans, and where
 * they are sent. OpenTelemetry is known here and nowhere else.
 */
@NullMarked
package dev.understudy.gateway.tracing;

import org.jspecify.annotations.NullMarked;
