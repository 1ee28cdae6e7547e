package dev.understudy.registry.audit;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that happened.
 *
 * @param id rises over all projects; what {@code after} takes
 * @param seq rises by one within the project
 * @param actor {@code api} for a request, {@code judge} for a verdict, {@code registry} for itself
 * @param entity what it happened to, e.g. {@code rollout/5c9b...}
 * @param detail JSON, as it was written
 */
public record AuditEntry(
    long id,
    String project,
    long seq,
    Instant at,
    String actor,
    String action,
    @Nullable String model,
    String entity,
    @JsonRawValue String detail) {}
