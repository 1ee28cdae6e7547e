package dev.understudy.bench.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeasuredGatewayTest {
  private static final String METRICS =
      """
      # HELP gateway_log_dropped_total
      gateway_log_dropped_total{reason="buffer_full",event="prediction",} 3.0
      gateway_log_dropped_total{reason="stopped",event="shadow",} 2.0
      gateway_log_dropped_total_other 7.0
      gateway_log_buffer_records 1.2E3
      """;

  @Test
  void aMetricIsSummedOverItsLabels() {
    assertThat(MeasuredGateway.sum(METRICS, "gateway_log_dropped_total", "")).hasValue(5);
    assertThat(MeasuredGateway.sum(METRICS, "gateway_log_dropped_total", "shadow")).hasValue(2);
    assertThat(MeasuredGateway.sum(METRICS, "gateway_log_buffer_records", "")).hasValue(1200);
    assertThat(MeasuredGateway.sum(METRICS, "gateway_unknown", "")).isEmpty();
  }
}
