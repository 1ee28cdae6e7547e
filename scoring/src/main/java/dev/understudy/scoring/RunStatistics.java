package dev.understudy.scoring;

/**
 * What the runs of a loaded model have come to since it was loaded.
 *
 * @param runs of the model; one may serve several requests
 * @param failed runs among them
 * @param rows that were in them
 * @param runNanos that they took together
 * @param waits requests that waited for a thread, in a room or for others to join their run
 * @param waitedNanos that they waited together
 */
public record RunStatistics(
    long runs, long failed, long rows, long runNanos, long waits, long waitedNanos) {}
