package dev.understudy.registry.catalog;

/**
 * A model that was found: its key in the database, where it belongs, and what it promises.
 *
 * @param servingChange rises with every change of how it is served
 */
public record CatalogModel(
    long id, String project, String name, ModelSpec spec, long servingChange) {}
