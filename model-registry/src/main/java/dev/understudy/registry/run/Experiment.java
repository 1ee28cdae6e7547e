package dev.understudy.registry.run;

import java.time.Instant;
import java.util.Map;

/** Runs that belong together. Immutable. */
public record Experiment(
    long id, String name, Instant createdAt, Instant changedAt, Map<String, String> tags) {}
