package dev.understudy.registry.alias;

import dev.understudy.contracts.ProblemType;
import dev.understudy.registry.audit.AuditTrail;
import dev.understudy.registry.catalog.Catalog;
import dev.understudy.registry.catalog.CatalogModel;
import dev.understudy.registry.problem.Checks;
import dev.understudy.registry.problem.IfMatch;
import dev.understudy.registry.problem.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Moves aliases: one row changes hands, so a name is never two versions or none. What serves is no
 * alias; those words are refused here, and read from the route by whoever asks. Thread-safe.
 */
@ApplicationScoped
public class AliasDesk {
  /** For a caller that means whatever version the alias has now. */
  public static final String ANY = "*";

  private static final Set<String> READ_FROM_THE_ROUTE =
      Set.of("current", "champion", "candidate", "challenger", "previous", "latest");
  private static final Pattern LIKE_A_VERSION = Pattern.compile("v[0-9]+");
  private static final int MOST = 100;

  private final Aliases aliases;
  private final Catalog catalog;
  private final AuditTrail audit;
  private final Clock clock;

  AliasDesk(Aliases aliases, Catalog catalog, AuditTrail audit, Clock clock) {
    this.aliases = aliases;
    this.catalog = catalog;
    this.audit = audit;
    this.clock = clock;
  }

  /** The alias of that name. */
  @Transactional
  public Optional<Alias> find(long model, String name) {
    return aliases.named(model, name);
  }

  /** The aliases of each of these models. */
  @Transactional
  public Map<Long, List<Alias>> of(Collection<Long> models) {
    Map<Long, List<Alias>> byModel = new HashMap<>();
    if (!models.isEmpty()) {
      for (Alias one : aliases.of(models)) {
        byModel.computeIfAbsent(one.model(), model -> new ArrayList<>()).add(one);
      }
    }
    return byModel;
  }

  /**
   * Moves an alias, or makes it.
   *
   * @param ifMatch what it is now, as the caller knows it; only a new one needs none
   */
  @Transactional
  public Alias move(CatalogModel model, String asked, String version, @Nullable String ifMatch) {
    String name = checked(asked);
    if (!catalog.hasVersion(model, version)) {
      throw Refused.missing("version", version);
    }
    aliases.lock(model.id());
    Optional<Alias> there = aliases.named(model.id(), name);
    long change = aliases.lastChange(model.id(), name);
    if (there.isPresent()) {
      IfMatch.check(ifMatch, change);
    } else if (ifMatch != null && !ifMatch.equals(ANY)) {
      throw Refused.of(ProblemType.STALE, "there is no such alias any more; read it again");
    }
    int number = Integer.parseInt(version);
    if (there.isPresent() && there.get().version() == number) {
      return there.get();
    }
    if (there.isEmpty() && aliases.of(List.of(model.id())).size() >= MOST) {
      throw Refused.field("alias", "a model has %d aliases at most".formatted(MOST));
    }
    Alias alias = new Alias(model.id(), name, number, change + 1);
    Instant now = clock.instant();
    aliases.put(alias, now);
    write(alias, alias.version(), now);
    audit.record(
        model.project(),
        model.name(),
        "api",
        "alias.moved",
        entity(model, name),
        Map.of(
            "version", version, "was", there.map(one -> String.valueOf(one.version())).orElse("")));
    return alias;
  }

  /** Takes an alias away; true if it was there. */
  @Transactional
  public boolean remove(CatalogModel model, String asked, @Nullable String ifMatch) {
    String name = checked(asked);
    aliases.lock(model.id());
    Optional<Alias> there = aliases.named(model.id(), name);
    if (there.isEmpty()) {
      return false;
    }
    IfMatch.check(ifMatch, there.get().change());
    aliases.remove(there.get());
    Alias after = new Alias(model.id(), name, there.get().version(), there.get().change() + 1);
    write(after, null, clock.instant());
    audit.record(
        model.project(),
        model.name(),
        "api",
        "alias.removed",
        entity(model, name),
        Map.of("was", String.valueOf(after.version())));
    return true;
  }

  /** The moves of an alias, oldest first. */
  @Transactional
  List<AliasEntity> moves(CatalogModel model, String name, long after, int limit) {
    return aliases.moves(model.id(), name, after, limit);
  }

  private void write(Alias alias, @Nullable Integer version, Instant now) {
    AliasEntity move = new AliasEntity();
    move.key = new AliasEntity.Key(alias.model(), alias.name(), alias.change());
    move.version = version;
    move.at = now;
    aliases.persistAndFlush(move);
  }

  private static String checked(String asked) {
    String name = Checks.name("alias", asked);
    String lower = name.toLowerCase(Locale.ROOT);
    if (READ_FROM_THE_ROUTE.contains(lower)) {
      throw Refused.field(
          ProblemType.CONFLICT,
          "alias",
          ("'%s' says what serves; it follows the route and is set by nobody. Start a rollout to"
                  + " change it: POST .../models/{model}/rollouts")
              .formatted(name));
    }
    if (LIKE_A_VERSION.matcher(lower).matches()) {
      throw Refused.field("alias", "'%s' looks like a version's number".formatted(name));
    }
    return name;
  }

  private static String entity(CatalogModel model, String name) {
    return "alias/%s/%s".formatted(model.name(), name);
  }
}
