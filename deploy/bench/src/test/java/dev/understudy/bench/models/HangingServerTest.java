package dev.understudy.bench.models;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class HangingServerTest {
  @Test
  void itAnswersUntilItIsToldToHang() throws Exception {
    try (HangingServer server = new HangingServer();
        HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest infer =
          HttpRequest.newBuilder(
                  URI.create("http://%s/v2/models/hanging/infer".formatted(server.host())))
              .POST(HttpRequest.BodyPublishers.ofString("{}"))
              .build();
      assertThat(client.send(infer, HttpResponse.BodyHandlers.ofString()).body())
          .contains("\"data\":[0.5]");

      server.hang();
      CompletableFuture<?> hanging =
          client.sendAsync(infer, HttpResponse.BodyHandlers.discarding());
      while (server.unanswered() == 0) {
        Thread.onSpinWait();
      }

      assertThat(hanging).isNotDone();
      client.shutdownNow();
    }
  }
}
