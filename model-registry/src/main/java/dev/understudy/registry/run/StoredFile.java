package dev.understudy.registry.run;

/**
 * A file of a run.
 *
 * @param path segments with slashes, relative to the run
 */
public record StoredFile(String path, String sha256, long bytes) {}
