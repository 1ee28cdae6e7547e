package dev.understudy.local.traffic;

/**
 * What a caller got.
 *
 * @param predictionId the gateway's id of the prediction
 * @param truth what will turn out to be true of it
 * @param atNanos when the answer came, {@link System#nanoTime}
 */
public record Answer(String predictionId, String truth, long atNanos) {}
