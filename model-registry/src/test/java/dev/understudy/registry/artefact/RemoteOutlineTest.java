package dev.understudy.registry.artefact;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.understudy.registry.problem.Refused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RemoteOutlineTest {
  private static final String DESCRIPTION =
      """
      {"understudy_remote": {"protocol": "rest", "url": "http://triton:8000", "model": "credit",
        "version": "3", "timeout_ms": 500}}
      """;

  @Test
  void aDescriptionIsTakenAndNobodyIsCalled() {
    assertThatCode(() -> check(DESCRIPTION)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"grpc://triton:8001", "grpcs://triton:8001"})
  void aServerMayBeCalledOverGrpc(String url) {
    assertThatCode(() -> check(overGrpc(url))).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://triton:8000",
        "grpc://triton",
        "grpc://triton:8001/v2",
        "grpc://me@triton:8001",
        "triton:8001"
      })
  void anAddressOfAnotherProtocolIsRefused(String url) {
    assertThatThrownBy(() -> check(overGrpc(url))).isInstanceOf(Refused.class);
  }

  private static String overGrpc(String url) {
    return DESCRIPTION.replace("rest", "grpc").replace("http://triton:8000", url);
  }

  @ParameterizedTest
  @CsvSource({
    "rest, grpc",
    "rest, soap",
    "http://, file:///",
    "http://, http://user@",
    "triton:8000, triton:8000?a=b",
    "credit, ''",
    "timeout_ms, timeout"
  })
  void aDescriptionThatCannotBeUsedIsRefused(String part, String by) {
    assertThatThrownBy(() -> check(DESCRIPTION.replace(part, by))).isInstanceOf(Refused.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "1", "{\"understudy_remote\": 1}", "<PMML/>"})
  void whatIsNoDescriptionIsRefused(String content) {
    assertThatThrownBy(() -> check(content)).isInstanceOf(Refused.class);
  }

  private static void check(String content) {
    RemoteOutline.check(content.getBytes(UTF_8));
  }
}
