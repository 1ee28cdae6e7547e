package dev.understudy.registry.catalog;

/**
 * A file that a version came with.
 *
 * @param path segments with slashes, relative to the version
 */
public record BundleFile(String path, String sha256, long bytes) {}
