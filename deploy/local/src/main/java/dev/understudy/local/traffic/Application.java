package dev.understudy.local.traffic;

/**
 * One application for credit as the world sees it.
 *
 * @param body the request, as the Open Inference Protocol wants it
 * @param truth the value of the outcome, {@code good} or {@code bad}
 */
public record Application(String body, String truth) {}
