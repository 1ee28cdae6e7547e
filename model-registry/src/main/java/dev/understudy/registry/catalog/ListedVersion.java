package dev.understudy.registry.catalog;

import java.util.Map;

/**
 * A version as lists show it. Immutable.
 *
 * @param run the id of the run that made it; empty when nobody said
 * @param source where its files were, as the caller said; empty when nobody said
 * @param createdMs since 1970, as changedMs
 */
public record ListedVersion(
    long id,
    long modelId,
    String model,
    int number,
    String sha256,
    long bytes,
    String format,
    String description,
    String run,
    String source,
    long createdMs,
    long changedMs,
    Map<String, String> tags) {}
