package dev.understudy.bench.load;

/**
 * A load at a constant rate, with the time from when each request was to be sent until it was well
 * answered: a server that stalls is charged for all who had to wait.
 *
 * @param p50Us microseconds, as the others
 */
public record Latency(Load load, double p50Us, double p99Us, double p999Us) {}
