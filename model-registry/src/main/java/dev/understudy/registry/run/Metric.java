package dev.understudy.registry.run;

/**
 * One point of a figure.
 *
 * @param value may be NaN or infinite
 * @param atMs since 1970
 */
public record Metric(String key, double value, long atMs, long step) {}
