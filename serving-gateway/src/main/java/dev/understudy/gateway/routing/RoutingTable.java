package dev.understudy.gateway.routing;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Every model that this gateway serves, by the name that clients call. Immutable. */
public final class RoutingTable {
  public static final RoutingTable EMPTY = new RoutingTable(Map.of());

  private final Map<String, ServedModel> models;

  private RoutingTable(Map<String, ServedModel> models) {
    this.models = Map.copyOf(models);
  }

  /** The model of that name. */
  public Optional<ServedModel> find(String name) {
    return Optional.ofNullable(models.get(name));
  }

  /** Whether that version of that model is loaded. */
  public boolean has(String model, String version) {
    return find(model).filter(one -> one.versions().contains(version)).isPresent();
  }

  public Collection<ServedModel> models() {
    return models.values();
  }

  /** This table with one model put in or replaced. */
  public RoutingTable with(ServedModel model) {
    Map<String, ServedModel> next = new HashMap<>(models);
    next.put(model.name(), model);
    return new RoutingTable(next);
  }
}
