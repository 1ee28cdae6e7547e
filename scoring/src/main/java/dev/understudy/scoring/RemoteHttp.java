package dev.understudy.scoring;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A server over HTTP: tensors are binary where it lists {@code binary_tensor_data}, and JSON
 * otherwise. A call ends early when its thread is interrupted. Thread-safe.
 */
final class RemoteHttp implements RemoteServer {
  private static final String JSON_LENGTH = "Inference-Header-Content-Length";
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration ASK = Duration.ofSeconds(5);

  private final HttpClient http;
  private final RemoteDocument document;
  private final Optional<RemoteToken> token;

  /** Known once it was asked for its signature. */
  private volatile boolean binary;

  RemoteHttp(RemoteDocument document, Optional<RemoteLogin> login) {
    this.document = document;
    this.token = login.flatMap(RemoteLogin::token);
    HttpClient.Builder client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            // Whoever answers must not send us to a host that nobody allowed.
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(CONNECT);
    login.flatMap(RemoteLogin::tls).ifPresent(tls -> client.sslContext(tls.context()));
    this.http = client.build();
  }

  @Override
  public RemoteSignature signature() throws IOException, InterruptedException {
    binary = listsBinary(ask(document.server()));
    return RemoteSignature.of(ask(document.metadata()), binary);
  }

  private JsonNode ask(URI address) throws IOException, InterruptedException {
    HttpRequest request = known(HttpRequest.newBuilder(address)).timeout(ASK).build();
    HttpResponse<InputStream> response =
        http.send(request, HttpResponse.BodyHandlers.ofInputStream());
    byte[] body;
    try {
      body = read(response, METADATA_BYTES);
    } catch (IllegalStateException tooLong) {
      throw new IOException(tooLong.getMessage(), tooLong);
    }
    int status = response.statusCode();
    if (status != 200) {
      throw new IOException(
          "it answers %d%s".formatted(status, status == 401 || status == 403 ? LOGINS : ""));
    }
    return Json.tree(body);
  }

  private HttpRequest.Builder known(HttpRequest.Builder request) {
    token.ifPresent(secret -> request.setHeader(secret.header(), secret.value()));
    return request;
  }

  private static boolean listsBinary(JsonNode server) {
    for (JsonNode extension : server.path("extensions")) {
      if (extension.asText().equals("binary_tensor_data")) {
        return true;
      }
    }
    return false;
  }

  private static byte[] read(HttpResponse<InputStream> response, int most) throws IOException {
    try (InputStream body = response.body()) {
      byte[] bytes = body.readNBytes(most);
      if (bytes.length == most && body.read() >= 0) {
        throw new IllegalStateException(
            "its answer is longer than the %d bytes that are read".formatted(most));
      }
      return bytes;
    }
  }

  /** A short error leaves the connection for the next call. */
  private static void skip(HttpResponse<InputStream> response) throws IOException {
    try (InputStream body = response.body()) {
      body.readNBytes(ERROR_BYTES);
    }
  }

  @Override
  public List<Tensor> infer(Call call, long untilInterrupted)
      throws IOException, InterruptedException, Failure {
    HttpResponse<InputStream> response =
        http.send(
            request(RemoteBody.of(call.inputs(), call.outputs(), binary), call.headers()),
            HttpResponse.BodyHandlers.ofInputStream());
    int status = response.statusCode();
    if (status != 200) {
      skip(response);
    }
    switch (status) {
      case 200 -> {}
      case 429, 502, 503, 504 -> throw new Failure(UNAVAILABLE, "the server answers " + status);
      default ->
          throw new Failure(status >= 500 ? FAILED : REFUSED, "the server answers " + status);
    }
    return RemoteAnswer.read(
        read(response, call.mostBytes()),
        response.headers().firstValue(JSON_LENGTH),
        call.outputs(),
        call.rows());
  }

  private HttpRequest request(RemoteBody body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(document.infer())
            .POST(HttpRequest.BodyPublishers.ofByteArray(body.bytes()));
    headers.forEach(request::header);
    if (binary) {
      request
          .header("Content-Type", "application/octet-stream")
          .header(JSON_LENGTH, String.valueOf(body.jsonBytes()));
    } else {
      request.header("Content-Type", "application/json");
    }
    return known(request).build();
  }

  /** A call that was given up has closed its connection already. */
  @Override
  public void reconnect() {}

  @Override
  public void close() {
    http.shutdown();
  }
}
