package dev.understudy.gateway.protocol;

import static dev.understudy.gateway.protocol.RequestRefused.quote;

import dev.understudy.contracts.ProblemType;
import dev.understudy.gateway.routing.RoutingTable;
import dev.understudy.gateway.routing.ServedModel;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The models that are served now, as a client names them. Thread-safe. */
final class LiveModels {
  private final Supplier<RoutingTable> table;
  private final Readiness ready;

  LiveModels(Supplier<RoutingTable> table, Readiness ready) {
    this.table = table;
    this.ready = ready;
  }

  /** Whether the server takes requests; models that cannot be loaded answer for themselves. */
  boolean ready() {
    return ready.isReady();
  }

  /** Every model, by name. */
  List<ServedModel> all() {
    Collection<ServedModel> models = table.get().models();
    return models.stream().sorted(Comparator.comparing(ServedModel::name)).toList();
  }

  /**
   * The model of that name.
   *
   * @param version that the model must have loaded; empty: any
   * @throws RequestRefused if it is not here
   */
  ServedModel find(String name, Optional<String> version) {
    Optional<ServedModel> found = table.get().find(name);
    if (found.isEmpty()) {
      boolean awaited = ready.awaits(name);
      // It may have gone live after it was looked for; then nobody awaits it any more.
      found = table.get().find(name);
      if (found.isPresent()) {
        return having(found.get(), version);
      }
      throw awaited
          ? new RequestRefused(
              ProblemType.UNAVAILABLE, "model %s is not loaded (yet)".formatted(quote(name)))
          : new RequestRefused(
              ProblemType.NOT_FOUND, "there is no model %s here".formatted(quote(name)));
    }
    return having(found.get(), version);
  }

  private static ServedModel having(ServedModel model, Optional<String> version) {
    if (version.isPresent() && !model.versions().contains(version.get())) {
      throw new RequestRefused(
          ProblemType.NOT_FOUND,
          "no route of model %s names version %s; there are %s"
              .formatted(model.name(), quote(version.get()), model.versionNames()));
    }
    return model;
  }
}
