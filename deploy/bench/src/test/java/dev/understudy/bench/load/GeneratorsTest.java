package dev.understudy.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is installed here, and our own client in its stead. */
class GeneratorsTest {
  @ParameterizedTest
  @CsvSource({"HTTP,true", "HTTP,false", "GRPC,true", "GRPC,false", "HTTP2,true"})
  void whoeverLoadsCountsTheGoodAnswersOfTheServer(
      Target.Wire wire, boolean installed, @TempDir Path directory) {
    try (TestServer server = new TestServer();
        Generators generators = Generators.find(8, directory, installed)) {
      Target target = server.target("/good", wire);

      Load load = generators.closedLoop(target).run(target, Duration.ofSeconds(1));

      assertThat(load.failed()).isZero();
      // A generator that stops in the middle of a request does not count it.
      assertThat(load.answered())
          .isPositive()
          .isBetween(server.requests.get() - 8, server.requests.get());
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP,true", "HTTP,false", "GRPC,true", "GRPC,false"})
  void whoeverLoadsCountsTheBadOnesApart(
      Target.Wire wire, boolean installed, @TempDir Path directory) {
    try (TestServer server = new TestServer();
        Generators generators = Generators.find(8, directory, installed)) {
      Target target = server.target("/bad", wire);

      Load load = generators.closedLoop(target).run(target, Duration.ofSeconds(1));

      assertThat(load.answered()).isZero();
      assertThat(load.failed()).isPositive();
    }
  }
}
