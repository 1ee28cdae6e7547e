package dev.understudy.registry.catalog;

import java.util.Map;

/**
 * A model as lists show it. Immutable.
 *
 * @param createdMs since 1970, as changedMs
 * @param versions the number of the newest; 0 when there is none
 */
public record ListedModel(
    long id,
    String name,
    String description,
    long createdMs,
    long changedMs,
    int versions,
    Map<String, String> tags) {}
