package dev.understudy.registry.alias;

/**
 * A name for a version.
 *
 * @param model the model's key
 * @param change rises with every move: the entity tag
 */
public record Alias(long model, String name, int version, long change) {}
