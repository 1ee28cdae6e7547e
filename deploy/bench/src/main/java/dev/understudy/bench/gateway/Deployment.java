package dev.understudy.bench.gateway;

import dev.understudy.bench.models.BenchModel;
import dev.understudy.contracts.v1.CandidateShare;
import dev.understudy.contracts.v1.InputColumn;
import dev.understudy.contracts.v1.LogMode;
import dev.understudy.contracts.v1.LogPolicy;
import dev.understudy.contracts.v1.OutputColumn;
import dev.understudy.contracts.v1.Route;
import dev.understudy.contracts.v1.RouteMode;
import dev.understudy.contracts.v1.RoutePublished;
import dev.understudy.contracts.v1.ServingPolicy;
import dev.understudy.contracts.v1.VersionRef;
import dev.understudy.scoring.Column;
import dev.understudy.scoring.TensorSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A model as the gateway serves it.
 *
 * @param name in the URL
 * @param candidate scores every request as its shadow
 */
public record Deployment(
    String name, BenchModel current, Optional<BenchModel> candidate, LogMode log) {
  private static final String PROJECT = "bench";
  private static final Duration SHADOW_DEADLINE = Duration.ofSeconds(2);

  /** One version, logged without waiting. */
  public static Deployment single(String name, BenchModel current) {
    return new Deployment(name, current, Optional.empty(), LogMode.ASYNC);
  }

  /** The same model with a shadow. */
  public Deployment shadowedBy(String newName, BenchModel shadow) {
    return new Deployment(newName, current, Optional.of(shadow), log);
  }

  /** The same model, whose answers wait until the log has them. */
  public Deployment durable(String newName) {
    return new Deployment(newName, current, candidate, LogMode.DURABLE);
  }

  /** Everything that must be on the gateway's disk. */
  Stream<BenchModel> artefacts() {
    return Stream.concat(Stream.of(current), candidate.stream());
  }

  /** The route as the registry would publish it at first. */
  RoutePublished published() {
    return committed(route(1, "1", current));
  }

  /** A route of this model, as committed. */
  public RoutePublished committed(Route route) {
    return record().setCommitted(route).build();
  }

  /** A route of this model, and the one that is to follow. */
  public RoutePublished preparing(Route committed, Route next) {
    return record().setCommitted(committed).setPrepared(next).build();
  }

  /** A route with this version as the current one; its contract is the same. */
  public Route route(long revision, String version, BenchModel answering) {
    Route.Builder route =
        Route.newBuilder()
            .setRevision(revision)
            .setMode(RouteMode.SINGLE)
            .setCurrent(ref(version, answering));
    candidate.ifPresent(
        shadow ->
            route
                .setMode(RouteMode.SHADOW)
                .addCandidates(
                    CandidateShare.newBuilder()
                        .setVersion(ref(version + "-candidate", shadow))
                        .setShare(1))
                .setRolloutId("bench")
                .setTestId("bench-shadow")
                .setSalt("bench")
                .setShadowDeadlineMs(SHADOW_DEADLINE.toMillis()));
    return route.build();
  }

  private RoutePublished.Builder record() {
    RoutePublished.Builder published =
        RoutePublished.newBuilder()
            .setProject(PROJECT)
            .setModel(name)
            .setServing(ServingPolicy.newBuilder().setLog(LogPolicy.newBuilder().setMode(log)));
    current.contract().inputs().columns().forEach(column -> published.addInputs(input(column)));
    current.contract().outputs().forEach(output -> published.addOutputs(output(output)));
    return published;
  }

  static String fileName(RoutePublished route) {
    return route.getProject() + "+" + route.getModel() + ".pb";
  }

  private static VersionRef ref(String version, BenchModel model) {
    return VersionRef.newBuilder()
        .setVersion(version)
        .setSha256(model.sha256())
        .setBytes(model.artefact().length)
        .setFormat("onnx")
        .build();
  }

  private static InputColumn input(Column column) {
    InputColumn.Builder input =
        InputColumn.newBuilder()
            .setName(column.name())
            .setDatatype(column.datatype().name())
            .addAllShape(column.shape())
            .setMayBeMissing(column.mayBeMissing())
            .setMayBeNan(column.mayBeNan())
            .addAllCategories(column.categories());
    column.minimum().ifPresent(input::setMinimum);
    column.maximum().ifPresent(input::setMaximum);
    return input.build();
  }

  private static OutputColumn output(TensorSpec output) {
    return OutputColumn.newBuilder()
        .setName(output.name())
        .setDatatype(output.datatype().name())
        .addAllShape(output.shape())
        .build();
  }

  /** All of a gateway's, in an order that is the same each time. */
  static List<RoutePublished> published(List<Deployment> deployments) {
    return deployments.stream().map(Deployment::published).toList();
  }
}
