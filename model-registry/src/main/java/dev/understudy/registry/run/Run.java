package dev.understudy.registry.run;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One attempt. Immutable.
 *
 * @param startedMs since 1970, as endedMs
 * @param latest the last point of each figure
 */
public record Run(
    String id,
    long experiment,
    String name,
    String user,
    RunStatus status,
    long startedMs,
    @Nullable Long endedMs,
    Map<String, String> parameters,
    Map<String, String> tags,
    List<Metric> latest) {}
