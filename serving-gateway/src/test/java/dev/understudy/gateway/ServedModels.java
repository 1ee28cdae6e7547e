package dev.understudy.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.understudy.contracts.Topic;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.gateway.hotswap.Published;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** Has the gateway under test serve models, as the registry would: artefacts by digest, routes. */
final class ServedModels {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final HttpClient http;
  private final String kafka;
  private final URI registry;
  private final URI gateway;

  ServedModels(HttpClient http, String kafka, URI registry, URI gateway) {
    this.http = http;
    this.kafka = kafka;
    this.registry = registry;
    this.gateway = gateway;
  }

  /** Serves the graph as version 1 of a model, alone. */
  void serve(RoutePublished.Builder model, byte[] graph) throws Exception {
    VersionRef version = upload("1", graph);
    publish(model.setCommitted(Published.single(1, version)).build());
    URI ready = gateway.resolve("/v2/models/" + model.getModel() + "/ready");
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(status(ready)).isEqualTo(200));
  }

  private int status(URI uri) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private VersionRef upload(String version, byte[] content) throws Exception {
    VersionRef ref = Published.version(version, content);
    HttpRequest put =
        HttpRequest.newBuilder(registry.resolve("/v1/artefacts/" + ref.getSha256()))
            .PUT(HttpRequest.BodyPublishers.ofByteArray(content))
            .build();
    assertThat(http.send(put, HttpResponse.BodyHandlers.discarding()).statusCode()).isEqualTo(201);
    return ref;
  }

  private void publish(RoutePublished route) throws Exception {
    try (KafkaProducer<String, byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", kafka),
            new StringSerializer(),
            new ByteArraySerializer())) {
      producer
          .send(
              new ProducerRecord<>(
                  Topic.ROUTES.topicName(),
                  Topic.modelKey(route.getProject(), route.getModel()),
                  route.toByteArray()))
          .get();
    }
  }
}
