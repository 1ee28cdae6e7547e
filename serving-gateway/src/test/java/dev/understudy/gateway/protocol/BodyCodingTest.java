package dev.understudy.gateway.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodyCodingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "none",
      value = {
        "none                          | IDENTITY",
        "''                            | IDENTITY",
        "gzip                          | GZIP",
        "deflate                       | DEFLATE",
        "gzip, deflate                 | GZIP",
        "GZIP;q=0.5, deflate;q=0.8     | DEFLATE",
        "br                            | IDENTITY",
        "br, *                         | GZIP",
        "*;q=0                         | IDENTITY",
        "gzip;q=0, *                   | DEFLATE",
        "gzip;q=0                      | IDENTITY",
        "gzip;q=0.1, identity;q=0.9    | IDENTITY",
        "gzip;q=much                   | IDENTITY",
        "gzip;q=NaN                    | IDENTITY",
        "gzip;q=7                      | IDENTITY",
        "identity                      | IDENTITY"
      })
  void theClientsWeightsDecide(String accepted, BodyCoding coding) {
    assertThat(BodyCoding.ofAnswer(accepted)).isEqualTo(coding);
  }
}
