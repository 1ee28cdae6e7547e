package dev.understudy.gateway.protocol;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.understudy.gateway.inference.ExplainDesk;
import dev.understudy.gateway.inference.RequestTraits;
import dev.understudy.gateway.meters.GatewayMetric;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.scoring.Explainer;
import dev.understudy.scoring.Explanation;
import dev.understudy.scoring.ModelContract;
import dev.understudy.scoring.Rows;
import dev.understudy.scoring.Tensor;
import dev.understudy.scoring.TensorSpec;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * {@code POST /v2/models/{model}[/versions/{version}]/explain}: why one row gets its score. The
 * body is that of an inference with one row, in JSON or with binary tensors behind it; a second row
 * is the reference to explain it against. {@code timeout} counts from arrival to answer, as it does
 * there. The answer is always JSON, in whatever form the outputs are asked for. Not of the
 * protocol, so it stands beside its paths. Thread-safe.
 */
public final class ExplainRoute {
  private static final JsonFactory FACTORY = new JsonFactory();

  private final LiveModels models;
  private final ExplainDesk desk;
  private final RequestLimits limits;
  private final InFlightBytes inFlight;
  private final InferenceParser parser;
  private final HttpReplies replies;
  private final MeterRegistry meters;

  /** The route, over what explains. */
  public ExplainRoute(
      Supplier<RoutingTable> table,
      Readiness ready,
      ExplainDesk desk,
      RequestLimits limits,
      InFlightBytes inFlight,
      MeterRegistry meters) {
    this.models = new LiveModels(table, ready);
    this.desk = desk;
    this.limits = limits;
    this.inFlight = inFlight;
    this.parser = new InferenceParser(limits);
    this.replies = new HttpReplies(meters);
    this.meters = meters;
  }

  /** Answers a request, on its event loop. */
  void handle(HttpServerRequest request, String model, Optional<String> version) {
    Instant arrivedAt = Instant.now();
    Context context = Objects.requireNonNull(Vertx.currentContext(), "the event loop's");
    InFlightBytes.Share held = inFlight.open();
    try {
      PackedBody packing = PackedBody.of(request);
      BoundedBody.read(
          request,
          limits,
          held,
          body -> {
            try {
              desk.explain(
                      read(
                          model,
                          version,
                          packing,
                          packing.unpack(body, limits.bodyBytes(), held),
                          held,
                          arrivedAt))
                  .thenAccept(
                      reply ->
                          context.runOnContext(
                              now -> {
                                held.leave();
                                answer(request, reply);
                              }));
            } catch (RequestRefused refused) {
              held.leave();
              replies.refuse(request, refused);
            } catch (RuntimeException | Error e) {
              held.leave();
              replies.fail(request, e);
            }
          },
          refused -> replies.refuse(request, refused));
    } catch (RequestRefused unreadable) {
      replies.refuse(request, unreadable);
    }
  }

  private ExplainDesk.Request read(
      String model,
      Optional<String> version,
      PackedBody packing,
      byte[] body,
      InFlightBytes.Share held,
      Instant arrivedAt) {
    ModelContract contract = models.find(model, version).contract();
    InferenceParser.Parsed parsed = parser.parse(body, packing.jsonLength(body), contract);
    held.cover(parsed.heapBytes());
    if (parsed.rows() > 2) {
      throw RequestRefused.invalid(
          "%d rows were sent; one is explained, and a second is its reference", parsed.rows());
    }
    for (OutputWish wish : parsed.outputs()) {
      if (wish.classes() > 0) {
        throw RequestRefused.invalid(
            "output %s: classes are not explained, its numbers are; leave out classification",
            wish.name());
      }
    }
    return new ExplainDesk.Request(
        model,
        version,
        output(contract, parsed.outputs().stream().map(OutputWish::name).toList()),
        row(parsed.inputs(), 0),
        parsed.rows() == 2
            ? row(parsed.inputs(), 1)
            : Explainer.defaultReference(contract.inputs()),
        arrivedAt,
        parsed.parameters().traits(RequestTraits.Protocol.REST, name -> Optional.empty()).budget());
  }

  private static String output(ModelContract contract, List<String> wanted) {
    return contract.outputs().stream()
        .filter(output -> wanted.contains(output.name()) && Explainer.canExplain(output))
        .map(TensorSpec::name)
        .findFirst()
        .orElseThrow(
            () ->
                RequestRefused.invalid(
                    "none of the outputs %s is one floating-point number per row", wanted));
  }

  private static Map<String, Tensor> row(Map<String, Tensor> inputs, int row) {
    Map<String, Tensor> one = new HashMap<>();
    inputs.forEach((name, tensor) -> one.put(name, Rows.row(tensor, row)));
    return one;
  }

  private void answer(HttpServerRequest request, ExplainDesk.Reply reply) {
    try {
      switch (reply) {
        case ExplainDesk.Reply.Explained explained -> {
          GatewayMetric.EXPLANATIONS.counter(meters, explained.model()).increment();
          HttpReplies.reply(request, 200, json(explained));
        }
        case ExplainDesk.Reply.Failed failed ->
            replies.refuse(request, new RequestRefused(failed.problem(), failed.reason()));
      }
    } catch (RuntimeException | Error e) {
      replies.fail(request, e);
    }
  }

  private static Buffer json(ExplainDesk.Reply.Explained explained) {
    Explanation.Explained explanation = explained.explanation();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try (JsonGenerator json = FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("model_name", explained.model());
      json.writeStringField("model_version", explained.version());
      json.writeStringField("output", explanation.output());
      json.writeNumberField("base", explanation.base());
      json.writeNumberField("score", explanation.score());
      json.writeStringField("method", explanation.exact() ? "exact" : "sampled");
      json.writeArrayFieldStart("contributions");
      for (Explanation.Contribution contribution : explanation.contributions()) {
        json.writeStartObject();
        json.writeStringField("input", contribution.input());
        json.writeNumberField("value", contribution.value());
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("memory refuses nothing", e);
    }
    return Buffer.buffer(bytes.toByteArray());
  }
}
